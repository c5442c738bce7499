//! Declared objects, gathered into namespaces: each is a world of its own.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use scepter_crd::{Manifest, ManifestError};
use scepter_issuer_api::{KeyRef, ReferenceKind};
use scepter_policy::identity::ObjectKey;
use scepter_reconcile::{Manifests, key};
use serde_json::{Value, json};

use crate::files::{Declared, Place};

/// What tells one declared object from another: kind, namespace, name.
pub(crate) type Identity = (String, String, String);

/// The objects by namespace, and what could not be read as an object.
#[derive(Default)]
pub(crate) struct Namespaces {
    /// The worlds, by name.
    pub(crate) worlds: BTreeMap<String, Manifests>,
    /// Where each object stands.
    pub(crate) places: BTreeMap<Identity, Place>,
    /// Objects of our API without the shape of their kind.
    pub(crate) misshapen: Vec<Misshapen>,
}

/// An object of our API without the shape of its kind.
pub(crate) struct Misshapen {
    /// Which object.
    pub(crate) identity: Identity,
    /// Where it stands.
    pub(crate) place: Place,
    /// What is wrong.
    pub(crate) error: ManifestError,
}

impl Declared {
    /// What tells it from others.
    pub(crate) fn identity(&self) -> Identity {
        (self.kind().to_owned(), self.namespace().to_owned(), self.name().to_owned())
    }

    /// The object with its namespace filled in, as an API server would.
    pub(crate) fn in_namespace(&self) -> Value {
        let mut value = self.value.clone();
        if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.insert("namespace".to_owned(), json!(self.namespace()));
        }
        value
    }
}

/// Gathers objects; `completed` is the object as an API server would hand it out.
pub(crate) fn gather(objects: &[Declared], completed: impl Fn(&Declared) -> Value) -> Namespaces {
    let mut all = Namespaces::default();
    for object in objects {
        let among = all.worlds.entry(object.namespace().to_owned()).or_default();
        match Manifest::from_value(completed(object)) {
            Ok(manifest) => {
                among.declare(manifest);
                all.places.insert(object.identity(), object.place.clone());
            }
            Err(ManifestError::Foreign { .. }) => supply(among, object),
            Err(error) => {
                let (identity, place) = (object.identity(), object.place.clone());
                all.misshapen.push(Misshapen { identity, place, error });
            }
        }
    }
    all
}

/// Every object of a namespace by its key.
pub(crate) fn keys(among: &Manifests) -> BTreeSet<ObjectKey> {
    let profiles = among.profiles().filter_map(|object| key(&**object).ok());
    let roots = among.roots().filter_map(|object| key(&**object).ok());
    let sources = among.sources().filter_map(|object| key(&**object).ok());
    profiles.chain(roots).chain(sources).collect()
}

/// Adds a `ConfigMap`'s keys; other foreign kinds are nothing to us.
fn supply(among: &mut Manifests, object: &Declared) {
    if object.kind() != "ConfigMap" {
        return;
    }
    let entries = |field: &str| object.value.get(field).and_then(Value::as_object).into_iter().flatten();
    let texts = entries("data").filter_map(|(name, value)| Some((name, value.as_str()?.as_bytes().to_vec())));
    let binaries = entries("binaryData")
        .filter_map(|(name, value)| Some((name, STANDARD.decode(value.as_str()?).ok()?)));
    for (key, bytes) in texts.chain(binaries) {
        let reference =
            KeyRef { kind: ReferenceKind::ConfigMap, name: object.name().to_owned(), key: key.clone() };
        among.supply(reference, bytes.into());
    }
}
