//! The judgement that an API server gives about the shape of an object, made without one: the generated schemas, applied to
//! a tree of values as it was read.
//!
//! It follows strict field validation, which kubectl asks for: unknown fields are refused, `null` stands for the default
//! where a field cannot be null, and of `status` only the names of its fields matter, because a server drops it. CEL rules are not
//! evaluated here: each has a twin in policy.

mod check;
mod compiled;
mod identifiers;
mod metadata;
mod owner;
mod suggestion;
mod words;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::JSONSchemaProps;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use scepter_policy::diagnostics::Diagnostics;
use scepter_policy::identity::ObjectKind;
use scepter_yaml::Node;
use schemars::generate::SchemaSettings;

use crate::definitions;
use crate::v1alpha1::API_VERSION;
use check::Check;
use compiled::Schema;
use owner::{Owner, owner};

/// The schemas of every kind, made ready once.
#[derive(Clone, Debug)]
pub struct Schemas {
    scep_profile: Schema,
    trusted_root_profile: Schema,
    inventory_source: Schema,
    metadata: Schema,
}

/// Why the schemas cannot be made ready: a mistake in our own definitions, which the tests would find.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// A kind has no definition or no schema.
    #[error("the definitions have no schema of {0}; this is a fault of scepter")]
    Missing(ObjectKind),
    /// A pattern cannot be compiled.
    #[error("the schemas have a pattern that cannot be compiled; this is a fault of scepter: {0}")]
    Pattern(#[from] regex::Error),
    /// The schema of `metadata` is none.
    #[error("the schema of metadata cannot be read; this is a fault of scepter: {0}")]
    Metadata(#[from] serde_json::Error),
}

impl Schemas {
    /// Compiles the generated definitions.
    pub fn new() -> Result<Self, SchemaError> {
        let definitions = definitions::all();
        let compiled = |kind: ObjectKind| {
            let definition =
                definitions.iter().find(|definition| definition.spec.names.kind == kind.as_str());
            let schema = definition
                .and_then(|definition| definition.spec.versions.iter().find(|version| served(&version.name)))
                .and_then(|version| version.schema.as_ref()?.open_api_v3_schema.as_ref());
            Ok::<_, SchemaError>(Schema::compile(schema.ok_or(SchemaError::Missing(kind))?)?)
        };
        Ok(Self {
            scep_profile: compiled(ObjectKind::ScepProfile)?,
            trusted_root_profile: compiled(ObjectKind::TrustedRootProfile)?,
            inventory_source: compiled(ObjectKind::InventorySource)?,
            metadata: Schema::compile(&metadata_schema()?)?.with_nulls(),
        })
    }

    /// Everything that an API server would refuse about the shape of an object; `None` for an object of another API. An
    /// object of one of our kinds without an `apiVersion`, or of our group in a version that is not there, is ours.
    pub fn judge(&self, object: &Node) -> Option<Diagnostics> {
        match owner(object) {
            Owner::Kind(kind) => Some(self.check(kind, object)),
            Owner::Unknown(finding) => Some((*finding).into()),
            Owner::Foreign => None,
        }
    }

    /// Everything that an API server would refuse about the shape of an object of that kind.
    pub fn check(&self, kind: ObjectKind, object: &Node) -> Diagnostics {
        let schema = match kind {
            ObjectKind::ScepProfile => &self.scep_profile,
            ObjectKind::TrustedRootProfile => &self.trusted_root_profile,
            ObjectKind::InventorySource => &self.inventory_source,
        };
        let mut check = Check::new();
        check.object(schema, &self.metadata, object);
        metadata::check(&mut check, object);
        check.findings
    }
}

fn served(version: &str) -> bool {
    API_VERSION.ends_with(&format!("/{version}"))
}

/// Definitions leave `metadata` to the server, which has one schema for all kinds.
fn metadata_schema() -> Result<JSONSchemaProps, serde_json::Error> {
    let settings = SchemaSettings::openapi3().with(|settings| settings.inline_subschemas = true);
    let schema = settings.into_generator().into_root_schema_for::<ObjectMeta>();
    serde_json::from_value(schema.to_value())
}
