//! Reading an envelope, and opening it in a way that tells nothing about why it did not open.

use der::{
    Decode, Tag, TagNumber, Tagged,
    asn1::{AnyRef, OctetStringRef},
};

use crate::{
    ContentCipher, ContentKey, IssuerAndSerial, KeyTransport, Limits, Malformed,
    algorithms::Recognised,
    asn1::{
        ber,
        enveloped_data::{EncryptedContentInfo, EnvelopedData, KeyTransRecipientInfo},
        oid,
        raw::RawSet,
    },
    pki_message::content_of,
};

/// An envelope that has been read and not opened.
pub(crate) struct Envelope {
    recipients: Vec<Recipient>,
    encryption: Recognised<Encryption>,
    ciphertext: Vec<u8>,
}

struct Encryption {
    cipher: ContentCipher,
    iv: Vec<u8>,
}

struct Recipient {
    id: RecipientId,
    transport: KeyTransport,
    encrypted_key: Vec<u8>,
}

/// Whose key a content key was encrypted to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecipientId {
    /// By certificate: what SCEP clients do.
    IssuerAndSerial(IssuerAndSerial),
    /// By subject key identifier.
    SubjectKeyIdentifier(Vec<u8>),
}

/// A content key that is encrypted to one recipient: everything that the holder of the private key has to know.
#[derive(Debug, Clone, Copy)]
pub struct WrappedKey<'a> {
    /// Whose key it is encrypted to.
    pub recipient: &'a RecipientId,
    /// How.
    pub transport: KeyTransport,
    /// The RSA ciphertext.
    pub encrypted_key: &'a [u8],
    /// Bytes that the content key must have; bad padding must yield a random key of this length.
    pub key_length: usize,
}

impl Envelope {
    /// Reads the content of a message. Recipients by other means than key transport to RSA are passed over.
    pub(crate) fn read(content: &[u8], limits: &Limits) -> Result<Self, Malformed> {
        const PART: &str = "envelope";
        if content.is_empty() {
            return Err(Malformed::Missing { part: PART });
        }
        let der = ber::to_der(content, limits)?;
        let enveloped: EnvelopedData<'_> = content_of(&der, oid::ID_ENVELOPED_DATA, PART)?;
        if enveloped.encrypted.content_type != oid::ID_DATA {
            return Err(Malformed::ContentType { part: PART, found: enveloped.encrypted.content_type });
        }
        let mut recipients = Vec::new();
        for element in enveloped.recipient_infos.elements("recipientInfos", limits.recipients)? {
            recipients.extend(Recipient::read(element)?);
        }
        Ok(Self {
            recipients,
            encryption: Encryption::read(&enveloped.encrypted)?,
            ciphertext: ciphertext(enveloped.encrypted.content, limits)?,
        })
    }

    pub(crate) fn cipher(&self) -> Recognised<ContentCipher> {
        self.encryption.as_ref().map(|encryption| encryption.cipher).map_err(|oid| *oid)
    }

    pub(crate) fn wrapped_keys(&self) -> impl Iterator<Item = WrappedKey<'_>> {
        let key_length = self.cipher().map(ContentCipher::key_length).unwrap_or_default();
        self.recipients.iter().map(move |recipient| WrappedKey {
            recipient: &recipient.id,
            transport: recipient.transport,
            encrypted_key: &recipient.encrypted_key,
            key_length,
        })
    }

    /// The first key that is encrypted to the certificate named `ours`.
    pub(crate) fn wrapped_key(&self, ours: &IssuerAndSerial) -> Option<WrappedKey<'_>> {
        self.wrapped_keys().find(|key| match key.recipient {
            RecipientId::IssuerAndSerial(name) => name == ours,
            RecipientId::SubjectKeyIdentifier(_) => false,
        })
    }

    /// Decrypts, and gives what `read` makes of the content. Key, cipher, padding and content fail alike: with `None`.
    pub(crate) fn open<T>(&self, key: &ContentKey, read: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
        let encryption = self.encryption.as_ref().ok()?;
        encryption.cipher.decrypt(key, &encryption.iv, &self.ciphertext).ok()?.read(read)
    }
}

impl Encryption {
    fn read(content: &EncryptedContentInfo<'_>) -> Result<Recognised<Self>, Malformed> {
        match ContentCipher::of(content.algorithm.oid) {
            Ok(cipher) => Ok(Ok(Self { cipher, iv: cipher.read_iv(content.algorithm.parameters)? })),
            Err(unknown) => Ok(Err(unknown)),
        }
    }
}

impl Recipient {
    fn read(element: &[u8]) -> Result<Option<Self>, Malformed> {
        let asn1 = |error| Malformed::asn1("recipientInfo", error);
        let any = AnyRef::from_der(element).map_err(asn1)?;
        if any.tag() != Tag::Sequence {
            return Ok(None);
        }
        let info = any.decode_as::<KeyTransRecipientInfo<'_>>().map_err(asn1)?;
        let Some(transport) = KeyTransport::of(&info.algorithm) else { return Ok(None) };
        let id = match info.recipient.tag() {
            Tag::ContextSpecific { constructed: false, number: TagNumber(0) } => {
                RecipientId::SubjectKeyIdentifier(info.recipient.value().to_vec())
            }
            _certificate => RecipientId::IssuerAndSerial(IssuerAndSerial::read(info.recipient)?),
        };
        Ok(Some(Self { id, transport, encrypted_key: info.encrypted_key.as_bytes().to_vec() }))
    }
}

/// The encrypted content, its segments joined where it came in segments.
fn ciphertext(content: AnyRef<'_>, limits: &Limits) -> Result<Vec<u8>, Malformed> {
    const PART: &str = "encryptedContent";
    match content.tag() {
        Tag::ContextSpecific { constructed: false, number: TagNumber(0) } => Ok(content.value().to_vec()),
        Tag::ContextSpecific { constructed: true, number: TagNumber(0) } => {
            let segments = RawSet(content.value()).elements(PART, limits.elements)?;
            let mut joined = Vec::with_capacity(content.value().len());
            for segment in segments {
                let segment =
                    <&OctetStringRef>::from_der(segment).map_err(|error| Malformed::asn1(PART, error))?;
                joined.extend_from_slice(segment.as_bytes());
            }
            Ok(joined)
        }
        tag => Err(Malformed::UnexpectedType { part: PART, tag }),
    }
}
