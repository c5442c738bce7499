//! What a change would do: computed before anything is changed, from what is stored and what is wanted.

use serde::{Deserialize, Serialize};

use crate::profile::Profile;
use crate::resolve::asks_the_same;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What a change of one field does to certificates that are out.
    Effect {
        /// Nothing.
        None = "none",
        /// They are requested anew at the next check-in; the old one is revoked once the new one is installed.
        Reissue = "reissue",
        /// They are revoked.
        Revoke = "revoke",
    }
}

/// A field that a change touches, and what follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The field's path.
    pub field: String,
    /// What follows for certificates.
    pub effect: Effect,
}

/// How many certificates a change touches, counted by the caller from its rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Devices that become assigned.
    pub assigned: u32,
    /// Devices that stop being assigned and hold no certificate.
    pub unassigned: u32,
    /// Live certificates of devices that stop being assigned.
    pub revoked: u32,
    /// Live certificates of devices that stay assigned.
    pub kept: u32,
}

/// What a change would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// Whether it waits for approval.
    pub held: bool,
    /// Assignments that come into being.
    pub create: u32,
    /// Assignments whose parameters change without a new certificate.
    pub update: u32,
    /// Certificates that will be requested anew.
    pub reissue: u32,
    /// Certificates that will be revoked.
    pub revoke: u32,
    /// Assignments that end without a certificate.
    pub remove: u32,
    /// The fields that changed.
    pub changes: Vec<Change>,
}

/// Compares the stored profile with the wanted one.
pub fn plan(stored: Option<&Profile>, wanted: &Profile, counts: Counts) -> Plan {
    let changes = stored.map(|stored| changes(stored, wanted)).unwrap_or_default();
    let reissue = stored.is_some_and(|stored| !asks_the_same(stored, wanted));
    Plan {
        held: false,
        create: counts.assigned,
        update: if reissue || changes.is_empty() { 0 } else { counts.kept },
        reissue: if reissue { counts.kept } else { 0 },
        revoke: counts.revoked,
        remove: counts.unassigned,
        changes,
    }
}

fn changes(old: &Profile, new: &Profile) -> Vec<Change> {
    let table = [
        ("spec.displayName", old.display_name != new.display_name, Effect::None),
        ("spec.subjectNameFormat", old.subject != new.subject, Effect::Reissue),
        (
            "spec.subjectAlternativeNames",
            old.subject_alternative_names != new.subject_alternative_names,
            Effect::Reissue,
        ),
        ("spec.validityPeriod", old.validity != new.validity, Effect::Reissue),
        ("spec.keyStorageProvider", old.key_storage_provider != new.key_storage_provider, Effect::Reissue),
        ("spec.keyUsages", old.key_usages != new.key_usages, Effect::Reissue),
        ("spec.keySize", old.effective_key_size() != new.effective_key_size(), Effect::Reissue),
        ("spec.hashAlgorithms", old.hash_algorithms != new.hash_algorithms, Effect::Reissue),
        ("spec.rootCertificateRef", old.root != new.root, Effect::Reissue),
        ("spec.extendedKeyUsages", old.extended_key_usages != new.extended_key_usages, Effect::Reissue),
        (
            "spec.renewalThresholdPercent",
            old.renewal_threshold_percent != new.renewal_threshold_percent,
            Effect::None,
        ),
        ("spec.scepServerURLs", old.scep_server_urls != new.scep_server_urls, Effect::None),
        ("spec.certificateAccess", old.certificate_access != new.certificate_access, Effect::None),
        ("spec.associatedProfiles", old.associated_profiles != new.associated_profiles, Effect::Revoke),
        ("spec.applicabilityRules", old.applicability != new.applicability, Effect::Revoke),
        ("spec.assignments", old.assignments != new.assignments, Effect::Revoke),
        ("spec.authorityName", old.authority != new.authority, Effect::Reissue),
    ];
    table
        .into_iter()
        .filter(|(_, changed, _)| *changed)
        .map(|(field, _, effect)| Change { field: field.to_owned(), effect })
        .collect()
}
