//! A file of manifests, the whole way of lint: text, tree, schema, object, rules. Whatever the bytes, it ends; and what
//! the schema accepts can be read as an object.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use scepter_crd::{Manifest, ManifestError, Schemas};
use scepter_policy::identity::ObjectKind;
use scepter_yaml::{Node, documents, text};

static SCHEMAS: LazyLock<Schemas> = LazyLock::new(|| Schemas::new().expect("the generated schemas"));

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = text(bytes) else { return };
    for document in documents(text).take(100).flatten() {
        let kind =
            document.get("kind").and_then(Node::as_str).and_then(|kind| kind.parse::<ObjectKind>().ok());
        let has_shape = kind.map(|kind| SCHEMAS.check(kind, &document).is_empty());
        match Manifest::from_value(document.to_json()) {
            Ok(Manifest::ScepProfile(profile)) => drop(profile.parse()),
            Ok(Manifest::TrustedRootProfile(root)) => drop(root.parse(None, jiff::Timestamp::UNIX_EPOCH)),
            Ok(Manifest::InventorySource(_)) => {}
            Err(ManifestError::Malformed { finding, .. }) => assert_ne!(has_shape, Some(true), "{finding}"),
            Err(_) => {}
        }
    }
});
