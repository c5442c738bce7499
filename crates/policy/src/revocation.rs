//! What a certificate revocation list says of one certificate.

use jiff::Timestamp;

use crate::identity::SerialNumber;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// Why a certificate was revoked (RFC 5280 §5.3.1, its names).
    RevocationReason {
        /// No reason given.
        Unspecified = "unspecified",
        /// Its key is known to someone else.
        KeyCompromise = "keyCompromise",
        /// The user left, or the device passed to another.
        AffiliationChanged = "affiliationChanged",
        /// A newer certificate took its place.
        Superseded = "superseded",
        /// The device is no longer assigned, or the profile was deleted.
        CessationOfOperation = "cessationOfOperation",
    }
}

/// One entry of a CRL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// The certificate.
    pub serial: SerialNumber,
    /// When it was revoked.
    pub at: Timestamp,
    /// Why.
    pub reason: RevocationReason,
}
