//! Content-encryption algorithms: block ciphers in CBC mode.

use aws_lc_rs::{
    cipher::{
        AES_128, AES_192, AES_256, Algorithm, DecryptingKey, DecryptionContext, EncryptingKey,
        EncryptionContext, UnboundCipherKey,
    },
    error::Unspecified,
    iv::FixedLength,
};
use der::{
    Tag,
    asn1::{AnyRef, ObjectIdentifier, OctetStringRef},
};
use spki::AlgorithmIdentifierRef;
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq, ConstantTimeLess};
use zeroize::Zeroizing;

use super::Recognised;
use crate::{ContentKey, Malformed, asn1::oid, asn1::raw::tagged};

/// A content-encryption algorithm that messages may name. DES is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContentCipher {
    /// AES-128 in CBC mode: the one that RFC 8894 requires.
    Aes128Cbc,
    /// AES-192 in CBC mode.
    Aes192Cbc,
    /// AES-256 in CBC mode.
    Aes256Cbc,
    /// 3DES in CBC mode: recognised, and refused (decision 0013).
    TripleDesCbc,
}

impl ContentCipher {
    /// Bytes of the content-encryption key.
    pub fn key_length(self) -> usize {
        match self {
            Self::Aes128Cbc => 16,
            Self::Aes192Cbc | Self::TripleDesCbc => 24,
            Self::Aes256Cbc => 32,
        }
    }

    /// Bytes of a block, and so of the initialisation vector.
    pub fn block_length(self) -> usize {
        match self {
            Self::Aes128Cbc | Self::Aes192Cbc | Self::Aes256Cbc => 16,
            Self::TripleDesCbc => 8,
        }
    }

    pub(crate) fn of(oid: ObjectIdentifier) -> Recognised<Self> {
        [Self::Aes128Cbc, Self::Aes192Cbc, Self::Aes256Cbc, Self::TripleDesCbc]
            .into_iter()
            .find(|known| known.oid() == oid)
            .ok_or(oid)
    }

    pub(crate) fn oid(self) -> ObjectIdentifier {
        match self {
            Self::Aes128Cbc => oid::AES_128_CBC,
            Self::Aes192Cbc => oid::AES_192_CBC,
            Self::Aes256Cbc => oid::AES_256_CBC,
            Self::TripleDesCbc => oid::DES_EDE3_CBC,
        }
    }

    /// The initialisation vector in the parameters of the algorithm.
    pub(crate) fn read_iv(self, parameters: Option<AnyRef<'_>>) -> Result<Vec<u8>, Malformed> {
        const PART: &str = "initialisation vector";
        let parameters = parameters.ok_or(Malformed::Missing { part: PART })?;
        let iv = tagged(parameters, PART, &[Tag::OctetString])?;
        if iv.len() == self.block_length() { Ok(iv.to_vec()) } else { Err(Malformed::Value { part: PART }) }
    }

    pub(crate) fn identifier(self, iv: &OctetStringRef) -> AlgorithmIdentifierRef<'_> {
        AlgorithmIdentifierRef { oid: self.oid(), parameters: Some(iv.into()) }
    }

    /// Encrypts with PKCS #7 padding (RFC 5652 §6.3).
    pub(crate) fn encrypt(
        self,
        key: &ContentKey,
        iv: [u8; 16],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, Unspecified> {
        let padding = self.block_length() - plaintext.len() % self.block_length();
        let mut blocks = plaintext.to_vec();
        blocks.resize(plaintext.len() + padding, u8::try_from(padding).map_err(|_| Unspecified)?);
        let context = EncryptionContext::Iv128(FixedLength::from(iv));
        EncryptingKey::cbc(self.bind(key)?)?.less_safe_encrypt(&mut blocks, context)?;
        Ok(blocks)
    }

    /// Decrypts, and says in constant time how much of it is content.
    pub(crate) fn decrypt(
        self,
        key: &ContentKey,
        iv: &[u8],
        ciphertext: &[u8],
    ) -> Result<Unpadded, Unspecified> {
        let iv: [u8; 16] = iv.try_into().map_err(|_| Unspecified)?;
        let mut blocks = Zeroizing::new(ciphertext.to_vec());
        let context = DecryptionContext::Iv128(FixedLength::from(iv));
        DecryptingKey::cbc(self.bind(key)?)?.decrypt(&mut blocks, context)?;
        Ok(Unpadded::of(blocks, self.block_length()))
    }

    fn bind(self, key: &ContentKey) -> Result<UnboundCipherKey, Unspecified> {
        UnboundCipherKey::new(self.algorithm()?, key.expose())
    }

    fn algorithm(self) -> Result<&'static Algorithm, Unspecified> {
        match self {
            Self::Aes128Cbc => Ok(&AES_128),
            Self::Aes192Cbc => Ok(&AES_192),
            Self::Aes256Cbc => Ok(&AES_256),
            Self::TripleDesCbc => Err(Unspecified),
        }
    }
}

/// Decrypted blocks. Whether their padding is right is known, and must not show: content is read in either case.
pub(crate) struct Unpadded {
    blocks: Zeroizing<Vec<u8>>,
    content: usize,
    padding_is_right: Choice,
}

impl Unpadded {
    fn of(blocks: Zeroizing<Vec<u8>>, block_length: usize) -> Self {
        let last = blocks.last().copied().unwrap_or_default();
        let block = u8::try_from(block_length).unwrap_or(u8::MAX);
        let mut right = !last.ct_eq(&0) & last.ct_lt(&block.saturating_add(1));
        for (position, octet) in (1..).zip(blocks.iter().rev().take(block_length)) {
            let position: u8 = position;
            let is_padding = position.ct_lt(&last.saturating_add(1));
            right &= !is_padding | octet.ct_eq(&last);
        }
        let padding = u8::conditional_select(&0, &last, right);
        let content = blocks.len().saturating_sub(usize::from(padding));
        Self { blocks, content, padding_is_right: right }
    }

    /// What `read` makes of the content, or of all blocks where the padding is wrong; then only it counts that both
    /// went well.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
        let outcome = read(self.blocks.get(..self.content).unwrap_or_default());
        outcome.filter(|_| bool::from(self.padding_is_right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unpadded(blocks: &[u8]) -> Option<Vec<u8>> {
        Unpadded::of(Zeroizing::new(blocks.to_vec()), 16).read(|content| Some(content.to_vec()))
    }

    #[test]
    fn every_right_padding_is_taken_off() {
        for padding in 1..=16_u8 {
            let content = vec![0xc0; 32 - usize::from(padding)];
            let blocks = [content.clone(), vec![padding; usize::from(padding)]].concat();
            assert_eq!(unpadded(&blocks), Some(content), "{padding}");
        }
    }

    #[test]
    fn every_wrong_padding_is_refused() {
        assert_eq!(unpadded(&[]), None);
        assert_eq!(unpadded(&[0; 16]), None);
        assert_eq!(unpadded(&[17; 32]), None);
        assert_eq!(unpadded(&[255; 32]), None);
        let mut almost = [5; 16];
        almost[11] = 4;
        assert_eq!(unpadded(&almost), None);
    }

    #[test]
    fn a_vector_of_nist_sp_800_38a_decrypts() {
        // F.2.1 CBC-AES128.Encrypt, first block.
        let key = ContentKey::new(0x2b7e_1516_28ae_d2a6_abf7_1588_09cf_4f3c_u128.to_be_bytes().to_vec());
        let iv = 0x0001_0203_0405_0607_0809_0a0b_0c0d_0e0f_u128.to_be_bytes();
        let plaintext = 0x6bc1_bee2_2e40_9f96_e93d_7e11_7393_172a_u128.to_be_bytes();
        let ciphertext = ContentCipher::Aes128Cbc.encrypt(&key, iv, &plaintext).unwrap();
        assert_eq!(ciphertext[..16], 0x7649_abac_8119_b246_cee9_8e9b_12e9_197d_u128.to_be_bytes());
        assert_eq!(ciphertext.len(), 32, "a full block is followed by a block of padding");
    }
}
