//! What a CA that is made says about the names below it (RFC 5280 §4.2.1.10).

use scepter_pki::name_constraints::{self, Subtree};
use serde::de::{Deserialize, Deserializer, Error};

use super::static_name;

/// The name constraints of a CA. Forms of names that stand in neither list are free.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NameConstraints {
    /// The names of the forms in it must be within one of these.
    #[serde(default)]
    pub permitted: Subtrees,
    /// No name may be within these, permitted or not.
    #[serde(default)]
    pub excluded: Subtrees,
}

/// Subtrees of names, by the forms of names.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Subtrees {
    /// Domains, themselves and all below: `example.com`. The empty text means every host.
    #[serde(default, deserialize_with = "dns")]
    pub dns: Vec<Subtree>,
    /// Hosts of addresses, `example.com`; the hosts below a domain, `.example.com`; or one address.
    #[serde(default, deserialize_with = "email")]
    pub email: Vec<Subtree>,
    /// Hosts of URIs, `id.example.com`; or the hosts below a domain, `.example.com`. URIs without a host are then refused.
    #[serde(default, deserialize_with = "uri")]
    pub uri: Vec<Subtree>,
    /// Subjects that begin so: `C=DE,O=Example`.
    #[serde(default, deserialize_with = "directory")]
    pub directory: Vec<Subtree>,
}

impl NameConstraints {
    /// Whether they constrain nothing.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Subtrees {
    fn all(&self) -> Vec<Subtree> {
        let Self { dns, email, uri, directory } = self;
        [dns, email, uri, directory].into_iter().flatten().cloned().collect()
    }
}

impl From<&NameConstraints> for name_constraints::NameConstraints {
    fn from(configured: &NameConstraints) -> Self {
        Self::new(configured.permitted.all(), configured.excluded.all())
    }
}

fn dns<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Subtree>, D::Error> {
    list(deserializer, Subtree::dns)
}

fn email<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Subtree>, D::Error> {
    list(deserializer, Subtree::email)
}

fn uri<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Subtree>, D::Error> {
    list(deserializer, Subtree::uri)
}

fn directory<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Subtree>, D::Error> {
    list(deserializer, |text| {
        let name = static_name(text)?;
        Subtree::directory(&name).map_err(|malformed| malformed.to_string())
    })
}

/// Reads a list that says something: an empty one looks as if nothing were permitted, and would constrain nothing.
fn list<'de, D: Deserializer<'de>, E: ToString>(
    deserializer: D,
    read: fn(&str) -> Result<Subtree, E>,
) -> Result<Vec<Subtree>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    if texts.is_empty() {
        return Err(D::Error::custom("an empty list constrains nothing; list names, or leave it out"));
    }
    texts
        .iter()
        .map(|text| read(text))
        .collect::<Result<_, _>>()
        .map_err(|error| D::Error::custom(error.to_string()))
}
