//! A parsed trusted root profile (ROOT-01 … ROOT-08).

pub(crate) mod certificate;
pub mod fields;
mod parse;
#[cfg(test)]
pub(crate) mod sample;

use crate::assign::Aim;
pub use certificate::NotACertificate;
use certificate::RootFacts;
pub use fields::Fields;

use crate::identity::{AuthorityName, ObjectName};
use crate::profile::{Applicability, Assignments};
use crate::vocabulary::{DeletionPolicy, Platform, vocabulary};

vocabulary! {
    /// The Windows store that a root goes to (ROOT-02).
    DestinationStore {
        /// Computer certificate store, root.
        ComputerRoot = "ComputerRoot",
        /// Computer certificate store, intermediate.
        ComputerIntermediate = "ComputerIntermediate",
        /// User certificate store, intermediate.
        UserIntermediate = "UserIntermediate",
    }
}

vocabulary! {
    /// What a trusted root profile's certificate must be (D-08).
    Anchor {
        /// Self-signed.
        SelfSigned = "SelfSigned",
        /// Any CA certificate.
        Any = "Any",
    }
}

/// Where a root's certificate comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RootCertificate {
    /// The certificate itself, as DER.
    Der(Vec<u8>),
    /// The root of that authority; the issuer fills it in.
    Authority(AuthorityName),
    /// A key of a ConfigMap whose bytes the caller has not read; never what an issuer holds.
    Unread {
        /// The ConfigMap.
        config_map: String,
        /// The key in it.
        key: String,
    },
}

/// A trusted root profile that can be served. Made only by parsing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrustedRoot {
    /// The object's name in its namespace.
    pub name: ObjectName,
    /// The name that people see.
    pub display_name: String,
    /// The platform (PLT-01).
    pub platform: Platform,
    /// The certificate.
    pub certificate: RootCertificate,
    /// What the certificate must be.
    pub anchor: Anchor,
    /// The file name that people see.
    pub file_name: Option<String>,
    /// Windows only, and required there (ROOT-02).
    pub destination_store: Option<DestinationStore>,
    /// Who gets it.
    pub assignments: Assignments,
    /// Windows applicability rules (ROOT-16).
    pub applicability: Applicability,
    /// Judged and reported, but nothing changed.
    pub suspend: bool,
    /// What deletion does.
    pub deletion_policy: DeletionPolicy,
}

impl TrustedRoot {
    /// What deciding who is assigned needs of this profile.
    pub fn aim(&self) -> Aim<'_> {
        Aim { platform: self.platform, assignments: &self.assignments, applicability: &self.applicability }
    }

    /// What its certificate says; `None` where this object only refers to one.
    pub(crate) fn facts(&self) -> Option<RootFacts> {
        match &self.certificate {
            RootCertificate::Der(der) => RootFacts::read(der).ok(),
            RootCertificate::Authority(_) | RootCertificate::Unread { .. } => None,
        }
    }
}
