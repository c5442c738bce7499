//! A manifest: one object of any of the three kinds, told apart by its `apiVersion` and `kind`.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use scepter_policy::diagnostics::{Diagnostic, Diagnostics, FieldPath};
use scepter_policy::identity::ObjectKind;
use scepter_policy::rules::{RuleId, structure};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::v1alpha1::{API_VERSION, InventorySource, ScepProfile, TrustedRootProfile};

/// An object as it was declared.
#[derive(Clone, Debug, PartialEq)]
pub enum Manifest {
    /// A `ScepProfile`.
    ScepProfile(Box<ScepProfile>),
    /// A `TrustedRootProfile`.
    TrustedRootProfile(Box<TrustedRootProfile>),
    /// An `InventorySource`.
    InventorySource(Box<InventorySource>),
}

/// Why a value is no manifest of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Its `apiVersion` is of another group or version; the object is somebody else's.
    #[error("{api_version:?} is not {API_VERSION}")]
    Foreign {
        /// What it says, empty where it says nothing.
        api_version: String,
    },
    /// Its `apiVersion` is ours, its `kind` is not.
    #[error("{API_VERSION} has no kind {kind:?}; write ScepProfile, TrustedRootProfile or InventorySource")]
    UnknownKind {
        /// What it says, empty where it says nothing.
        kind: String,
    },
    /// It does not have the shape of its kind.
    #[error("{kind} does not have the shape that the API describes: {finding}")]
    Malformed {
        /// Its kind.
        kind: ObjectKind,
        /// What is wrong, and where, by the rule that speaks of the field.
        finding: Box<Diagnostic>,
    },
}

impl Manifest {
    /// Reads a manifest from a tree of values, be it from YAML, from JSON or from the API server. Its status is dropped
    /// unread, as an API server drops it: whoever writes one declares nothing.
    pub fn from_value(value: Value) -> Result<Self, ManifestError> {
        match kind_of(&value)? {
            ObjectKind::ScepProfile => read(ObjectKind::ScepProfile, value).map(Self::ScepProfile),
            ObjectKind::TrustedRootProfile => {
                read(ObjectKind::TrustedRootProfile, value).map(Self::TrustedRootProfile)
            }
            ObjectKind::InventorySource => {
                read(ObjectKind::InventorySource, value).map(Self::InventorySource)
            }
        }
    }

    /// The same object with the status that it had before, which no file declares. One that cannot be read is none.
    #[must_use]
    pub fn with_status(mut self, status: Value) -> Self {
        match &mut self {
            Self::ScepProfile(object) => object.status = serde_json::from_value(status).ok(),
            Self::TrustedRootProfile(object) => object.status = serde_json::from_value(status).ok(),
            Self::InventorySource(object) => object.status = serde_json::from_value(status).ok(),
        }
        self
    }

    /// Its spec, as the API writes it.
    pub fn spec(&self) -> Value {
        match self {
            Self::ScepProfile(object) => json!(object.spec),
            Self::TrustedRootProfile(object) => json!(object.spec),
            Self::InventorySource(object) => json!(object.spec),
        }
    }

    /// Its metadata, to fill in what an API server would.
    pub fn metadata_mut(&mut self) -> &mut ObjectMeta {
        match self {
            Self::ScepProfile(object) => &mut object.metadata,
            Self::TrustedRootProfile(object) => &mut object.metadata,
            Self::InventorySource(object) => &mut object.metadata,
        }
    }

    /// Its kind.
    pub fn kind(&self) -> ObjectKind {
        match self {
            Self::ScepProfile(_) => ObjectKind::ScepProfile,
            Self::TrustedRootProfile(_) => ObjectKind::TrustedRootProfile,
            Self::InventorySource(_) => ObjectKind::InventorySource,
        }
    }
}

impl From<ManifestError> for Diagnostics {
    /// What is wrong as a finding, at the field that says whose an object is, or at the one that has no shape.
    fn from(error: ManifestError) -> Self {
        let field = match error {
            ManifestError::Malformed { finding, .. } => return (*finding).into(),
            ManifestError::Foreign { .. } => "apiVersion",
            ManifestError::UnknownKind { .. } => "kind",
        };
        Diagnostic::new(RuleId::Sch01, field.into(), error.to_string()).into()
    }
}

fn kind_of(value: &Value) -> Result<ObjectKind, ManifestError> {
    let text = |field: &str| value.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let api_version = text("apiVersion");
    if api_version != API_VERSION {
        return Err(ManifestError::Foreign { api_version });
    }
    let kind = text("kind");
    kind.parse().map_err(|_| ManifestError::UnknownKind { kind })
}

fn read<K: DeserializeOwned>(kind: ObjectKind, mut value: Value) -> Result<Box<K>, ManifestError> {
    if let Value::Object(fields) = &mut value {
        fields.remove("status");
    }
    serde_path_to_error::deserialize(without_nulls(value))
        .map_err(|error| ManifestError::Malformed { kind, finding: Box::new(misshapen(&error)) })
}

/// What an API server makes of null: the field is absent, or has its default. In a list null stays, and is wrong.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, field)| !field.is_null())
            .map(|(name, field)| (name, without_nulls(field)))
            .collect(),
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

/// The finding of a deserializer that gave up, by the rule that speaks of the field where it did, else SCH-01.
fn misshapen(error: &serde_path_to_error::Error<serde_json::Error>) -> Diagnostic {
    let path = error.path().to_string();
    let path = if path == "." { FieldPath::default() } else { FieldPath::from(path.as_str()) };
    let problem = error.inner().to_string();
    let (path, problem) = match missing_field(&problem) {
        Some(name) => (path.field(name), format!("{name} is missing")),
        None => (path, problem),
    };
    Diagnostic::new(structure::speaker(path.as_str()), path, problem)
}

/// The field that a deserializer misses: only its sentence names it, the path ends above.
fn missing_field(problem: &str) -> Option<&str> {
    problem.strip_prefix("missing field `")?.strip_suffix('`')
}
