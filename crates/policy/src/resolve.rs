//! Resolution: a profile and a device become the exact certificate request that the device must make.

mod alternative_names;
mod bearer;
mod subject;
mod values;

use std::collections::BTreeSet;

use bearer::Bearer;
pub use values::{VariableValue, values};

use crate::diagnostics::Diagnostic;
use crate::inventory::{Device, User};
use crate::name::{DistinguishedName, Oid};
use crate::profile::{Profile, Validity};
use crate::rules::{RuleId, keys};
use crate::san::GeneralName;
use crate::vocabulary::{HashAlgorithm, KeySize, KeyStorageProvider, KeyUsage, Platform};

/// The exact request for one device: names with every variable filled in, and what the certificate will say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedRequest {
    /// The platform, which decides what a device can put into its request (CHL-11).
    pub platform: Platform,
    /// The subject.
    pub subject: DistinguishedName,
    /// The subject alternative names, in the profile's order.
    pub subject_alternative_names: Vec<GeneralName>,
    /// The key size.
    pub key_size: KeySize,
    /// The key usages.
    pub key_usages: BTreeSet<KeyUsage>,
    /// The extended key usages.
    pub extended_key_usages: Vec<Oid>,
    /// The hashes to sign with, after HSH-02; empty where the platform has none.
    pub hash_algorithms: BTreeSet<HashAlgorithm>,
    /// The validity period.
    pub validity: Validity,
    /// Where Windows keeps the key.
    pub key_storage_provider: Option<KeyStorageProvider>,
}

/// Fills in a profile for one device and its user; `user` is the user that the device's `userId` names.
///
/// Fails with the most specific rule that the device breaks: a device rule of the groups VAR, SUB, SAN, SID, KSP or KEY.
/// Whether the profile reaches the device at all is [`crate::assign`]'s question.
pub fn resolve(
    profile: &Profile,
    device: &Device,
    user: Option<&User>,
) -> Result<ResolvedRequest, Diagnostic> {
    let bearer = Bearer { platform: profile.platform, certificate: profile.certificate_type, device, user };
    let mut failures = Vec::new();
    let subject = subject::resolve(&profile.subject, bearer, &mut failures);
    let names = alternative_names::resolve(&profile.subject_alternative_names, bearer, &mut failures);
    failures.extend(keys::judge_device(profile, device));
    if let Some(failure) = most_specific(failures) {
        return Err(failure);
    }
    Ok(ResolvedRequest {
        platform: profile.platform,
        subject,
        subject_alternative_names: names,
        key_size: profile.effective_key_size(),
        key_usages: profile.key_usages.clone(),
        extended_key_usages: profile.extended_key_usages.iter().map(|usage| usage.oid).collect(),
        hash_algorithms: hashes(profile),
        validity: profile.validity,
        key_storage_provider: profile.key_storage_provider,
    })
}

/// The failure to report: one that says more than that a value is missing comes first (policy-rules §0).
fn most_specific(failures: Vec<Diagnostic>) -> Option<Diagnostic> {
    let rank = |failure: &Diagnostic| match failure.rule {
        RuleId::Var06 | RuleId::Var10 | RuleId::Var13 | RuleId::Sid05 | RuleId::Sid06 => 0,
        _ => 1,
    };
    failures.into_iter().min_by_key(rank)
}

/// The hashes that the device signs with, after HSH-02.
fn hashes(profile: &Profile) -> BTreeSet<HashAlgorithm> {
    if keys::ignores_sha1(profile.platform) {
        BTreeSet::from([HashAlgorithm::Sha2])
    } else {
        profile.hash_algorithms.clone()
    }
}

impl Validity {
    /// The end of a period that begins at `start`, in UTC: calendar months and years, days of 24 hours.
    /// `None` past the year 9999.
    pub fn end(self, start: jiff::Timestamp) -> Option<jiff::Timestamp> {
        let span = match self.unit {
            crate::vocabulary::ValidityUnit::Days => jiff::Span::new().try_days(self.value),
            crate::vocabulary::ValidityUnit::Months => jiff::Span::new().try_months(self.value),
            crate::vocabulary::ValidityUnit::Years => jiff::Span::new().try_years(self.value),
        };
        let zoned = start.to_zoned(jiff::tz::TimeZone::UTC);
        span.ok().and_then(|span| zoned.checked_add(span).ok()).map(|end| end.timestamp())
    }
}

#[cfg(test)]
mod tests;
