//! One malformed object stops nobody: what cannot be read is told apart, not failed on.

use std::borrow::Cow;
use std::sync::Arc;

use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, ObjectMeta};
use kube::Resource;
use scepter_policy::identity::{Namespace, ObjectKey, ObjectName};
use scepter_reconcile::Kind;
use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::Value;

/// An object as the API server gave it. Its schema keeps most mistakes out; a definition of another version does not.
#[derive(Clone, Debug)]
pub(crate) enum Guarded<K> {
    /// It has the shape of its kind.
    Sound(Arc<K>),
    /// It has not.
    Malformed(Arc<Malformed>),
}

/// What is known of an object that does not have the shape of its kind.
#[derive(Clone, Debug)]
pub(crate) struct Malformed {
    /// Its metadata.
    pub(crate) metadata: ObjectMeta,
    /// At which field, and why, reading it was given up.
    pub(crate) problem: String,
    /// The conditions of its status, where those can be read.
    pub(crate) conditions: Vec<Condition>,
}

impl<K> Guarded<K> {
    /// The object, where it can be read.
    pub(crate) fn sound(&self) -> Option<&Arc<K>> {
        match self {
            Self::Sound(object) => Some(object),
            Self::Malformed(_) => None,
        }
    }
}

/// The key of an object of kind `K`. The API server gives every object a namespace and a name that can stand in one.
pub(crate) fn key<K: Kind>(meta: &ObjectMeta) -> Option<ObjectKey> {
    Some(ObjectKey {
        kind: K::KIND,
        namespace: Namespace::new(meta.namespace.clone()?).ok()?,
        name: ObjectName::new(meta.name.clone()?).ok()?,
    })
}

impl<'de, K: Kind> Deserialize<'de> for Guarded<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        match serde_path_to_error::deserialize::<_, K>(&value) {
            Ok(object) => Ok(Self::Sound(Arc::new(object))),
            Err(error) => {
                let problem = format!("{}: {}", error.path(), error.inner());
                malformed(&value, problem).map(Arc::new).map(Self::Malformed).map_err(D::Error::custom)
            }
        }
    }
}

/// Without metadata it is nobody's object, and the whole answer is wrong.
fn malformed(value: &Value, problem: String) -> Result<Malformed, serde_json::Error> {
    Ok(Malformed {
        metadata: ObjectMeta::deserialize(&value["metadata"])?,
        problem,
        conditions: Vec::deserialize(&value["status"]["conditions"]).unwrap_or_default(),
    })
}

impl<K: Kind> Resource for Guarded<K> {
    type DynamicType = ();
    type Scope = NamespaceResourceScope;

    fn kind((): &()) -> Cow<'_, str> {
        K::kind(&())
    }

    fn group((): &()) -> Cow<'_, str> {
        K::group(&())
    }

    fn version((): &()) -> Cow<'_, str> {
        K::version(&())
    }

    fn plural((): &()) -> Cow<'_, str> {
        K::plural(&())
    }

    fn meta(&self) -> &ObjectMeta {
        match self {
            Self::Sound(object) => object.meta(),
            Self::Malformed(malformed) => &malformed.metadata,
        }
    }

    fn meta_mut(&mut self) -> &mut ObjectMeta {
        match self {
            Self::Sound(object) => Arc::make_mut(object).meta_mut(),
            Self::Malformed(malformed) => &mut Arc::make_mut(malformed).metadata,
        }
    }
}

#[cfg(test)]
mod tests {
    use scepter_crd::InventorySource;
    use serde_json::json;

    use super::*;

    fn source(max_deletions: &Value) -> Value {
        json!({
            "apiVersion": "scepter.dev/v1alpha1",
            "kind": "InventorySource",
            "metadata": {"name": "directory", "namespace": "it", "generation": 3},
            "spec": {"maxDeletions": max_deletions, "source": {"inline": {}}},
            "status": {"conditions": [{
                "type": "Ready", "status": "True", "reason": "Programmed", "message": "",
                "lastTransitionTime": "2026-01-01T00:00:00Z",
            }]},
        })
    }

    fn read(value: Value) -> Guarded<InventorySource> {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn a_list_with_a_malformed_object_still_gives_the_others() {
        let list: Vec<Guarded<InventorySource>> =
            serde_json::from_value(json!([source(&json!(3_000_000_000_i64)), source(&json!("10%"))]))
                .unwrap();
        assert_eq!(list.iter().map(|object| object.sound().is_some()).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn a_malformed_object_keeps_its_name_its_conditions_and_the_field_that_is_wrong() {
        let Guarded::Malformed(malformed) = read(source(&json!(3_000_000_000_i64))) else {
            panic!("it has no shape")
        };
        assert_eq!(key::<InventorySource>(&malformed.metadata).unwrap().name.as_str(), "directory");
        assert_eq!(malformed.conditions.len(), 1);
        assert!(malformed.problem.starts_with("spec.maxDeletions: "), "{}", malformed.problem);
    }

    #[test]
    fn a_value_that_is_no_object_at_all_is_an_error() {
        assert!(serde_json::from_value::<Guarded<InventorySource>>(json!({"metadata": 7})).is_err());
    }
}
