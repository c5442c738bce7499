//! Resolution: a profile and a device become the exact certificate request that the device must make.

use std::collections::BTreeSet;

use crate::name::{DistinguishedName, Oid};
use crate::profile::{Profile, Validity};
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

/// Whether a change of profile asks for new certificates; used by [`crate::plan`].
pub(crate) fn asks_the_same(old: &Profile, new: &Profile) -> bool {
    old.subject == new.subject
        && old.subject_alternative_names == new.subject_alternative_names
        && old.effective_key_size() == new.effective_key_size()
        && old.key_usages == new.key_usages
        && old.extended_key_usages == new.extended_key_usages
        && old.validity == new.validity
        && old.hash_algorithms == new.hash_algorithms
        && old.key_storage_provider == new.key_storage_provider
        && old.root == new.root
}
