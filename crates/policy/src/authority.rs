//! What policy needs to know of an authority: how long it lives, and which names it may ever certify (design §2,
//! Tenancy; rules AUT-*).

mod domain;
mod judge;
mod length;
mod names;
mod permit;
#[cfg(test)]
pub(crate) mod sample;
mod scope;
mod uri;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
pub use judge::{judge, judge_names};
pub use permit::permit;
pub use scope::matches;
use serde::{Deserialize, Serialize};

use crate::identity::AuthorityName;
use crate::name::Oid;
use crate::profile::Validity;
use crate::vocabulary::vocabulary;

/// The facts of one authority, as configuration and its certificates give them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityFacts {
    /// Its name.
    pub name: AuthorityName,
    /// Its CA that issues: what a certificate is recorded and published under. The authority's own name until a roll-over.
    pub ca: AuthorityName,
    /// When its issuing certificate begins; no certificate of it begins earlier.
    pub not_before: Timestamp,
    /// When its issuing certificate ends (VAL-05).
    pub not_after: Timestamp,
    /// The longest validity that it grants (VAL-04).
    pub max_validity: Validity,
    /// Whether X.520 length limits are enforced (SUB-13).
    pub enforce_name_lengths: bool,
    /// The root that anchors its CA that issues, as DER (ROOT-08).
    pub root: Vec<u8>,
    /// The roots of its CAs before and after that one, as DER: during a roll-over devices get them too.
    pub other_roots: Vec<Vec<u8>>,
    /// Where devices reach it (URL-13).
    pub public_urls: Vec<String>,
    /// What it may certify, by namespace pattern.
    pub permitted: Vec<Permitted>,
    /// Whether somebody has to approve each of its certificates.
    pub approval: Approval,
}

impl AuthorityFacts {
    /// Whether that root anchors one of its CAs.
    pub fn is_anchored_by(&self, root: &[u8]) -> bool {
        self.root == root || self.other_roots.iter().any(|other| other == root)
    }
}

vocabulary! {
    /// Whether a request that policy allows is answered at once, or waits until an admin approves it (decision 0173).
    #[derive(Default)]
    Approval {
        /// Answered at once.
        #[default]
        Automatic = "Automatic",
        /// Answered with PENDING until it was approved.
        Manual = "Manual",
    }
}

/// What an authority may certify for the namespaces that match. Closed by default: an empty list permits nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Permitted {
    /// Namespace names; `*` stands for any run of characters. Absent means every namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespaces: Option<Vec<String>>,
    /// Anything at all; for laboratories.
    #[serde(default)]
    pub any: bool,
    /// Values that a subject attribute may have, by attribute key such as `O`; an attribute that is not listed may have
    /// no static value (AUT-01).
    #[serde(default)]
    pub subject: BTreeMap<String, BTreeSet<String>>,
    /// Domains of e-mail addresses (AUT-03).
    #[serde(default)]
    pub email_domains: BTreeSet<String>,
    /// Suffixes of user principal names (AUT-04).
    #[serde(default)]
    pub upn_suffixes: BTreeSet<String>,
    /// DNS domains, themselves and below (AUT-05).
    #[serde(default)]
    pub dns_domains: BTreeSet<String>,
    /// URI prefixes (AUT-06).
    #[serde(default)]
    pub uri_prefixes: BTreeSet<String>,
    /// Domain parts of security identifiers, `S-1-5-21-a-b-c` (AUT-07).
    #[serde(default)]
    pub security_identifier_domains: BTreeSet<String>,
    /// Extended key usages; OCSPSigning is never permitted (AUT-08).
    #[serde(default)]
    pub extended_key_usages: BTreeSet<DottedOid>,
    /// Whether an e-mail address or UPN may be other than the assigned user's own (AUT-09).
    #[serde(default)]
    pub foreign_user_names: bool,
}

/// An OID as configuration writes it, in dotted form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DottedOid(pub Oid);

impl From<DottedOid> for String {
    fn from(oid: DottedOid) -> Self {
        oid.0.to_string()
    }
}

impl TryFrom<String> for DottedOid {
    type Error = const_oid::Error;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Oid::new(&text).map(Self)
    }
}
