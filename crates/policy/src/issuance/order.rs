//! From authorised to issued.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{CredentialId, RowVersions};
use crate::authority::Approval;
use crate::identity::{AssignmentKey, AuthorityName, SerialNumber, UserId};
use crate::name::{DistinguishedName, Oid};
use crate::request::{KeyFingerprint, RequestFingerprint};
use crate::san::GeneralName;
use crate::vocabulary::KeyUsage;

/// A request that may be answered with a certificate. Made by [`super::authorize`] alone; used once.
///
/// ```compile_fail,E0451
/// use scepter_policy::issuance::{Authorized, CredentialId};
///
/// fn forge(real: Authorized, other: CredentialId) -> Authorized {
///     Authorized { credential: other, ..real }
/// }
/// ```
/// ```compile_fail,E0382
/// use scepter_policy::identity::SerialNumber;
/// use scepter_policy::issuance::{Authorized, Order};
///
/// fn two_for_one(authorized: Authorized, serials: &[SerialNumber; 2]) -> [Order; 2] {
///     serials.map(|serial| authorized.into_order(serial)); // moved into a closure that runs twice
///     [authorized.into_order(serials[0]), authorized.into_order(serials[1])]
/// }
/// ```
#[derive(Debug)]
pub struct Authorized {
    pub(super) content: Content,
    pub(super) credential: CredentialId,
    pub(super) fingerprint: RequestFingerprint,
    pub(super) approval: Approval,
    pub(super) versions: RowVersions,
}

/// What the certificate will say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) key: AssignmentKey,
    pub(super) authority: AuthorityName,
    pub(super) subject: DistinguishedName,
    pub(super) subject_alternative_names: Vec<GeneralName>,
    pub(super) key_usages: BTreeSet<KeyUsage>,
    pub(super) extended_key_usages: Vec<Oid>,
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
    pub(super) spki: Vec<u8>,
    pub(super) key_fingerprint: KeyFingerprint,
    pub(super) user: Option<UserId>,
}

impl Authorized {
    /// Whose certificate it is.
    pub fn key(&self) -> &AssignmentKey {
        &self.content.key
    }

    /// What is spent on it.
    pub fn credential(&self) -> &CredentialId {
        &self.credential
    }

    /// The identity of the request.
    pub fn fingerprint(&self) -> RequestFingerprint {
        self.fingerprint
    }

    /// The identity of the key to be certified.
    pub fn key_fingerprint(&self) -> KeyFingerprint {
        self.content.key_fingerprint
    }

    /// The subject of the certificate.
    pub fn subject(&self) -> &DistinguishedName {
        &self.content.subject
    }

    /// Its subject alternative names, in order.
    pub fn subject_alternative_names(&self) -> &[GeneralName] {
        &self.content.subject_alternative_names
    }

    /// Whether somebody has to approve it before a serial is reserved.
    pub fn approval(&self) -> Approval {
        self.approval
    }

    /// Versions of what was judged.
    pub fn versions(&self) -> RowVersions {
        self.versions
    }

    /// The CA that will sign.
    pub fn authority(&self) -> &AuthorityName {
        &self.content.authority
    }

    /// When the certificate will begin.
    pub fn not_before(&self) -> Timestamp {
        self.content.not_before
    }

    /// When the certificate will end.
    pub fn not_after(&self) -> Timestamp {
        self.content.not_after
    }

    /// Becomes an order under a serial that the store has reserved durably.
    pub fn into_order(self, serial: SerialNumber) -> Order {
        Order { serial, credential: self.credential, fingerprint: self.fingerprint, content: self.content }
    }
}

/// A certificate to be made: every field of it, nothing from the request but the key. Made by
/// [`Authorized::into_order`] alone.
///
/// ```compile_fail,E0451
/// use scepter_policy::identity::SerialNumber;
/// use scepter_policy::issuance::Order;
///
/// fn forge(real: Order, serial: SerialNumber) -> Order {
///     Order { serial, ..real }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    serial: SerialNumber,
    credential: CredentialId,
    fingerprint: RequestFingerprint,
    content: Content,
}

impl Order {
    /// The serial number.
    pub fn serial(&self) -> SerialNumber {
        self.serial
    }

    /// Whose certificate it is.
    pub fn key(&self) -> &AssignmentKey {
        &self.content.key
    }

    /// What is spent on it.
    pub fn credential(&self) -> &CredentialId {
        &self.credential
    }

    /// The identity of the request.
    pub fn fingerprint(&self) -> RequestFingerprint {
        self.fingerprint
    }

    /// The identity of the certified key.
    pub fn key_fingerprint(&self) -> KeyFingerprint {
        self.content.key_fingerprint
    }

    /// The CA that signs.
    pub fn authority(&self) -> &AuthorityName {
        &self.content.authority
    }

    /// The subject.
    pub fn subject(&self) -> &DistinguishedName {
        &self.content.subject
    }

    /// The subject alternative names, in order.
    pub fn subject_alternative_names(&self) -> &[GeneralName] {
        &self.content.subject_alternative_names
    }

    /// The key usages.
    pub fn key_usages(&self) -> &BTreeSet<KeyUsage> {
        &self.content.key_usages
    }

    /// The extended key usages, in order.
    pub fn extended_key_usages(&self) -> &[Oid] {
        &self.content.extended_key_usages
    }

    /// When the certificate begins.
    pub fn not_before(&self) -> Timestamp {
        self.content.not_before
    }

    /// When the certificate ends.
    pub fn not_after(&self) -> Timestamp {
        self.content.not_after
    }

    /// The user whom the certificate names: it dies when they leave. A device's certificate names none.
    pub fn user(&self) -> Option<&UserId> {
        self.content.user.as_ref()
    }

    /// The DER SubjectPublicKeyInfo to be certified.
    pub fn spki(&self) -> &[u8] {
        &self.content.spki
    }
}
