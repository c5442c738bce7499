//! Objects as a user declares them, for the tests of this crate.

#![allow(dead_code, reason = "each test binary uses some of these")]

use jiff::Timestamp;
use scepter_crd::{InventorySource, Manifest, ScepProfile, TrustedRootProfile};
use scepter_reconcile::Manifests;
use serde_json::{Value, json};

/// The time at which the tests run.
pub(crate) fn now() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

/// A profile `wifi` of generation 3 that refers to the root `root`, changed by `edit`.
pub(crate) fn profile(edit: impl FnOnce(&mut Value)) -> ScepProfile {
    let mut value = object(
        "ScepProfile",
        "wifi",
        &json!({
            "platform": "iOS",
            "certificateType": "Device",
            "subjectNameFormat": "CN={{AAD_Device_ID}}",
            "validityPeriod": {"value": 1, "unit": "Years"},
            "keyUsages": ["DigitalSignature"],
            "rootCertificateRef": {"name": "root"},
            "extendedKeyUsages": [{"name": "Client Authentication", "oid": "1.3.6.1.5.5.7.3.2"}],
            "scepServerURLs": ["https://scep.example.com/scep/default"],
            "assignments": {"include": [{"group": "phones"}]},
        }),
    );
    edit(&mut value);
    match Manifest::from_value(value).unwrap() {
        Manifest::ScepProfile(profile) => *profile,
        other => panic!("{other:?}"),
    }
}

/// A root `root` that is the authority's own, changed by `edit`.
pub(crate) fn root(edit: impl FnOnce(&mut Value)) -> TrustedRootProfile {
    let mut value = object(
        "TrustedRootProfile",
        "root",
        &json!({
            "platform": "iOS",
            "certificate": {"authorityName": "default"},
            "assignments": {"include": [{"group": "phones"}]},
        }),
    );
    edit(&mut value);
    match Manifest::from_value(value).unwrap() {
        Manifest::TrustedRootProfile(root) => *root,
        other => panic!("{other:?}"),
    }
}

/// A source `people` with that source.
pub(crate) fn source(source: &Value) -> InventorySource {
    match Manifest::from_value(object("InventorySource", "people", &json!({"source": source}))).unwrap() {
        Manifest::InventorySource(source) => *source,
        other => panic!("{other:?}"),
    }
}

/// A namespace with those objects.
pub(crate) fn namespace(manifests: impl IntoIterator<Item = Manifest>) -> Manifests {
    let mut all = Manifests::new(None);
    for manifest in manifests {
        assert!(all.declare(manifest), "declared twice");
    }
    all
}

fn object(kind: &str, name: &str, spec: &Value) -> Value {
    json!({
        "apiVersion": "scepter.dev/v1alpha1",
        "kind": kind,
        "metadata": {"name": name, "namespace": "field", "generation": 3},
        "spec": spec,
    })
}
