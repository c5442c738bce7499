//! Sealing an envelope to one certificate.

use der::{
    Decode, Encode, Tag, TagNumber,
    asn1::{AnyRef, OctetStringRef},
};
use zeroize::Zeroizing;

use crate::{
    ContentCipher, ContentKey, SignerCertificate, Unwritable,
    asn1::{
        enveloped_data::{EncryptedContentInfo, EnvelopedData, KeyTransRecipientInfo},
        oid,
        raw::RawSet,
    },
    pki_message::{content_info, rsa_encryption},
};

/// The random bytes of one envelope: used once, then gone.
pub struct EnvelopeSecrets(Zeroizing<[u8; EnvelopeSecrets::LENGTH]>);

impl EnvelopeSecrets {
    /// Bytes that an envelope needs: the longest content key, and an initialisation vector.
    pub const LENGTH: usize = 48;

    /// Takes fresh bytes from a cryptographic random generator.
    pub fn from_random(random: [u8; Self::LENGTH]) -> Self {
        Self(Zeroizing::new(random))
    }

    fn content_key(&self, cipher: ContentCipher) -> ContentKey {
        ContentKey::new(self.0.iter().copied().take(cipher.key_length()).collect::<Vec<u8>>())
    }

    fn iv(&self) -> [u8; 16] {
        let mut iv = [0; 16];
        iv.iter_mut().zip(self.0.iter().skip(Self::LENGTH - 16)).for_each(|(to, from)| *to = *from);
        iv
    }
}

/// Encrypts `plaintext` with `cipher` to the key of `recipient`, with RSAES-PKCS1-v1_5 as every client reads it.
pub(crate) fn seal(
    plaintext: &[u8],
    recipient: &SignerCertificate,
    cipher: ContentCipher,
    secrets: &EnvelopeSecrets,
) -> Result<Vec<u8>, Unwritable> {
    let key = secrets.content_key(cipher);
    let iv = secrets.iv();
    let ciphertext = cipher.encrypt(&key, iv, plaintext).map_err(|_| Unwritable::Cipher)?;
    let encrypted_key = recipient.public_key().wrap(&key).ok_or(Unwritable::RecipientKey)?;
    let name = recipient.issuer_and_serial().to_der()?;
    let recipient_info = KeyTransRecipientInfo {
        version: 0,
        recipient: AnyRef::from_der(&name)?,
        algorithm: rsa_encryption(),
        encrypted_key: OctetStringRef::new(&encrypted_key)?,
    };
    let primitive = Tag::ContextSpecific { constructed: false, number: TagNumber(0) };
    let enveloped = EnvelopedData {
        version: 0,
        originator_info: None,
        recipient_infos: RawSet(&recipient_info.to_der()?),
        encrypted: EncryptedContentInfo {
            content_type: oid::ID_DATA,
            algorithm: cipher.identifier(OctetStringRef::new(&iv)?),
            content: AnyRef::new(primitive, &ciphertext)?,
        },
        unprotected_attributes: None,
    };
    content_info(oid::ID_ENVELOPED_DATA, &enveloped).map_err(Unwritable::Encoding)
}
