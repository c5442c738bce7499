//! A content key under a password, for a signer whose key cannot decrypt (RFC 8894 §3.1): PBKDF2 (RFC 8018 §5.2) makes a
//! key of the password, and the password-based key wrap of RFC 3211 §2.3 encrypts the content key with it.

use std::num::NonZeroU32;

use aws_lc_rs::{error::Unspecified, pbkdf2};
use der::{
    Decode, Encode, Tag, TagNumber,
    asn1::{AnyRef, Null, OctetStringRef},
};
use spki::AlgorithmIdentifierRef;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{
    ContentCipher, ContentKey, Malformed, Secret, Unwritable,
    asn1::{
        enveloped_data::{PasswordRecipientInfo, Pbkdf2Parameters},
        oid,
    },
};

/// Iterations of PBKDF2 in what is written. A challenge has 256 random bits, so that they need not hold anybody up.
const ITERATIONS: u32 = 10_000;
/// Iterations that a sender may make us do.
const MOST_ITERATIONS: u32 = 100_000;
/// Where a `PasswordRecipientInfo` stands among the kinds of `RecipientInfo`.
pub(super) const TAG: Tag = Tag::ContextSpecific { constructed: true, number: TagNumber(3) };

/// A content key that is encrypted under a password.
pub(super) struct PasswordRecipient {
    derivation: Derivation,
    cipher: ContentCipher,
    iv: Vec<u8>,
    encrypted_key: Vec<u8>,
}

/// The random bytes of one password recipient.
pub(super) struct PasswordSecrets<'a> {
    pub(super) salt: &'a [u8],
    pub(super) iv: &'a [u8],
    /// At least as many as two blocks.
    pub(super) padding: &'a [u8],
}

struct Derivation {
    prf: pbkdf2::Algorithm,
    salt: Vec<u8>,
    iterations: NonZeroU32,
}

impl PasswordRecipient {
    /// Reads the content of a `[3]`.
    pub(super) fn read(value: &[u8]) -> Result<Self, Malformed> {
        const PART: &str = "passwordRecipientInfo";
        let asn1 = |error| Malformed::asn1(PART, error);
        let info = AnyRef::new(Tag::Sequence, value).map_err(asn1)?;
        let info = info.decode_as::<PasswordRecipientInfo<'_>>().map_err(asn1)?;
        let unknown = Malformed::Value { part: PART };
        let derivation = info.key_derivation.as_ref().and_then(Derivation::read).ok_or(unknown.clone())?;
        let inner = info.key_encryption.parameters.filter(|_| info.key_encryption.oid == oid::PWRI_KEK);
        let inner = inner.ok_or(unknown.clone())?.decode_as::<AlgorithmIdentifierRef<'_>>().map_err(asn1)?;
        let cipher = ContentCipher::of(inner.oid).map_err(|_| unknown)?;
        Ok(Self {
            derivation,
            cipher,
            iv: cipher.read_iv(inner.parameters)?,
            encrypted_key: info.encrypted_key.as_bytes().to_vec(),
        })
    }

    /// The content key; `None` where the password is another.
    pub(super) fn unwrap(&self, password: &Secret) -> Option<ContentKey> {
        let kek = self.derivation.key(password, self.cipher);
        unwrap(self.cipher, &kek, &self.iv, &self.encrypted_key)
    }
}

/// A `RecipientInfo` with `key` under `password`, for `cipher` inside and out.
pub(super) fn recipient_info(
    key: &ContentKey,
    password: &Secret,
    cipher: ContentCipher,
    secrets: &PasswordSecrets<'_>,
) -> Result<Vec<u8>, Unwritable> {
    let derivation = Derivation {
        prf: pbkdf2::PBKDF2_HMAC_SHA256,
        salt: secrets.salt.to_vec(),
        iterations: NonZeroU32::new(ITERATIONS).ok_or(Unwritable::Cipher)?,
    };
    let kek = derivation.key(password, cipher);
    let wrapped = wrap(cipher, &kek, secrets, key).map_err(|_| Unwritable::Cipher)?;
    let derivation = derivation.to_der()?;
    let inner = cipher.identifier(OctetStringRef::new(secrets.iv)?).to_der()?;
    let info = PasswordRecipientInfo {
        version: 0,
        key_derivation: Some(AlgorithmIdentifierRef {
            oid: oid::PBKDF_2,
            parameters: Some(AnyRef::from_der(&derivation)?),
        }),
        key_encryption: AlgorithmIdentifierRef {
            oid: oid::PWRI_KEK,
            parameters: Some(AnyRef::from_der(&inner)?),
        },
        encrypted_key: OctetStringRef::new(&wrapped)?,
    };
    let sequence = info.to_der()?;
    Ok(AnyRef::new(TAG, AnyRef::from_der(&sequence)?.value())?.to_der()?)
}

impl Derivation {
    fn read(identifier: &AlgorithmIdentifierRef<'_>) -> Option<Self> {
        if identifier.oid != oid::PBKDF_2 {
            return None;
        }
        let parameters = identifier.parameters?.decode_as::<Pbkdf2Parameters<'_>>().ok()?;
        let prf = match parameters.prf.map_or(oid::HMAC_WITH_SHA_1, |prf| prf.oid) {
            oid::HMAC_WITH_SHA_1 => pbkdf2::PBKDF2_HMAC_SHA1,
            oid::HMAC_WITH_SHA_256 => pbkdf2::PBKDF2_HMAC_SHA256,
            _other => return None,
        };
        let iterations = NonZeroU32::new(parameters.iterations)?;
        let bounded = iterations.get() <= MOST_ITERATIONS;
        bounded.then(|| Self { prf, salt: parameters.salt.as_bytes().to_vec(), iterations })
    }

    /// The parameters of what is written here: HMAC with SHA-256.
    fn to_der(&self) -> der::Result<Vec<u8>> {
        Pbkdf2Parameters {
            salt: OctetStringRef::new(&self.salt)?,
            iterations: self.iterations.get(),
            key_length: None,
            prf: Some(AlgorithmIdentifierRef { oid: oid::HMAC_WITH_SHA_256, parameters: Some(Null.into()) }),
        }
        .to_der()
    }

    fn key(&self, password: &Secret, cipher: ContentCipher) -> ContentKey {
        let mut key = Zeroizing::new(vec![0; cipher.key_length()]);
        pbkdf2::derive(self.prf, self.iterations, &self.salt, password.expose().as_bytes(), &mut key);
        ContentKey::new(key)
    }
}

/// RFC 3211 §2.3.1: length, check value, key and padding, encrypted twice so that every block depends on every other.
fn wrap(
    cipher: ContentCipher,
    kek: &ContentKey,
    secrets: &PasswordSecrets<'_>,
    key: &ContentKey,
) -> Result<Vec<u8>, Unspecified> {
    let key = key.expose();
    let block = cipher.block_length();
    let length = (4 + key.len()).next_multiple_of(block).max(2 * block);
    let mut blocks = vec![u8::try_from(key.len()).map_err(|_| Unspecified)?];
    blocks.extend(key.iter().take(3).map(|octet| !octet));
    blocks.extend(key);
    blocks.extend(secrets.padding.iter().take(length.saturating_sub(blocks.len())));
    let once = cipher.encrypt_blocks(kek, secrets.iv, blocks)?;
    let last = once.get(once.len().saturating_sub(block)..).ok_or(Unspecified)?.to_vec();
    cipher.encrypt_blocks(kek, &last, once)
}

/// RFC 3211 §2.3.2.
fn unwrap(cipher: ContentCipher, kek: &ContentKey, iv: &[u8], wrapped: &[u8]) -> Option<ContentKey> {
    let block = cipher.block_length();
    let second_last = wrapped.len().checked_sub(2 * block)?;
    let last = wrapped.len() - block;
    let outer_iv = cipher.decrypt_blocks(kek, wrapped.get(second_last..last)?, wrapped.get(last..)?).ok()?;
    let once = cipher.decrypt_blocks(kek, &outer_iv, wrapped).ok()?;
    let blocks = cipher.decrypt_blocks(kek, iv, &once).ok()?;
    let length = usize::from(*blocks.first()?);
    let check: Zeroizing<Vec<u8>> = Zeroizing::new(blocks.get(1..4)?.iter().map(|octet| !octet).collect());
    let key = blocks.get(4..4 + length)?;
    let is_right: bool = key.get(..3)?.ct_eq(&check).into();
    is_right.then(|| ContentKey::new(key.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CIPHERS: [ContentCipher; 4] = [
        ContentCipher::Aes128Cbc,
        ContentCipher::Aes192Cbc,
        ContentCipher::Aes256Cbc,
        ContentCipher::TripleDesCbc,
    ];

    fn info(cipher: ContentCipher, key: &ContentKey) -> PasswordRecipient {
        let iv: Vec<u8> = (0..16).take(cipher.block_length()).collect();
        let secrets = PasswordSecrets { salt: b"salt", iv: &iv, padding: &[9; 32] };
        let info = recipient_info(key, &Secret::new("correct horse".to_owned()), cipher, &secrets).unwrap();
        PasswordRecipient::read(AnyRef::from_der(&info).unwrap().value()).unwrap()
    }

    #[test]
    fn the_right_password_gives_the_key_back_and_no_other_does() {
        for cipher in CIPHERS {
            let key = ContentKey::new((1..).take(cipher.key_length()).collect::<Vec<u8>>());
            let read = info(cipher, &key);
            let unwrapped = read.unwrap(&Secret::new("correct horse".to_owned())).unwrap();
            assert_eq!(unwrapped.expose(), key.expose(), "{cipher:?}");
            assert!(read.unwrap(&Secret::new("wrong horse".to_owned())).is_none(), "{cipher:?}");
        }
    }

    #[test]
    fn a_key_that_was_tampered_with_is_none() {
        let key = ContentKey::new(vec![3; 16]);
        let mut read = info(ContentCipher::Aes128Cbc, &key);
        for position in 0..read.encrypted_key.len() {
            read.encrypted_key[position] ^= 1;
            let unwrapped = read.unwrap(&Secret::new("correct horse".to_owned()));
            assert!(unwrapped.is_none_or(|other| other.expose() != key.expose()), "{position}");
            read.encrypted_key[position] ^= 1;
        }
        for length in [0, 15, 16, 31] {
            read.encrypted_key.truncate(length);
            assert!(read.unwrap(&Secret::new("correct horse".to_owned())).is_none(), "{length}");
        }
    }

    #[test]
    fn a_derivation_that_would_take_for_ever_is_refused() {
        let parameters = Pbkdf2Parameters {
            salt: OctetStringRef::new(b"salt").unwrap(),
            iterations: MOST_ITERATIONS + 1,
            key_length: None,
            prf: None,
        };
        let parameters = parameters.to_der().unwrap();
        let identifier = AlgorithmIdentifierRef {
            oid: oid::PBKDF_2,
            parameters: Some(AnyRef::from_der(&parameters).unwrap()),
        };
        assert!(Derivation::read(&identifier).is_none());
    }
}
