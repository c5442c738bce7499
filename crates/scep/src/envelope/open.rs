//! Reading an envelope, and opening it in a way that tells nothing about why it did not open.

use der::{
    Decode, Tag, TagNumber, Tagged,
    asn1::{AnyRef, OctetStringRef},
};

use super::password::{self, PasswordRecipient};
use crate::{
    ContentCipher, ContentKey, IssuerAndSerial, KeyTransport, Limits, Malformed, Secret,
    algorithms::Recognised,
    asn1::{
        ber,
        enveloped_data::{EncryptedContentInfo, EnvelopedData, KeyTransRecipientInfo},
        oid,
        raw::RawSet,
    },
    signed_content::content_of,
};

/// An envelope that has been read and not opened.
pub(crate) struct Envelope {
    recipients: Vec<Recipient>,
    password_recipients: Vec<PasswordRecipient>,
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
    /// Reads the content of a message. Recipients by other means than key transport to RSA and passwords are passed over.
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
        let elements = enveloped.recipient_infos.elements("recipientInfos", limits.recipients)?;
        let (mut recipients, mut password_recipients) = (Vec::new(), Vec::new());
        for element in elements {
            let any = AnyRef::from_der(element).map_err(|error| Malformed::asn1("recipientInfo", error))?;
            match any.tag() {
                Tag::Sequence => recipients.extend(Recipient::read(any)?),
                password::TAG => password_recipients.extend(PasswordRecipient::read(any.value()).ok()),
                _another_kind => {}
            }
        }
        Ok(Self {
            recipients,
            password_recipients,
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

    /// The content key that is encrypted under `password`; `None` where none is.
    pub(crate) fn key_under(&self, password: &Secret) -> Option<ContentKey> {
        self.password_recipients.iter().find_map(|recipient| recipient.unwrap(password))
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
    fn read(any: AnyRef<'_>) -> Result<Option<Self>, Malformed> {
        let asn1 = |error| Malformed::asn1("recipientInfo", error);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        EnvelopeSecrets, SignerCertificate,
        client::SelfSignedDraft,
        envelope::{Recipient, seal},
        signed_content::content_info,
        test_ber::indefinite,
        test_keys::RsaKey,
    };

    const CONTENT: &[u8] = b"seventeen octets.";
    const KEY: [u8; 16] = [7; 16];

    fn sealed() -> Vec<u8> {
        let subject = [0x30, 0x00];
        let key = RsaKey::generate();
        let at = std::time::SystemTime::UNIX_EPOCH;
        let draft = SelfSignedDraft {
            subject_der: &subject,
            spki_der: &key.spki_der,
            serial_number: &[1],
            not_before: at,
            not_after: at,
        };
        let certificate = draft.prepare().unwrap().assemble(&[]).unwrap();
        let recipient = SignerCertificate::from_der(&certificate).unwrap();
        let secrets = EnvelopeSecrets::from_random([7; EnvelopeSecrets::LENGTH]);
        let recipient = Recipient::Certificate(&recipient, KeyTransport::RsaPkcs1);
        seal(CONTENT, &recipient, ContentCipher::Aes128Cbc, &secrets).unwrap()
    }

    fn opened(envelope: &Envelope, key: &[u8]) -> Option<Vec<u8>> {
        envelope.open(&ContentKey::new(key.to_vec()), |content| Some(content.to_vec()))
    }

    fn read(bytes: &[u8]) -> Envelope {
        Envelope::read(bytes, &Limits::default()).unwrap()
    }

    #[test]
    fn the_right_key_opens_it() {
        assert_eq!(opened(&read(&sealed()), &KEY).unwrap(), CONTENT);
    }

    #[test]
    fn wrong_keys_padding_lengths_and_content_fail_alike() {
        let sealed = sealed();
        assert_eq!(opened(&read(&sealed), &[8; 16]), None, "wrong key");
        assert_eq!(opened(&read(&sealed), &[7; 32]), None, "key of another cipher");
        for (what, alter) in [
            ("wrong padding", (|bytes| bytes[15] ^= 1) as fn(&mut Vec<u8>)),
            ("part of a block", |bytes| bytes.truncate(17)),
            ("no block", Vec::clear),
        ] {
            let mut envelope = read(&sealed);
            alter(&mut envelope.ciphertext);
            assert_eq!(opened(&envelope, &KEY), None, "{what}");
        }
        let unreadable: Option<()> = read(&sealed).open(&ContentKey::new(KEY.to_vec()), |_content| None);
        assert_eq!(unreadable, None, "wrong content");
    }

    #[test]
    fn of_several_recipients_ours_is_found() {
        let sealed = sealed();
        let mut enveloped: EnvelopedData<'_> =
            content_of(&sealed, oid::ID_ENVELOPED_DATA, "envelope").unwrap();
        let ours = enveloped.recipient_infos.0;
        // Our certificate's serial number is 1; the one before is for number 2, and the first for a password.
        let serial = ours.windows(3).position(|window| window == [0x02, 0x01, 0x01]).unwrap();
        let another = [&ours[..serial], &[0x02, 0x01, 0x02], &ours[serial + 3..]].concat();
        let recipients = [&[0xa3, 0x02, 0x05, 0x00][..], &another, ours].concat();
        enveloped.recipient_infos = RawSet(&recipients);

        let envelope = read(&content_info(oid::ID_ENVELOPED_DATA, &enveloped).unwrap());
        assert_eq!(envelope.wrapped_keys().count(), 2);
        for (serial, is_there) in [(1, true), (2, true), (3, false)] {
            let name = IssuerAndSerial::new(&[0x30, 0x00], &[serial]).unwrap();
            assert_eq!(envelope.wrapped_key(&name).is_some(), is_there, "{serial}");
            let named = envelope.wrapped_key(&name).map(|key| key.recipient.clone());
            assert_eq!(named, is_there.then_some(RecipientId::IssuerAndSerial(name)));
        }
    }

    #[test]
    fn an_envelope_in_ber_opens_like_one_in_der() {
        assert_eq!(opened(&read(&indefinite(&sealed())), &KEY).unwrap(), CONTENT);
    }

    #[test]
    fn content_in_segments_as_go_clients_send_it_is_joined() {
        // Around it lengths are indefinite, so that nothing else has to change.
        let ber = indefinite(&sealed());
        let ciphertext = read(&ber).ciphertext;
        let primitive = [&[0x80, 0x82, 0x00, 0x20][..], &ciphertext].concat();
        let start = ber.windows(primitive.len()).position(|window| window == primitive).unwrap();
        let segments =
            [&[0xa0, 0x24, 0x04, 0x10][..], &ciphertext[..16], &[0x04, 0x10], &ciphertext[16..]].concat();
        let altered = [&ber[..start], &segments, &ber[start + primitive.len()..]].concat();
        assert_eq!(opened(&read(&altered), &KEY).unwrap(), CONTENT);
    }

    #[test]
    fn an_envelope_that_openssl_sealed_under_a_password_opens_with_it() {
        let envelope = read(include_bytes!("../../tests/vectors/openssl-3.0.19-pwri-aes128.der"));
        let key = envelope.key_under(&Secret::new("correct horse".to_owned())).unwrap();
        assert_eq!(envelope.open(&key, |content| Some(content.to_vec())).unwrap(), CONTENT);
        assert!(envelope.key_under(&Secret::new("wrong horse".to_owned())).is_none());
    }
}
