//! A device's certificate request as facts, and its comparison with what was asked for (CHL-04, CHL-11, SUB-15).

mod compare;
mod parse;
mod public_key;
#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::name::{DistinguishedName, Oid};
use crate::san::GeneralName;
use crate::vocabulary::KeyUsage;

pub use compare::compare;
pub use parse::{MAX_REQUEST_SIZE, RequestError};
pub use public_key::PublicKey;

/// SHA-256 of a DER SubjectPublicKeyInfo: the identity of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyFingerprint(pub [u8; 32]);

/// SHA-256 over the certification request, the signer's key and the transaction: equal only for an identical retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestFingerprint(pub [u8; 32]);

/// What a PKCS #10 request says. The signature over it is not looked at here: `scep` proves possession first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestFacts {
    /// The subject.
    pub subject: DistinguishedName,
    /// The subject alternative names of the kinds that policy knows, in order.
    pub subject_alternative_names: Vec<GeneralName>,
    /// Whether the request asks for a kind of alternative name that no profile can ask for.
    pub has_foreign_names: bool,
    /// The key usage bits, when the request has the extension; bit n of RFC 5280 §4.2.1.3 is `1 << n`.
    pub key_usage: Option<u16>,
    /// The extended key usages, when the request has the extension.
    pub extended_key_usages: Option<BTreeSet<Oid>>,
    /// Whether the request asks to be a CA.
    pub wants_ca: bool,
    /// Other extensions, by OID.
    pub other_extensions: BTreeSet<Oid>,
    /// The public key's kind and size.
    pub public_key: PublicKey,
    /// The DER SubjectPublicKeyInfo.
    pub spki: Vec<u8>,
}

/// Key usages as [`RequestFacts::key_usage`] counts them.
pub(crate) fn key_usage_bits(usages: &BTreeSet<KeyUsage>) -> u16 {
    let bit = |usage: &KeyUsage| match usage {
        KeyUsage::DigitalSignature => 1,
        KeyUsage::KeyEncipherment => 1 << 2,
    };
    usages.iter().map(bit).fold(0, |bits, bit| bits | bit)
}
