//! What a device signs before it can send anything: its certification request, and a certificate of its own.

use std::time::SystemTime;

use der::{
    Decode, Encode,
    asn1::{AnyRef, BitStringRef, Null, Uint, Utf8StringRef},
};
use spki::AlgorithmIdentifierRef;
use x509_cert::time::Time;

use crate::{
    DigestAlgorithm, KeyAlgorithm, PublicKey, Secret, Unwritable,
    asn1::{
        certificate::TbsCertificate,
        oid, pkcs10,
        raw::{RawSequence, RawSet},
    },
    signed_content::{attribute, der_set},
};

/// What a device asks for (PKCS #10).
#[derive(Debug, Clone, Copy)]
pub struct RequestDraft<'a> {
    /// The subject's `Name` in DER.
    pub subject_der: &'a [u8],
    /// The `SubjectPublicKeyInfo` in DER, RSA or a NIST curve.
    pub spki_der: &'a [u8],
    /// The challenge password; written as `UTF8String`.
    pub challenge_password: Option<&'a Secret>,
    /// The requested `Extensions` in DER.
    pub extensions_der: Option<&'a [u8]>,
}

/// The certificate with which a device that has none signs its request (RFC 8894 §2.3).
#[derive(Debug, Clone, Copy)]
pub struct SelfSignedDraft<'a> {
    /// The `Name` in DER, subject and issuer at once.
    pub subject_der: &'a [u8],
    /// The `SubjectPublicKeyInfo` in DER; RSA, or the answer cannot be sealed to it.
    pub spki_der: &'a [u8],
    /// The serial number, unsigned and big-endian, at most 20 bytes.
    pub serial_number: &'a [u8],
    /// Valid from.
    pub not_before: SystemTime,
    /// Valid until.
    pub not_after: SystemTime,
}

/// A certificate or certification request that lacks its signature.
///
/// Sign [`UnsignedStructure::bytes`] with the key in it and [`UnsignedStructure::digest`]: RSASSA-PKCS1-v1_5 for an RSA key,
/// ECDSA for another. Then [`UnsignedStructure::assemble`].
#[derive(Debug, Clone)]
pub struct UnsignedStructure {
    bytes: Vec<u8>,
    scheme: Scheme,
}

#[derive(Debug, Clone, Copy)]
struct Scheme {
    identifier: AlgorithmIdentifierRef<'static>,
    digest: DigestAlgorithm,
}

impl RequestDraft<'_> {
    /// The request, ready to be signed with the key that it is for.
    pub fn prepare(&self) -> Result<UnsignedStructure, Unwritable> {
        let mut attributes = Vec::new();
        if let Some(password) = self.challenge_password {
            attributes.push(attribute(oid::CHALLENGE_PASSWORD, &Utf8StringRef::new(password.expose())?)?);
        }
        if let Some(extensions) = self.extensions_der {
            attributes.push(attribute(oid::EXTENSION_REQUEST, &AnyRef::from_der(extensions)?)?);
        }
        let info = pkcs10::CertificationRequestInfo {
            version: 0,
            subject: AnyRef::from_der(self.subject_der)?,
            public_key: AnyRef::from_der(self.spki_der)?,
            attributes: Some(RawSet(&der_set(attributes))),
        };
        Ok(UnsignedStructure { bytes: info.to_der()?, scheme: Scheme::for_key(self.spki_der)? })
    }
}

impl SelfSignedDraft<'_> {
    /// The certificate, ready to be signed with the key that is in it.
    pub fn prepare(&self) -> Result<UnsignedStructure, Unwritable> {
        let scheme = Scheme::for_key(self.spki_der)?;
        let serial_number = Uint::new(self.serial_number)?.to_der()?;
        let subject = AnyRef::from_der(self.subject_der)?;
        let validity =
            [Time::try_from(self.not_before)?.to_der()?, Time::try_from(self.not_after)?.to_der()?].concat();
        let tbs = TbsCertificate {
            version: None,
            serial_number: AnyRef::from_der(&serial_number)?,
            signature: scheme.identifier,
            issuer: subject,
            validity: RawSequence(&validity),
            subject,
            public_key: AnyRef::from_der(self.spki_der)?,
            issuer_unique_id: None,
            subject_unique_id: None,
            extensions: None,
        };
        Ok(UnsignedStructure { bytes: tbs.to_der()?, scheme })
    }
}

impl UnsignedStructure {
    /// The bytes that the signature is over.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The digest of the signature.
    pub fn digest(&self) -> DigestAlgorithm {
        self.scheme.digest
    }

    /// The finished structure in DER. The signature is not verified.
    pub fn assemble(self, signature: &[u8]) -> Result<Vec<u8>, Unwritable> {
        let finished = pkcs10::CertificationRequest {
            info: AnyRef::from_der(&self.bytes)?,
            signature_algorithm: self.scheme.identifier,
            signature: BitStringRef::from_bytes(signature)?,
        };
        Ok(finished.to_der()?)
    }
}

impl Scheme {
    /// The scheme that fits to a key: the digest as long as the key is strong.
    fn for_key(spki_der: &[u8]) -> Result<Self, Unwritable> {
        let key = PublicKey::read(AnyRef::from_der(spki_der)?).map_err(Unwritable::Key)?;
        let (oid, parameters, digest) = match key.algorithm() {
            KeyAlgorithm::Rsa { .. } => (oid::SHA_256_WITH_RSA, Some(Null.into()), DigestAlgorithm::Sha256),
            KeyAlgorithm::P256 => (oid::ECDSA_WITH_SHA_256, None, DigestAlgorithm::Sha256),
            KeyAlgorithm::P384 => (oid::ECDSA_WITH_SHA_384, None, DigestAlgorithm::Sha384),
            KeyAlgorithm::P521 => (oid::ECDSA_WITH_SHA_512, None, DigestAlgorithm::Sha512),
            KeyAlgorithm::Unsupported(_) => return Err(Unwritable::SigningKey),
        };
        Ok(Self { identifier: AlgorithmIdentifierRef { oid, parameters }, digest })
    }
}
