//! Declared objects between the wire and the store: which bytes identify one, and what a stored one means.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use scepter_crd::inventory::Files;
use scepter_crd::{InventorySource, Manifest, TrustedRootProfile};
use scepter_issuer_api::{KeyRef, Reference, ReferenceKind};
use scepter_policy::diagnostics::Diagnostics;
use scepter_policy::profile::Profile;
use scepter_policy::root::TrustedRoot;
use scepter_policy::vocabulary::Platform;
use scepter_store::interpreter::{Document, Interpreter};
use serde_json::{Map, Value, json};

/// What of a manifest is stored: what its author wrote and nothing that a server added, so that the same object is the
/// same document.
pub(crate) fn document(manifest: &Map<String, Value>, references: &[Reference]) -> Document {
    let field = |name: &str| manifest.get(name).cloned().unwrap_or(Value::Null);
    let metadata = |name: &str| manifest.get("metadata").and_then(|metadata| metadata.get(name)).cloned();
    let stored = json!({
        "apiVersion": field("apiVersion"),
        "kind": field("kind"),
        "metadata": { "name": metadata("name"), "namespace": metadata("namespace") },
        "spec": field("spec"),
    });
    let bytes = references.iter().map(|reference| (place(&reference.key), reference.data.clone()));
    Document { manifest: stored.to_string(), bytes: bytes.collect() }
}

/// Reads stored manifests with the one parser there is.
pub(crate) struct Declared;

impl Interpreter for Declared {
    fn profile(&self, document: &Document) -> Result<Profile, String> {
        match manifest(document)? {
            Manifest::ScepProfile(object) => {
                object.parse().map(|(profile, _warnings)| profile).map_err(|findings| sentence(&findings))
            }
            Manifest::TrustedRootProfile(_) | Manifest::InventorySource(_) => {
                Err("it is no ScepProfile".to_owned())
            }
        }
    }

    fn root(&self, document: &Document, now: Timestamp) -> Result<TrustedRoot, String> {
        match manifest(document)? {
            Manifest::TrustedRootProfile(object) => parse_root(&object, &document.bytes, now)
                .map(|(root, _warnings)| root)
                .map_err(|findings| sentence(&findings)),
            Manifest::ScepProfile(_) | Manifest::InventorySource(_) => {
                Err("it is no TrustedRootProfile".to_owned())
            }
        }
    }
}

/// The platform of a stored profile or root.
pub(crate) fn platform(document: &Document) -> Option<Platform> {
    match manifest(document).ok()? {
        Manifest::ScepProfile(object) => Some(object.spec.platform),
        Manifest::TrustedRootProfile(object) => Some(object.spec.platform),
        Manifest::InventorySource(_) => None,
    }
}

/// A stored source. `None` where it is none, or this version cannot read it.
pub(crate) fn source(document: &Document) -> Option<InventorySource> {
    match manifest(document).ok()? {
        Manifest::InventorySource(object) => Some(*object),
        Manifest::ScepProfile(_) | Manifest::TrustedRootProfile(_) => None,
    }
}

/// Judges a root with the bytes that came with it.
pub(crate) fn parse_root(
    object: &TrustedRootProfile,
    bytes: &BTreeMap<String, Vec<u8>>,
    now: Timestamp,
) -> Result<(TrustedRoot, Diagnostics), Diagnostics> {
    let named = object.spec.certificate.config_map_key_ref.as_ref();
    let referenced = named.and_then(|named| bytes.get(&config_map_place(&named.name, &named.key)));
    object.parse(referenced.map(Vec::as_slice), now)
}

/// The files of the `ConfigMap` that a source names.
pub(crate) fn source_files(object: &InventorySource, bytes: &BTreeMap<String, Vec<u8>>) -> Files {
    let Some(named) = &object.spec.source.config_map_ref else { return Files::new() };
    let prefix = config_map_place(&named.name, "");
    bytes
        .iter()
        .filter_map(|(place, data)| {
            Some((place.strip_prefix(&prefix)?.to_owned(), Arc::from(data.as_slice())))
        })
        .collect()
}

fn manifest(document: &Document) -> Result<Manifest, String> {
    let value = serde_json::from_str(&document.manifest).map_err(|error| error.to_string())?;
    Manifest::from_value(value).map_err(|error| error.to_string())
}

/// The key of a reference's bytes in the store.
fn place(key: &KeyRef) -> String {
    match key.kind {
        ReferenceKind::ConfigMap => config_map_place(&key.name, &key.key),
        ReferenceKind::Secret => format!("Secret/{}/{}", key.name, key.key),
    }
}

fn config_map_place(name: &str, key: &str) -> String {
    format!("ConfigMap/{name}/{key}")
}

fn sentence(findings: &Diagnostics) -> String {
    findings.errors().next().map_or_else(|| "it is refused".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(map) => map,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn what_a_server_adds_does_not_make_another_document() {
        let written = json!({ "apiVersion": "a", "kind": "k", "metadata": { "name": "n", "namespace": "s" }, "spec": { "x": 1 } });
        let mut read_back = written.clone();
        read_back["metadata"]["resourceVersion"] = json!("7");
        read_back["metadata"]["managedFields"] = json!([]);
        read_back["status"] = json!({ "conditions": [] });
        assert_eq!(document(&map(written), &[]), document(&map(read_back), &[]));
    }

    #[test]
    fn the_bytes_of_a_reference_belong_to_the_document() {
        let key = KeyRef { kind: ReferenceKind::ConfigMap, name: "root".into(), key: "ca.pem".into() };
        let with =
            |data: &[u8]| document(&Map::new(), &[Reference { key: key.clone(), data: data.to_vec() }]);
        assert_ne!(with(b"one"), with(b"two"));
    }
}
