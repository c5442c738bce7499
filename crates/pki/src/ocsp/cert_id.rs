//! How a request names a certificate: by hashes of its issuer's name and key, and by its serial number.

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use const_oid::db::rfc5912::{ID_SHA_1, ID_SHA_256};
use der::Decode;
use der::asn1::Null;
use scepter_policy::identity::SerialNumber;
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use super::{BadOcspRequest, asn1};
use crate::authority::Authority;
use crate::certificate::Certificate;

/// A `CertID` (RFC 6960 §4.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertId {
    /// As it was received: the answer repeats it.
    der: Vec<u8>,
    hash: Option<IssuerHash>,
    issuer_name_hash: Vec<u8>,
    issuer_key_hash: Vec<u8>,
    serial: Vec<u8>,
}

/// How the issuer is hashed. SHA-1 protects nothing here: a collision would name another issuer, which is then not ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum IssuerHash {
    Sha1,
    Sha256,
}

impl CertId {
    /// Reads a `CertID`. One whose hash we do not know names an issuer that we are not.
    pub(super) fn from_der(der: &[u8]) -> Result<Self, BadOcspRequest> {
        let read = asn1::CertId::from_der(der)?;
        Ok(Self {
            der: der.to_vec(),
            hash: IssuerHash::of(&read.hash_algorithm)?,
            issuer_name_hash: read.issuer_name_hash.as_bytes().to_vec(),
            issuer_key_hash: read.issuer_key_hash.as_bytes().to_vec(),
            serial: read.serial_number.as_bytes().to_vec(),
        })
    }

    /// The certificate's serial number, where it can be one of ours.
    pub fn serial(&self) -> Option<SerialNumber> {
        let bytes: [u8; 16] = self.serial.as_slice().try_into().ok()?;
        let serial = SerialNumber::from_random(bytes);
        (*serial.as_bytes() == bytes).then_some(serial)
    }

    /// The `CertID` as it was received, DER. Those that name an issuer of ours are at most 120 bytes long.
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    fn names(&self, issuer: &Certificate) -> bool {
        let Some(hash) = self.hash else { return false };
        let Ok(key) = SubjectPublicKeyInfoRef::from_der(&issuer.spki) else { return false };
        let hashed = |content| digest(hash.algorithm(), content);
        hashed(&issuer.subject).as_ref() == self.issuer_name_hash
            && hashed(key.subject_public_key.raw_bytes()).as_ref() == self.issuer_key_hash
    }
}

impl Authority {
    /// Whether a request asks about one of this CA's certificates.
    pub fn is_issuer_of(&self, id: &CertId) -> bool {
        id.names(self.ca_certificate())
    }
}

impl IssuerHash {
    /// Parameters are absent or NULL, so that nothing else of the requester's is repeated.
    fn of(identifier: &AlgorithmIdentifierRef<'_>) -> Result<Option<Self>, BadOcspRequest> {
        if identifier.parameters.is_some_and(|parameters| parameters != Null.into()) {
            return Err(BadOcspRequest::Unreadable);
        }
        Ok(match identifier.oid {
            ID_SHA_1 => Some(Self::Sha1),
            ID_SHA_256 => Some(Self::Sha256),
            _ => None,
        })
    }

    fn algorithm(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha1 => &SHA1_FOR_LEGACY_USE_ONLY,
            Self::Sha256 => &SHA256,
        }
    }
}

/// The hash of a responder's own key, by which answers name it: SHA-1 in every case (RFC 6960 §4.2.1).
pub(super) fn responder_key_hash(spki: &[u8]) -> Result<Vec<u8>, der::Error> {
    let key = SubjectPublicKeyInfoRef::from_der(spki)?;
    Ok(digest(&SHA1_FOR_LEGACY_USE_ONLY, key.subject_public_key.raw_bytes()).as_ref().to_vec())
}
