//! The `CustomResourceDefinition`s, as `scepter crds` prints them and `crds/scepter.yaml` holds them.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinition, JSON, JSONSchemaProps, JSONSchemaPropsOrArray,
};
use kube::CustomResourceExt;
use scepter_policy::rules::matrix::MATRIX;
use serde_json::json;

use crate::v1alpha1::{InventorySource, ScepProfile, TrustedRootProfile};

/// The longest string of a field that says nothing itself.
const MAX_LENGTH: i64 = 1024;

/// The longest list of a field that says nothing itself.
const MAX_ITEMS: i64 = 1000;

/// The definition of every kind, in the order in which a reader meets them.
pub fn all() -> Vec<CustomResourceDefinition> {
    let mut profile = ScepProfile::crd();
    schemas(&mut profile).for_each(say_what_platforms_make_of_fields);
    [TrustedRootProfile::crd(), profile, InventorySource::crd()].into_iter().map(finish).collect()
}

/// All definitions as a stream of YAML documents: always the same text.
pub fn yaml() -> Result<String, serde_saphyr::ser::Error> {
    let documents: Vec<String> = all().iter().map(serde_saphyr::to_string).collect::<Result<_, _>>()?;
    Ok(documents.join("---\n"))
}

/// Adds what the derived definition cannot say.
fn finish(mut definition: CustomResourceDefinition) -> CustomResourceDefinition {
    for schema in schemas(&mut definition) {
        bound(schema);
        default_status(schema);
    }
    definition
}

/// The schema of every version.
fn schemas(definition: &mut CustomResourceDefinition) -> impl Iterator<Item = &mut JSONSchemaProps> {
    let versions = definition.spec.versions.iter_mut();
    versions.filter_map(|version| version.schema.as_mut()?.open_api_v3_schema.as_mut())
}

/// Adds to the description of each field on which platforms differ what they make of it (FLD-01).
fn say_what_platforms_make_of_fields(schema: &mut JSONSchemaProps) {
    let Some(spec) = child(schema, "spec") else { return };
    for row in &MATRIX {
        if let (Some(field), Some(sentence)) = (child(spec, row.field.as_str()), row.sentence()) {
            let description = field.description.get_or_insert_default();
            *description = format!("{description} {sentence}");
        }
    }
}

fn child<'a>(schema: &'a mut JSONSchemaProps, name: &str) -> Option<&'a mut JSONSchemaProps> {
    schema.properties.as_mut()?.get_mut(name)
}

/// Bounds every string and list below a schema that has no bounds of its own, such as those of shared types.
fn bound(schema: &mut JSONSchemaProps) {
    match schema.type_.as_deref() {
        Some("string") if schema.enum_.is_none() && schema.format.is_none() => {
            schema.max_length.get_or_insert(MAX_LENGTH);
        }
        Some("array") => {
            schema.max_items.get_or_insert(MAX_ITEMS);
            schema.x_kubernetes_list_type.get_or_insert_with(|| "atomic".to_owned());
        }
        _ => {}
    }
    children(schema).for_each(bound);
}

fn children(schema: &mut JSONSchemaProps) -> impl Iterator<Item = &mut JSONSchemaProps> {
    let items = match schema.items.as_mut() {
        Some(JSONSchemaPropsOrArray::Schema(item)) => Some(item.as_mut()),
        Some(JSONSchemaPropsOrArray::Schemas(_)) | None => None,
    };
    schema.properties.iter_mut().flat_map(|properties| properties.values_mut()).chain(items)
}

/// A new object is `Ready=Unknown` from its first moment: tools that wait take an object without conditions for done.
fn default_status(schema: &mut JSONSchemaProps) {
    if let Some(status) = child(schema, "status") {
        status.default = Some(JSON(json!({
            "conditions": [{
                "type": "Ready",
                "status": "Unknown",
                "reason": "Pending",
                "message": "Waiting for the operator",
                "lastTransitionTime": "1970-01-01T00:00:00Z",
            }],
        })));
    }
}
