//! Content-encryption algorithms: block ciphers in CBC mode.
#![expect(deprecated, reason = "AWS-LC calls 3DES deprecated, and so do we: an authority has to allow it")]

use aws_lc_rs::{
    cipher::{
        AES_128, AES_192, AES_256, Algorithm, DES_EDE3_FOR_LEGACY_USE_ONLY, DecryptingKey, DecryptionContext,
        EncryptingKey, EncryptionContext, UnboundCipherKey,
    },
    error::Unspecified,
};
use der::{
    Tag,
    asn1::{AnyRef, ObjectIdentifier, OctetStringRef},
};
use spki::AlgorithmIdentifierRef;
use zeroize::Zeroizing;

use super::{Recognised, Unpadded, padding::padded};
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
    /// 3DES in CBC mode, refused unless [`Algorithms`](crate::Algorithms) allow it.
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
        iv: &[u8],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, Unspecified> {
        self.encrypt_blocks(key, iv, padded(plaintext, self.block_length()))
    }

    /// Decrypts, and says in constant time how much of it is content.
    pub(crate) fn decrypt(
        self,
        key: &ContentKey,
        iv: &[u8],
        ciphertext: &[u8],
    ) -> Result<Unpadded, Unspecified> {
        Ok(Unpadded::of(self.decrypt_blocks(key, iv, ciphertext)?, self.block_length()))
    }

    /// Encrypts whole blocks.
    pub(crate) fn encrypt_blocks(
        self,
        key: &ContentKey,
        iv: &[u8],
        mut blocks: Vec<u8>,
    ) -> Result<Vec<u8>, Unspecified> {
        let context = match self {
            Self::Aes128Cbc | Self::Aes192Cbc | Self::Aes256Cbc => EncryptionContext::Iv128(iv.try_into()?),
            Self::TripleDesCbc => EncryptionContext::Iv64(iv.try_into()?),
        };
        EncryptingKey::cbc(self.bind(key)?)?.less_safe_encrypt(&mut blocks, context)?;
        Ok(blocks)
    }

    /// Decrypts whole blocks.
    pub(crate) fn decrypt_blocks(
        self,
        key: &ContentKey,
        iv: &[u8],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Unspecified> {
        let context = match self {
            Self::Aes128Cbc | Self::Aes192Cbc | Self::Aes256Cbc => DecryptionContext::Iv128(iv.try_into()?),
            Self::TripleDesCbc => DecryptionContext::Iv64(iv.try_into()?),
        };
        let mut blocks = Zeroizing::new(ciphertext.to_vec());
        DecryptingKey::cbc(self.bind(key)?)?.decrypt(&mut blocks, context)?;
        Ok(blocks)
    }

    fn bind(self, key: &ContentKey) -> Result<UnboundCipherKey, Unspecified> {
        UnboundCipherKey::new(self.algorithm(), key.expose())
    }

    fn algorithm(self) -> &'static Algorithm {
        match self {
            Self::Aes128Cbc => &AES_128,
            Self::Aes192Cbc => &AES_192,
            Self::Aes256Cbc => &AES_256,
            Self::TripleDesCbc => &DES_EDE3_FOR_LEGACY_USE_ONLY,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_of_nist_sp_800_38a_decrypts() {
        // F.2.1 CBC-AES128.Encrypt, first block.
        let key = ContentKey::new(0x2b7e_1516_28ae_d2a6_abf7_1588_09cf_4f3c_u128.to_be_bytes().to_vec());
        let iv = 0x0001_0203_0405_0607_0809_0a0b_0c0d_0e0f_u128.to_be_bytes();
        let plaintext = 0x6bc1_bee2_2e40_9f96_e93d_7e11_7393_172a_u128.to_be_bytes();
        let ciphertext = ContentCipher::Aes128Cbc.encrypt(&key, &iv, &plaintext).unwrap();
        assert_eq!(ciphertext[..16], 0x7649_abac_8119_b246_cee9_8e9b_12e9_197d_u128.to_be_bytes());
        assert_eq!(ciphertext.len(), 32, "a full block is followed by a block of padding");
    }

    #[test]
    fn a_vector_of_nist_sp_800_67_decrypts() {
        // SP 800-67 appendix B.1, as three blocks of ECB: CBC of one block with an IV of zeros is the same.
        let key = [
            [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef],
            [0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01],
            [0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23],
        ]
        .concat();
        let ciphertext = 0xa826_fd8c_e53b_855f_u64.to_be_bytes();
        let blocks = ContentCipher::TripleDesCbc.decrypt_blocks(&ContentKey::new(key), &[0; 8], &ciphertext);
        assert_eq!(blocks.unwrap().as_slice(), b"The qufc");
    }
}
