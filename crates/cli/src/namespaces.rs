//! Declared objects, gathered into namespaces: each is a world of its own.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use scepter_issuer_api::{KeyRef, ReferenceKind};
use scepter_policy::diagnostics::Diagnostics;
use scepter_policy::identity::ObjectKey;
use scepter_reconcile::{Manifests, key};
use serde_json::Value;

pub(crate) use crate::files::Identity;
use crate::files::{Declared, Place, Reading};

/// The objects by namespace, and what could not be read as an object.
#[derive(Default)]
pub(crate) struct Namespaces {
    /// The worlds, by name.
    pub(crate) worlds: BTreeMap<String, Manifests>,
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

/// Gathers objects into their namespaces.
pub(crate) fn gather(objects: impl IntoIterator<Item = Declared>) -> Namespaces {
    let mut all = Namespaces::default();
    for Declared { place, identity, reading } in objects {
        let among = all.worlds.entry(identity.1.clone()).or_default();
        match reading {
            Reading::Foreign(value) => supply(among, &identity, &value),
            Reading::Misshapen(findings) => all.misshapen.push(Misshapen { identity, place, findings }),
            Reading::Manifest(manifest) => {
                among.declare(manifest);
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
fn supply(among: &mut Manifests, (kind, _, name): &Identity, object: &Value) {
    if kind != "ConfigMap" {
        return;
    }
    let entries = |field: &str| object.get(field).and_then(Value::as_object).into_iter().flatten();
    let texts = entries("data").filter_map(|(name, value)| Some((name, value.as_str()?.as_bytes().to_vec())));
    let binaries = entries("binaryData")
        .filter_map(|(name, value)| Some((name, STANDARD.decode(value.as_str()?).ok()?)));
    for (key, bytes) in texts.chain(binaries) {
        let reference = KeyRef { kind: ReferenceKind::ConfigMap, name: name.clone(), key: key.clone() };
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
        gather(nodes.iter().map(|node| Declared::new(Path::new("x.yaml"), node, &schemas)))
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
