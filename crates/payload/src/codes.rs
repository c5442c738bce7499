//! Numbers and names that Windows and the Android agents share.

use std::collections::BTreeSet;

use scepter_policy::vocabulary::{HashAlgorithm, KeyUsage, SanType};

/// The first byte of the key usage extension (RFC 5280 §4.2.1.3), its most significant bit first, as a number.
pub(crate) fn key_usage(usages: &BTreeSet<KeyUsage>) -> u32 {
    let bit = |usage: &KeyUsage| match usage {
        KeyUsage::DigitalSignature => 0x80,
        KeyUsage::KeyEncipherment => 0x20,
    };
    usages.iter().map(bit).sum()
}

/// A family of hashes.
pub(crate) const fn hash_family(hash: HashAlgorithm) -> &'static str {
    match hash {
        HashAlgorithm::Sha1 => "SHA-1",
        HashAlgorithm::Sha2 => "SHA-2",
    }
}

/// A kind of alternative name, by its place in Windows' `AlternativeNameType`.
pub(crate) const fn alternative_name_type(kind: SanType) -> u32 {
    match kind {
        SanType::Email => 2,
        SanType::Dns => 3,
        SanType::Uri => 7,
        SanType::Upn => 11,
    }
}
