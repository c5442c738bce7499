//! What is declared to the issuer: the object as applied, and the bytes that its references name.

use std::collections::BTreeMap;

use scepter_issuer_api::{Document, Reference};
use scepter_policy::diagnostics::{Diagnostic, FieldPath};
use scepter_policy::identity::{Namespace, ObjectKey, ObjectName};
use scepter_policy::rules::RuleId;
use serde_json::{Map, Value, json};

use crate::kind::{Kind, name};
use crate::manifests::Manifests;

/// Names an object. An object that was read from an API server has a key; one from a file may lack a name or namespace.
pub fn key<K: Kind>(object: &K) -> Result<ObjectKey, Diagnostic> {
    let invalid = |field: &str, problem: String| {
        Diagnostic::new(RuleId::Plt09, FieldPath::from("metadata").field(field), problem)
    };
    let namespace = object.meta().namespace.clone().unwrap_or_default();
    Ok(ObjectKey {
        kind: K::KIND,
        namespace: Namespace::new(namespace).map_err(|error| invalid("namespace", error.to_string()))?,
        name: ObjectName::new(name(object)).map_err(|error| invalid("name", error.to_string()))?,
    })
}

/// The document that declares an object: its spec, the metadata that matters to the issuer, and its references.
pub(crate) fn document<K: Kind>(object: &K, among: &Manifests) -> Document {
    let references = object.reads().into_iter().filter_map(|key| {
        let data = among.bytes(&key)?.to_vec();
        Some(Reference { key, data })
    });
    Document { references: references.collect(), origin: among.origin().cloned(), manifest: manifest(object) }
}

fn manifest<K: Kind>(object: &K) -> Map<String, Value> {
    let meta = object.meta();
    let own: BTreeMap<&String, &String> = meta
        .annotations
        .iter()
        .flatten()
        .filter(|(annotation, _)| annotation.starts_with("scepter.dev/"))
        .collect();
    let metadata = json!({
        "name": meta.name,
        "namespace": meta.namespace,
        "uid": meta.uid,
        "generation": meta.generation,
        "annotations": own,
    });
    Map::from_iter([
        ("apiVersion".to_owned(), Value::from(K::api_version(&()))),
        ("kind".to_owned(), Value::from(K::kind(&()))),
        ("metadata".to_owned(), without_nulls(metadata)),
        ("spec".to_owned(), object.spec()),
    ])
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            Value::Object(fields.into_iter().filter(|(_, field)| !field.is_null()).collect())
        }
        other => other,
    }
}
