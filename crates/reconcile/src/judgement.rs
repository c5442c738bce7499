//! What policy says of an object among its neighbours, before anybody else is asked.

use scepter_issuer_api::Document;
use scepter_policy::diagnostics::{Diagnostic, Diagnostics};

/// What is to become of an object.
#[derive(Clone, Debug, PartialEq)]
pub enum Judgement {
    /// It breaks a rule of the object scope: nobody is asked.
    Refused(Diagnostics),
    /// It is right in itself, but refers to what is not there or not right.
    Waiting {
        /// The references.
        unmet: Vec<Unmet>,
        /// Other findings.
        warnings: Diagnostics,
    },
    /// It can be declared to the issuer.
    Accepted {
        /// What to declare.
        desired: Document,
        /// Findings that do not stop it.
        warnings: Diagnostics,
    },
}

/// A reference that is not met, with the finding that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unmet {
    /// There is no root of that name (ROOT-07). It may yet come.
    RootNotFound(Diagnostic),
    /// The root is there, and refused itself.
    RootInvalid(Diagnostic),
    /// The root cannot serve this profile: another platform (ROOT-07), not self-signed (ROOT-08).
    RootUnsuitable(Diagnostic),
    /// There is no such `ConfigMap`, or it lacks the key. It may yet come.
    ConfigMapNotFound(Diagnostic),
}

impl Unmet {
    /// The finding.
    pub fn finding(&self) -> &Diagnostic {
        match self {
            Self::RootNotFound(finding)
            | Self::RootInvalid(finding)
            | Self::RootUnsuitable(finding)
            | Self::ConfigMapNotFound(finding) => finding,
        }
    }
}

impl Judgement {
    /// Every finding, in the order in which they were made.
    pub fn into_diagnostics(self) -> Diagnostics {
        match self {
            Self::Refused(findings) => findings,
            Self::Waiting { unmet, warnings } => {
                unmet.iter().map(Unmet::finding).cloned().chain(warnings).collect()
            }
            Self::Accepted { warnings, .. } => warnings,
        }
    }
}
