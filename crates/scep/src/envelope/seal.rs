//! Sealing an envelope to one recipient.

use der::{
    Decode, Encode, Tag, TagNumber,
    asn1::{AnyRef, OctetStringRef},
};
use spki::AlgorithmIdentifierRef;
use zeroize::Zeroizing;

use super::password::{self, PasswordSecrets};
use crate::{
    ContentCipher, ContentKey, KeyTransport, Secret, SignerCertificate, Unwritable,
    asn1::{
        enveloped_data::{EncryptedContentInfo, EnvelopedData, KeyTransRecipientInfo},
        oid,
        raw::RawSet,
    },
    signed_content::content_info,
};

/// The random bytes of one envelope: used once, then gone.
pub struct EnvelopeSecrets(Zeroizing<[u8; EnvelopeSecrets::LENGTH]>);

/// Whom an envelope is for.
pub(crate) enum Recipient<'a> {
    /// The holder of a certificate's key, which must be RSA.
    Certificate(&'a SignerCertificate, KeyTransport),
    /// Whoever knows a password.
    Password(&'a Secret),
}

impl EnvelopeSecrets {
    /// Bytes that an envelope needs: the longest content key and an initialisation vector; and, under a password, a salt,
    /// another initialisation vector and two blocks of padding.
    pub const LENGTH: usize = 32 + 16 + 16 + 16 + 32;

    /// Takes fresh bytes from a cryptographic random generator.
    pub fn from_random(random: [u8; Self::LENGTH]) -> Self {
        Self(Zeroizing::new(random))
    }

    fn content_key(&self, cipher: ContentCipher) -> ContentKey {
        ContentKey::new(self.part(0, cipher.key_length()).to_vec())
    }

    fn iv(&self, cipher: ContentCipher) -> &[u8] {
        self.part(32, cipher.block_length())
    }

    fn for_password(&self, cipher: ContentCipher) -> PasswordSecrets<'_> {
        PasswordSecrets {
            salt: self.part(48, 16),
            iv: self.part(64, cipher.block_length()),
            padding: self.part(80, 32),
        }
    }

    fn part(&self, start: usize, length: usize) -> &[u8] {
        self.0.get(start..start + length).unwrap_or_default()
    }
}

/// Encrypts `plaintext` with `cipher` for `recipient`.
pub(crate) fn seal(
    plaintext: &[u8],
    recipient: &Recipient<'_>,
    cipher: ContentCipher,
    secrets: &EnvelopeSecrets,
) -> Result<Vec<u8>, Unwritable> {
    let key = secrets.content_key(cipher);
    let iv = secrets.iv(cipher);
    let ciphertext = cipher.encrypt(&key, iv, plaintext).map_err(|_| Unwritable::Cipher)?;
    let (version, recipient_info) = match recipient {
        Recipient::Certificate(certificate, transport) => {
            (0, key_transport_info(&key, certificate, *transport)?)
        }
        Recipient::Password(password) => {
            (3, password::recipient_info(&key, password, cipher, &secrets.for_password(cipher))?)
        }
    };
    let primitive = Tag::ContextSpecific { constructed: false, number: TagNumber(0) };
    let enveloped = EnvelopedData {
        version,
        originator_info: None,
        recipient_infos: RawSet(&recipient_info),
        encrypted: EncryptedContentInfo {
            content_type: oid::ID_DATA,
            algorithm: cipher.identifier(OctetStringRef::new(iv)?),
            content: AnyRef::new(primitive, &ciphertext)?,
        },
        unprotected_attributes: None,
    };
    content_info(oid::ID_ENVELOPED_DATA, &enveloped).map_err(Unwritable::Encoding)
}

fn key_transport_info(
    key: &ContentKey,
    recipient: &SignerCertificate,
    transport: KeyTransport,
) -> Result<Vec<u8>, Unwritable> {
    let encrypted_key = recipient.public_key().wrap(key, transport).ok_or(Unwritable::RecipientKey)?;
    let name = recipient.issuer_and_serial().to_der()?;
    let algorithm = transport.to_der()?;
    let info = KeyTransRecipientInfo {
        version: 0,
        recipient: AnyRef::from_der(&name)?,
        algorithm: AlgorithmIdentifierRef::from_der(&algorithm)?,
        encrypted_key: OctetStringRef::new(&encrypted_key)?,
    };
    Ok(info.to_der()?)
}
