//! What a device presents, and what the store knows about it.

use std::fmt;

use jiff::Timestamp;

use super::{ProvenCertificate, RenewableCertificate};
use crate::identity::{AssignmentKey, InvalidName, SerialNumber};
use crate::inventory::{Device, Memberships, User};
use crate::profile::Profile;
use crate::request::{KeyFingerprint, RequestFingerprint};

/// The public half of a challenge: where to look it up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChallengeId(pub String);

/// The secret half of a challenge. It has no `Debug` and no `Display`: it cannot reach a log by accident (TH-28).
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// Takes the bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// The bytes, to be hashed and compared.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What a device presents to prove that a certificate is meant for it.
#[derive(Clone, Debug)]
pub enum Credential {
    /// A challenge handed out at check-in or by an admin: `<id>.<secret>`.
    Challenge(ChallengeId, Secret),
    /// The certificate that the request is signed with, to be renewed.
    Renewal(ProvenCertificate),
}

/// What a request spends on its certificate. Each works once.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CredentialId {
    /// A challenge.
    Challenge(ChallengeId),
    /// The certificate that is renewed.
    Certificate(SerialNumber),
}

/// How the id of a certificate begins. No challenge's id holds a dot.
const CERTIFICATE: &str = "renewal.";

impl fmt::Display for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Challenge(id) => f.write_str(&id.0),
            Self::Certificate(serial) => write!(f, "{CERTIFICATE}{serial}"),
        }
    }
}

impl std::str::FromStr for CredentialId {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        match text.strip_prefix(CERTIFICATE) {
            Some(serial) => serial.parse().map(Self::Certificate),
            None => Ok(Self::Challenge(ChallengeId(text.to_owned()))),
        }
    }
}

impl Credential {
    /// Reads a challenge password. `None` where it cannot be one of ours.
    pub fn from_challenge_password(text: &str) -> Option<Self> {
        let (id, secret) = text.split_once('.')?;
        let sound = |part: &str| {
            !part.is_empty()
                && part.len() <= 128
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        (sound(id) && sound(secret)).then(|| Self::Challenge(ChallengeId(id.to_owned()), Secret::new(secret)))
    }
}

/// How far a credential has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CredentialState {
    /// Nobody used it.
    Open,
    /// Exactly this request waits for approval.
    Waiting(RequestFingerprint),
    /// Exactly this request was approved; it has no serial yet.
    Approved(RequestFingerprint),
    /// A serial was reserved for exactly this request; the certificate is not recorded yet.
    Reserved(RequestFingerprint),
    /// A certificate was recorded for exactly this request.
    Used(RequestFingerprint),
}

impl CredentialState {
    /// The request that has it, once one has.
    pub fn taken_by(self) -> Option<RequestFingerprint> {
        match self {
            Self::Open => None,
            Self::Waiting(request)
            | Self::Approved(request)
            | Self::Reserved(request)
            | Self::Used(request) => Some(request),
        }
    }
}

/// The credential of a grant, and what says when it works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presented {
    /// A challenge.
    Challenge {
        /// Which one.
        id: ChallengeId,
        /// When it stops working.
        expires_at: Timestamp,
    },
    /// The certificate that the request is signed with.
    Certificate(RenewableCertificate),
}

impl Presented {
    /// What the request spends.
    pub fn id(&self) -> CredentialId {
        match self {
            Self::Challenge { id, .. } => CredentialId::Challenge(id.clone()),
            Self::Certificate(certificate) => CredentialId::Certificate(certificate.serial),
        }
    }
}

/// Versions of the rows that an authorisation was made from; a reservation fails when one has moved (GAP-4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowVersions {
    /// The profile's revision.
    pub profile: i64,
    /// The device's and user's inventory revision.
    pub inventory: i64,
    /// The assignment row's version.
    pub assignment: i64,
}

/// Everything the store knows about a credential, read in one moment.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Whose certificate it is for.
    pub key: AssignmentKey,
    /// What was presented.
    pub presented: Presented,
    /// How far that has come.
    pub state: CredentialState,
    /// The profile that serves now.
    pub profile: Profile,
    /// The device.
    pub device: Device,
    /// Its user.
    pub user: Option<User>,
    /// The groups that hold them.
    pub memberships: Memberships,
    /// The assignment that already uses this request's key, if any does (a key seen before is refused).
    pub key_seen_for: Option<AssignmentKey>,
    /// Versions of what was read.
    pub versions: RowVersions,
}

/// A request together with the identities that bind it.
#[derive(Clone, Debug)]
pub struct CertificateRequest {
    /// What the certification request says.
    pub facts: crate::request::RequestFacts,
    /// The identity of the key to be certified.
    pub key: KeyFingerprint,
    /// The identity of this very request, for retries.
    pub fingerprint: RequestFingerprint,
}
