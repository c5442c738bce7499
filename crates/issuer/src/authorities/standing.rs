//! What an authority is to namespaces: who may use it, and which certificates it lets their devices trust (GAP-7, TH-49).

use std::collections::BTreeSet;

use scepter_pki::certificate::Thumbprints;
use scepter_policy::authority::matches;
use scepter_policy::diagnostics::{Diagnostic, FieldPath};
use scepter_policy::identity::{AuthorityName, Namespace};
use scepter_policy::rules::RuleId;

use super::thumbprint::plain_thumbprint;
use crate::configuration::AuthorityConfiguration;

/// The namespaces that an authority serves, and the certificates that their devices may be given to trust.
#[derive(Debug)]
pub(crate) struct Standing {
    namespaces: Vec<String>,
    trusted_roots: BTreeSet<String>,
    certificates: Vec<Vec<u8>>,
}

impl Standing {
    /// The standing of a configured authority with that chain.
    pub(crate) fn new<'a>(
        configuration: &AuthorityConfiguration,
        chain: impl Iterator<Item = &'a [u8]>,
    ) -> Self {
        Self {
            namespaces: configuration.namespaces.clone(),
            trusted_roots: configuration.trusted_roots.iter().map(|text| plain_thumbprint(text)).collect(),
            certificates: chain.map(<[u8]>::to_vec).collect(),
        }
    }

    /// Whether a namespace may use it.
    pub(crate) fn serves(&self, namespace: &Namespace) -> bool {
        self.namespaces.iter().any(|pattern| matches(pattern, namespace.as_str()))
    }

    /// Whether devices of the namespaces that it serves may be given this certificate: its own, or one that it lists.
    pub(crate) fn may_deliver(&self, certificate: &[u8]) -> bool {
        self.certificates.iter().any(|own| own == certificate)
            || self.trusted_roots.contains(&Thumbprints::of(certificate).sha256.to_string())
    }
}

/// AUT-10: the authority that `field` names is not there for the namespace.
pub(crate) fn not_served(field: FieldPath, authority: &AuthorityName, namespace: &Namespace) -> Diagnostic {
    let message = format!("there is no authority {authority} that serves namespace {namespace}");
    Diagnostic::new(RuleId::Aut10, field, message)
}

/// AUT-11: no authority that serves the namespace lets devices have this certificate.
pub(crate) fn not_deliverable(field: FieldPath, certificate: &[u8], namespace: &Namespace) -> Diagnostic {
    let message = format!(
        "the certificate with SHA-1 thumbprint {} is of no authority that serves namespace {namespace}, and none lists it",
        Thumbprints::of(certificate).sha1
    );
    Diagnostic::new(RuleId::Aut11, field, message)
}
