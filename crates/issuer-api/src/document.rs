//! What a PUT carries: the object as applied, and what the issuer cannot fetch itself.

use std::fmt;

use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A declared object with the bytes that its references name.
///
/// As JSON it is the object itself, so that `kubectl get -o json` is a valid body; `references` and `origin` stand
/// beside `spec`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// The bytes that the object's references name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
    /// Where the object lives; absent outside Kubernetes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// The object as applied: `apiVersion`, `kind`, `metadata`, `spec`.
    #[serde(flatten)]
    pub manifest: Map<String, Value>,
}

/// The cluster and namespace that an object lives in. A changed UID is held: a re-created namespace inherits nothing
/// (GAP-6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Origin {
    /// UID of the namespace `kube-system`, which names the cluster.
    pub cluster_uid: String,
    /// UID of the object's namespace.
    pub namespace_uid: String,
}

/// The kinds of object that a reference can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ReferenceKind {
    /// A ConfigMap.
    ConfigMap,
    /// A Secret of the type `scepter.dev/http-credentials`.
    Secret,
}

/// One key of a ConfigMap or Secret in the object's own namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KeyRef {
    /// What holds the key.
    pub kind: ReferenceKind,
    /// Its name.
    pub name: String,
    /// The key.
    pub key: String,
}

impl fmt::Display for KeyRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {} key {}", self.kind, self.name, self.key)
    }
}

/// The bytes behind a reference; base64 on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// What names them.
    #[serde(flatten)]
    pub key: KeyRef,
    /// The bytes.
    #[serde(with = "base64_bytes")]
    pub data: Vec<u8>,
}

/// Bytes as base64 text.
pub(crate) mod base64_bytes {
    use base64::Engine as _;

    use super::STANDARD;

    pub(crate) fn serialize<S: serde::Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<u8>, D::Error> {
        let text = <String as serde::Deserialize>::deserialize(deserializer)?;
        STANDARD.decode(text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_as_kubectl_prints_it_is_a_valid_document() {
        let text = r#"{"apiVersion":"scepter.dev/v1alpha1","kind":"ScepProfile","metadata":{"name":"x"},"spec":{"platform":"iOS"}}"#;
        let document: Document = serde_json::from_str(text).unwrap();
        assert!(document.references.is_empty() && document.origin.is_none());
        assert_eq!(document.manifest["kind"], "ScepProfile");
    }

    #[test]
    fn references_travel_beside_the_object() {
        let key = KeyRef { kind: ReferenceKind::ConfigMap, name: "root".into(), key: "ca.pem".into() };
        let document = Document {
            references: vec![Reference { key, data: b"bytes".to_vec() }],
            origin: Some(Origin { cluster_uid: "c".into(), namespace_uid: "n".into() }),
            manifest: Map::from_iter([("kind".to_owned(), Value::from("TrustedRootProfile"))]),
        };
        let json = serde_json::to_value(&document).unwrap();
        assert_eq!(json["references"][0]["data"], "Ynl0ZXM=");
        assert_eq!(serde_json::from_value::<Document>(json).unwrap(), document);
    }
}
