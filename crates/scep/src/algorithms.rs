//! The algorithms that messages name, and which of them are accepted.

mod cipher;
mod digest;
mod key_transport;
mod signature;

use der::asn1::ObjectIdentifier;

pub use cipher::ContentCipher;
pub use digest::DigestAlgorithm;
pub use key_transport::KeyTransport;
pub(crate) use signature::SignatureAlgorithm;

/// An algorithm by name, or the identifier of one that this crate does not know.
pub(crate) type Recognised<T> = Result<T, ObjectIdentifier>;

/// Which algorithms are accepted from a peer.
///
/// The default is what RFC 8894 §2.9 requires and no less: SHA-256 or better, AES in CBC mode, RSA of at least 2048 bits
/// or a NIST curve. DES and MD5 cannot be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Algorithms {
    sha1: bool,
    minimum_rsa_bits: u32,
}

impl Default for Algorithms {
    fn default() -> Self {
        Self { sha1: false, minimum_rsa_bits: 2048 }
    }
}

impl Algorithms {
    /// Also accepts SHA-1 in signatures, for devices that have nothing better.
    #[must_use]
    pub fn with_sha1(self) -> Self {
        Self { sha1: true, ..self }
    }

    /// The smallest accepted RSA modulus in bits; below 1024 nothing is accepted.
    #[must_use]
    pub fn with_minimum_rsa_bits(self, bits: u32) -> Self {
        Self { minimum_rsa_bits: bits, ..self }
    }

    pub(crate) fn allow_digest(self, digest: DigestAlgorithm) -> bool {
        match digest {
            DigestAlgorithm::Sha1 => self.sha1,
            DigestAlgorithm::Sha256 | DigestAlgorithm::Sha384 | DigestAlgorithm::Sha512 => true,
        }
    }

    pub(crate) fn allow_cipher(cipher: ContentCipher) -> bool {
        match cipher {
            ContentCipher::Aes128Cbc | ContentCipher::Aes192Cbc | ContentCipher::Aes256Cbc => true,
            ContentCipher::TripleDesCbc => false,
        }
    }

    pub(crate) fn minimum_rsa_bits(self) -> u32 {
        self.minimum_rsa_bits
    }
}
