//! Writing in two steps: everything but the signature, then the signature. The key is elsewhere (decision 0011).

use std::time::SystemTime;

use der::{
    Decode, Encode,
    asn1::{AnyRef, Null, ObjectIdentifier, OctetStringRef},
};
use spki::AlgorithmIdentifierRef;
use x509_cert::time::Time;

use crate::{
    DigestAlgorithm, IssuerAndSerial, KeyAlgorithm, Malformed, SignerCertificate,
    asn1::{
        oid,
        raw::RawSet,
        signed_data::{Attribute, ContentInfo, EncapsulatedContentInfo, SignedData, SignerInfo},
    },
};

/// Why a message cannot be written. Terminal: it comes from what the caller passed in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unwritable {
    /// A certificate that was passed in cannot be read.
    #[error("the certificate cannot be read: {0}")]
    Certificate(Malformed),
    /// The recipient's key cannot take a content key: it is not RSA (RFC 8894 §3.1).
    #[error("the recipient's key cannot decrypt; only an RSA key can receive an envelope")]
    RecipientKey,
    /// A public key that was passed in cannot be read.
    #[error("the public key cannot be read: {0}")]
    Key(Malformed),
    /// A public key that was passed in belongs to an algorithm with which nothing is signed here.
    #[error("the key is neither RSA nor on a NIST curve")]
    SigningKey,
    /// The content cipher, or the transport of its key, is one that we do not write.
    #[error("the content cipher is not one that is written here")]
    Cipher,
    /// A value does not fit into ASN.1.
    #[error("a value cannot be encoded: {0}")]
    Encoding(#[from] der::Error),
}

/// A message that lacks its signature.
///
/// Sign [`ToBeSigned::bytes`] with [`ToBeSigned::digest`]: RSASSA-PKCS1-v1_5 for an RSA key, ECDSA for another. Then
/// [`ToBeSigned::assemble`].
#[derive(Debug, Clone)]
pub struct ToBeSigned {
    /// The content of the SET.
    pub(crate) signed_attributes: Vec<u8>,
    digest: DigestAlgorithm,
    content: Vec<u8>,
    certificate: Vec<u8>,
    signer: IssuerAndSerial,
    signature_algorithm: AlgorithmIdentifierRef<'static>,
}

impl ToBeSigned {
    /// `content`, with the attributes that every `SignedData` has and `more` of them, for the holder of the certificate `signer`.
    pub(crate) fn new(
        content: Vec<u8>,
        more: Vec<Vec<u8>>,
        digest: DigestAlgorithm,
        signer: &SignerCertificate,
        at: SystemTime,
    ) -> Result<Self, Unwritable> {
        let mut attributes = vec![
            attribute(oid::CONTENT_TYPE, &oid::ID_DATA)?,
            attribute(oid::MESSAGE_DIGEST, &OctetStringRef::new(digest.digest(&content).as_ref())?)?,
            attribute(oid::SIGNING_TIME, &Time::try_from(at)?)?,
        ];
        attributes.extend(more);
        Ok(Self {
            signed_attributes: der_set(attributes),
            digest,
            content,
            certificate: signer.der().to_vec(),
            signer: signer.issuer_and_serial().clone(),
            signature_algorithm: signature_algorithm(signer.public_key().algorithm(), digest)?,
        })
    }

    /// The bytes that the signature is over: the signed attributes as a DER SET (RFC 5652 §5.4).
    pub fn bytes(&self) -> Result<Vec<u8>, Unwritable> {
        Ok(RawSet(&self.signed_attributes).to_der()?)
    }

    /// The digest of the signature.
    pub fn digest(&self) -> DigestAlgorithm {
        self.digest
    }

    /// The finished message, with the signer's certificate in it. The signature is not verified.
    pub fn assemble(self, signature: &[u8]) -> Result<Vec<u8>, Unwritable> {
        let signer = self.signer.to_der()?;
        let digest_algorithm = AlgorithmIdentifierRef { oid: self.digest.oid(), parameters: None };
        let signer_info = SignerInfo {
            version: 1,
            signer: AnyRef::from_der(&signer)?,
            digest_algorithm,
            signed_attributes: Some(RawSet(&self.signed_attributes)),
            signature_algorithm: self.signature_algorithm,
            signature: OctetStringRef::new(signature)?,
            unsigned_attributes: None,
        };
        let signed_data = SignedData {
            version: 1,
            digest_algorithms: RawSet(&digest_algorithm.to_der()?),
            encapsulated: EncapsulatedContentInfo {
                content_type: oid::ID_DATA,
                content: Some(OctetStringRef::new(&self.content)?),
            },
            certificates: Some(RawSet(&self.certificate)),
            crls: None,
            signer_infos: RawSet(&signer_info.to_der()?),
        };
        content_info(oid::ID_SIGNED_DATA, &signed_data).map_err(Unwritable::Encoding)
    }
}

/// How a signer names its signature. An RSA signer says `rsaEncryption`, the digest being named beside it and without
/// parameters: strongSwan and iOS read nothing else.
fn signature_algorithm(
    key: KeyAlgorithm,
    digest: DigestAlgorithm,
) -> Result<AlgorithmIdentifierRef<'static>, Unwritable> {
    match key {
        KeyAlgorithm::Rsa { .. } => Ok(rsa_encryption()),
        KeyAlgorithm::P256 | KeyAlgorithm::P384 | KeyAlgorithm::P521 => match digest {
            DigestAlgorithm::Sha1 => Err(Unwritable::SigningKey),
            DigestAlgorithm::Sha256 => Ok(oid::ECDSA_WITH_SHA_256),
            DigestAlgorithm::Sha384 => Ok(oid::ECDSA_WITH_SHA_384),
            DigestAlgorithm::Sha512 => Ok(oid::ECDSA_WITH_SHA_512),
        }
        .map(|oid| AlgorithmIdentifierRef { oid, parameters: None }),
        KeyAlgorithm::Unsupported(_) => Err(Unwritable::SigningKey),
    }
}

/// Wraps a CMS content in a `ContentInfo`.
pub(crate) fn content_info(content_type: ObjectIdentifier, content: &impl Encode) -> der::Result<Vec<u8>> {
    let content = content.to_der()?;
    ContentInfo { content_type, content: AnyRef::from_der(&content)? }.to_der()
}

/// `rsaEncryption` with its NULL parameters.
fn rsa_encryption() -> AlgorithmIdentifierRef<'static> {
    AlgorithmIdentifierRef { oid: oid::RSA_ENCRYPTION, parameters: Some(Null.into()) }
}

/// An attribute with one value, encoded.
pub(crate) fn attribute(oid: ObjectIdentifier, value: &impl Encode) -> der::Result<Vec<u8>> {
    Attribute { oid, values: RawSet(&value.to_der()?) }.to_der()
}

/// The content of a SET OF in DER, which has its elements sorted.
pub(crate) fn der_set(mut elements: Vec<Vec<u8>>) -> Vec<u8> {
    elements.sort_unstable();
    elements.concat()
}
