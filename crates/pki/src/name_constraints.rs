//! What CA certificates say about the names below them (RFC 5280 §4.2.1.10), and whether a certificate keeps to it.
//!
//! The last line of defence against a fault in policy (TH-48): it reads the names that are about to be signed, shares no
//! code with what permitted them, and refuses what two readers could understand differently (decision 0275).

mod directory;
mod domain;
mod mailbox;
mod name;
mod subtree;
mod uri;

use x509_cert::ext::pkix::NameConstraints as Encoded;
use x509_cert::ext::pkix::constraints::name::GeneralSubtree;

pub(crate) use self::name::CertifiedName;
pub use self::name::NameForm;
pub use self::subtree::{MalformedSubtree, Subtree};

/// The name constraints of one CA certificate. Forms of names that they do not mention are free.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameConstraints {
    permitted: Vec<Subtree>,
    excluded: Vec<Subtree>,
}

/// How a name stands to a subtree of its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Within,
    Outside,
    /// Readers may differ, or we do not understand the constraint: neither permitted nor clear of what is excluded.
    Undecidable,
}

/// What a name does against a constraint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breach {
    /// Its form is constrained, and it lies in no permitted subtree.
    NotPermitted,
    /// It lies in an excluded subtree, or may do so.
    Excluded,
}

/// A name that a CA must not certify. What it says holds no value, since it stands in status and log (decision 0106).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a name of the certificate ({form}) {}; give the profile names inside them, or another authority",
    match breach {
        Breach::NotPermitted => format!("lies outside what the name constraints of {ca} permit"),
        Breach::Excluded => format!("is not clear of what the name constraints of {ca} exclude"),
    }
)]
pub struct NameConstraintViolation {
    /// The form of the name.
    pub form: NameForm,
    /// The name itself; it may be personal.
    pub name: String,
    /// The subject of the CA certificate with the constraints.
    pub ca: String,
    /// What the name does.
    pub breach: Breach,
}

impl NameConstraints {
    /// Constraints to be written into a CA certificate.
    pub fn new(permitted: Vec<Subtree>, excluded: Vec<Subtree>) -> Self {
        Self { permitted, excluded }
    }

    /// Whether there are none. An extension that says nothing must not be written.
    pub fn is_empty(&self) -> bool {
        self.permitted.is_empty() && self.excluded.is_empty()
    }

    /// Whether every name may be certified below the CA certificate whose subject `ca` says.
    pub(crate) fn check(
        &self,
        names: &[CertifiedName],
        ca: impl FnOnce() -> String,
    ) -> Result<(), NameConstraintViolation> {
        let broken = names.iter().find_map(|name| Some((name, self.breach(name)?)));
        broken.map_or(Ok(()), |(name, breach)| {
            let (form, name, ca) = (name.form(), name.to_string(), ca());
            Err(NameConstraintViolation { form, name, ca, breach })
        })
    }

    fn breach(&self, name: &CertifiedName) -> Option<Breach> {
        let relations = |subtrees: &[Subtree]| -> Vec<Relation> {
            subtrees.iter().filter_map(|subtree| subtree.relation_to(name)).collect()
        };
        let permitted = relations(&self.permitted);
        if !permitted.is_empty() && !permitted.contains(&Relation::Within) {
            return Some(Breach::NotPermitted);
        }
        let is_clear = relations(&self.excluded).iter().all(|relation| *relation == Relation::Outside);
        (!is_clear).then_some(Breach::Excluded)
    }
}

impl From<Encoded> for NameConstraints {
    fn from(encoded: Encoded) -> Self {
        let read = |subtrees: Option<Vec<GeneralSubtree>>| {
            subtrees.unwrap_or_default().into_iter().map(Subtree::from).collect()
        };
        Self { permitted: read(encoded.permitted_subtrees), excluded: read(encoded.excluded_subtrees) }
    }
}

impl From<&NameConstraints> for Encoded {
    fn from(constraints: &NameConstraints) -> Self {
        let write = |subtrees: &[Subtree]| {
            let written: Vec<_> = subtrees.iter().map(|subtree| subtree.encoded().clone()).collect();
            (!written.is_empty()).then_some(written)
        };
        Self {
            permitted_subtrees: write(&constraints.permitted),
            excluded_subtrees: write(&constraints.excluded),
        }
    }
}

#[cfg(test)]
mod tests;
