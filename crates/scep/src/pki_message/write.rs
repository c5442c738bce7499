//! Writing in two steps: everything but the signature, then the signature. The key is elsewhere (decision 0011).

use std::time::SystemTime;

use der::{
    Decode, Encode, Tag,
    asn1::{AnyRef, Null, ObjectIdentifier, OctetStringRef, Utf8StringRef},
};
use spki::AlgorithmIdentifierRef;
use x509_cert::time::Time;

use crate::{
    DigestAlgorithm, FailInfo, IssuerAndSerial, Malformed, MessageType, Nonce, PkiStatus, TransactionId,
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
    /// The content cipher is one that we do not write.
    #[error("the content cipher is not one that is written here")]
    Cipher,
    /// A value does not fit into ASN.1.
    #[error("a value cannot be encoded: {0}")]
    Encoding(#[from] der::Error),
}

/// What a message will say, before it is signed.
pub(crate) struct Draft<'a> {
    pub(crate) message_type: MessageType,
    pub(crate) transaction_id: &'a TransactionId,
    pub(crate) sender_nonce: &'a Nonce,
    pub(crate) verdict: Option<Verdict<'a>>,
    pub(crate) digest: DigestAlgorithm,
    /// Empty for a FAILURE or PENDING. It is written all the same: some clients cannot read a message without content.
    pub(crate) content: Vec<u8>,
}

/// What only a CertRep says.
pub(crate) struct Verdict<'a> {
    pub(crate) recipient_nonce: &'a Nonce,
    pub(crate) status: PkiStatus,
    pub(crate) fail_info: Option<FailInfo>,
    pub(crate) fail_info_text: Option<&'a str>,
}

/// A message that lacks its signature.
///
/// Sign [`ToBeSigned::bytes`] with RSASSA-PKCS1-v1_5 and [`ToBeSigned::digest`], then [`ToBeSigned::assemble`].
#[derive(Debug, Clone)]
pub struct ToBeSigned {
    /// The content of the SET.
    pub(super) signed_attributes: Vec<u8>,
    digest: DigestAlgorithm,
    content: Vec<u8>,
    certificate: Vec<u8>,
    signer: IssuerAndSerial,
}

impl Draft<'_> {
    /// Completes the message for the holder of `certificate`, whose signature will be asked for.
    pub(crate) fn prepare(self, certificate: &[u8], at: SystemTime) -> Result<ToBeSigned, Unwritable> {
        Ok(ToBeSigned {
            signed_attributes: der_set(self.attributes(at)?),
            digest: self.digest,
            content: self.content,
            certificate: certificate.to_vec(),
            signer: IssuerAndSerial::of_certificate(certificate).map_err(Unwritable::Certificate)?,
        })
    }

    fn attributes(&self, at: SystemTime) -> der::Result<Vec<Vec<u8>>> {
        let digest = self.digest.digest(&self.content);
        let mut attributes = vec![
            attribute(oid::CONTENT_TYPE, &oid::ID_DATA)?,
            attribute(oid::MESSAGE_DIGEST, &OctetStringRef::new(digest.as_ref())?)?,
            attribute(oid::SIGNING_TIME, &Time::try_from(at)?)?,
            attribute(oid::MESSAGE_TYPE, &printable(self.message_type.as_str())?)?,
            attribute(oid::TRANSACTION_ID, &self.transaction_id.value()?)?,
            attribute(oid::SENDER_NONCE, &self.sender_nonce.value()?)?,
        ];
        if let Some(verdict) = &self.verdict {
            attributes.push(attribute(oid::PKI_STATUS, &printable(verdict.status.as_str())?)?);
            attributes.push(attribute(oid::RECIPIENT_NONCE, &verdict.recipient_nonce.value()?)?);
            if let Some(fail_info) = verdict.fail_info {
                attributes.push(attribute(oid::FAIL_INFO, &printable(fail_info.as_str())?)?);
            }
            if let Some(text) = verdict.fail_info_text {
                attributes.push(attribute(oid::FAIL_INFO_TEXT, &Utf8StringRef::new(text)?)?);
            }
        }
        Ok(attributes)
    }
}

impl ToBeSigned {
    /// The bytes that the signature is over: the signed attributes as a DER SET (RFC 5652 §5.4).
    pub fn bytes(&self) -> Result<Vec<u8>, Unwritable> {
        Ok(RawSet(&self.signed_attributes).to_der()?)
    }

    /// The digest of the signature.
    pub fn digest(&self) -> DigestAlgorithm {
        self.digest
    }

    /// The finished message, with the signer's certificate in it. The signature is not verified.
    ///
    /// `signatureAlgorithm` is `rsaEncryption` and the digest is named without parameters: strongSwan and iOS read nothing
    /// else.
    pub fn assemble(self, signature: &[u8]) -> Result<Vec<u8>, Unwritable> {
        let signer = self.signer.to_der()?;
        let digest_algorithm = AlgorithmIdentifierRef { oid: self.digest.oid(), parameters: None };
        let signer_info = SignerInfo {
            version: 1,
            signer: AnyRef::from_der(&signer)?,
            digest_algorithm,
            signed_attributes: Some(RawSet(&self.signed_attributes)),
            signature_algorithm: rsa_encryption(),
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

/// Wraps a CMS content in a `ContentInfo`.
pub(crate) fn content_info(content_type: ObjectIdentifier, content: &impl Encode) -> der::Result<Vec<u8>> {
    let content = content.to_der()?;
    ContentInfo { content_type, content: AnyRef::from_der(&content)? }.to_der()
}

/// `rsaEncryption` with its NULL parameters.
pub(crate) fn rsa_encryption() -> AlgorithmIdentifierRef<'static> {
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

fn printable(text: &'static str) -> der::Result<AnyRef<'static>> {
    AnyRef::new(Tag::PrintableString, text.as_bytes())
}
