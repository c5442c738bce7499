//! Declared objects, gathered into namespaces: each is a world of its own.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use scepter_crd::Manifest;
use scepter_issuer_api::{KeyRef, ReferenceKind};
use scepter_policy::diagnostics::Diagnostics;
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
#[derive(Debug)]
pub(crate) struct Misshapen {
    /// Which object.
    pub(crate) identity: Identity,
    /// Where it stands.
    pub(crate) place: Place,
    /// What is wrong.
    pub(crate) findings: Diagnostics,
}

impl Misshapen {
    fn new(object: &Declared, findings: Diagnostics) -> Self {
        Self { identity: object.identity(), place: object.place.clone(), findings }
    }
}

impl Declared {
    /// What tells it from others.
    pub(crate) fn identity(&self) -> Identity {
        (self.kind().to_owned(), self.namespace().to_owned(), self.name().to_owned())
    }

    /// The object with its namespace filled in, as an API server would have it.
    pub(crate) fn in_namespace(&self) -> Value {
        let mut value = self.value.clone();
        if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.insert("namespace".to_owned(), json!(self.namespace()));
        }
        value
    }
}

/// Gathers objects; `completed` is the object as an API server would hand it out.
pub(crate) fn gather<'a>(
    objects: impl IntoIterator<Item = &'a Declared>,
    completed: impl Fn(&Declared) -> Value,
) -> Namespaces {
    let mut all = Namespaces::default();
    for object in objects {
        let among = all.worlds.entry(object.namespace().to_owned()).or_default();
        match &object.shape {
            None => supply(among, object),
            Some(findings) if findings.has_errors() => {
                all.misshapen.push(Misshapen::new(object, findings.clone()));
            }
            Some(_) => match Manifest::from_value(completed(object)) {
                Ok(manifest) => {
                    among.declare(manifest);
                    all.places.insert(object.identity(), object.place.clone());
                }
                Err(error) => all.misshapen.push(Misshapen::new(object, error.into())),
            },
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use scepter_crd::Schemas;

    use super::*;

    const SOURCE: &str = "\
apiVersion: scepter.dev/v1alpha1
kind: InventorySource
metadata: {name: people}
spec: {source: {configMapRef: {name: people}}}
";

    fn gathered(text: &str) -> Namespaces {
        let schemas = Schemas::new().unwrap();
        let nodes: Vec<_> = scepter_yaml::documents(text).map(Result::unwrap).collect();
        let objects: Vec<_> =
            nodes.iter().map(|node| Declared::new(Path::new("x.yaml"), node, &schemas)).collect();
        gather(&objects, Declared::in_namespace)
    }

    #[test]
    fn an_object_that_an_api_server_would_refuse_is_declared_nowhere() {
        let all = gathered(&SOURCE.replace("spec:", "Spec:"));
        let fields: Vec<_> = all.misshapen[0].findings.iter().map(|finding| finding.field.as_str()).collect();
        assert_eq!(fields, ["Spec", "spec"], "the unknown field, and the missing one");
        assert_eq!(keys(&all.worlds["default"]).len(), 0);
    }

    #[test]
    fn a_status_in_a_file_is_dropped_as_an_api_server_drops_it() {
        let all = gathered(&format!("{SOURCE}status: {{users: many}}\n"));
        assert!(all.misshapen.is_empty(), "{:?}", all.misshapen);
        assert_eq!(keys(&all.worlds["default"]).len(), 1);
    }

    #[test]
    fn objects_of_other_kinds_supply_bytes_or_nothing() {
        let config_map = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: people}\ndata: {users.yaml: '[{id: u1}]', n: 1}\n";
        let all = gathered(&format!("{SOURCE}---\n{config_map}---\nreplicas: 3\n"));
        let among = &all.worlds["default"];
        let source = among.sources().next().unwrap();
        assert_eq!(among.read(source).unwrap().inventory.users[0].id.as_str(), "u1");
    }
}
