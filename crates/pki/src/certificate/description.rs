//! A certificate's facts for people.

use std::fmt;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use der::{Decode, Encode};
use scepter_policy::name::{DistinguishedName, UnreadableName};
use scepter_policy::report::CertificateFacts;

use super::{TbsCertificate, to_timestamp};
use crate::signed::Signed;

/// Hashes of a certificate's DER by which people and devices tell it from others. SHA-1 is no protection here, only the
/// name that Windows and Intune use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thumbprints {
    /// The SHA-1 hash.
    pub sha1: Thumbprint<20>,
    /// The SHA-256 hash.
    pub sha256: Thumbprint<32>,
}

/// One hash; its `Display` is upper-case hex, as Windows shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thumbprint<const LENGTH: usize>(pub [u8; LENGTH]);

impl Thumbprints {
    /// The thumbprints of a certificate.
    pub fn of(certificate: &[u8]) -> Self {
        Self {
            sha1: Thumbprint::taken(digest(&SHA1_FOR_LEGACY_USE_ONLY, certificate).as_ref()),
            sha256: Thumbprint::taken(digest(&SHA256, certificate).as_ref()),
        }
    }
}

impl<const LENGTH: usize> Thumbprint<LENGTH> {
    fn taken(hash: &[u8]) -> Self {
        let mut bytes = [0; LENGTH];
        bytes.iter_mut().zip(hash).for_each(|(byte, hashed)| *byte = *hashed);
        Self(bytes)
    }
}

impl<const LENGTH: usize> fmt::Display for Thumbprint<LENGTH> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

/// A certificate that cannot be described.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableCertificate {
    /// Not the DER of a certificate.
    #[error("not a certificate: {0}")]
    NotDer(#[from] der::Error),
    /// Its subject or issuer cannot be read.
    #[error(transparent)]
    Name(#[from] UnreadableName),
}

/// Reads a certificate's facts from its DER; the signature is not looked at.
pub fn describe_certificate(certificate: &[u8]) -> Result<CertificateFacts, UnreadableCertificate> {
    let tbs: TbsCertificate<'_> = Signed::from_der(certificate)?.content.decode_as()?;
    let thumbprints = Thumbprints::of(certificate);
    Ok(CertificateFacts {
        subject: DistinguishedName::from_der(&tbs.subject.to_der()?)?.to_string(),
        issuer: DistinguishedName::from_der(&tbs.issuer.to_der()?)?.to_string(),
        serial_number: serial_text(tbs.serial_number.as_bytes()),
        sha1_thumbprint: thumbprints.sha1.to_string(),
        sha256_thumbprint: thumbprints.sha256.to_string(),
        not_before: to_timestamp(tbs.validity.not_before)?,
        not_after: to_timestamp(tbs.validity.not_after)?,
    })
}

/// A serial number as people write it: without the sign byte that DER puts before a high first bit.
fn serial_text(integer: &[u8]) -> String {
    match integer {
        [0, magnitude @ ..] if !magnitude.is_empty() => hex::encode(magnitude),
        bytes => hex::encode(bytes),
    }
}
