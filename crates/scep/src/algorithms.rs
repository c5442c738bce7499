//! The algorithms that messages name, and which of them are accepted.

mod cipher;
mod digest;
mod key_transport;
mod padding;
mod signature;

use der::asn1::ObjectIdentifier;

pub use cipher::ContentCipher;
pub use digest::DigestAlgorithm;
pub use key_transport::KeyTransport;
pub(crate) use padding::Unpadded;
pub(crate) use signature::SignatureAlgorithm;

/// An algorithm by name, or the identifier of one that this crate does not know.
pub(crate) type Recognised<T> = Result<T, ObjectIdentifier>;

/// Which algorithms are accepted from a peer.
///
/// The default is what RFC 8894 §2.9 requires and no less: SHA-256 or better, AES in CBC mode, RSA of at least 2048 bits
/// or a NIST curve. 3DES and SHA-1 can be allowed for devices that have nothing better; DES and MD5 cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Algorithms {
    sha1: bool,
    triple_des: bool,
    minimum_rsa_bits: u32,
}

impl Default for Algorithms {
    fn default() -> Self {
        Self { sha1: false, triple_des: false, minimum_rsa_bits: 2048 }
    }
}

impl Algorithms {
    /// Also accepts SHA-1 in signatures, for devices that have nothing better.
    #[must_use]
    pub fn with_sha1(self) -> Self {
        Self { sha1: true, ..self }
    }

    /// Also accepts 3DES as content cipher, and answers in it whoever asks in it.
    #[must_use]
    pub fn with_triple_des(self) -> Self {
        Self { triple_des: true, ..self }
    }

    /// The smallest accepted RSA modulus in bits; below 1024 nothing is accepted.
    #[must_use]
    pub fn with_minimum_rsa_bits(self, bits: u32) -> Self {
        Self { minimum_rsa_bits: bits, ..self }
    }

    /// All whose signatures can be verified at all, accepted or not.
    pub(crate) fn verifiable() -> Self {
        Self::default().with_sha1().with_minimum_rsa_bits(0)
    }

    pub(crate) fn allow_digest(self, digest: DigestAlgorithm) -> bool {
        match digest {
            DigestAlgorithm::Sha1 => self.sha1,
            DigestAlgorithm::Sha256 | DigestAlgorithm::Sha384 | DigestAlgorithm::Sha512 => true,
        }
    }

    pub(crate) fn allow_cipher(self, cipher: ContentCipher) -> bool {
        match cipher {
            ContentCipher::Aes128Cbc | ContentCipher::Aes192Cbc | ContentCipher::Aes256Cbc => true,
            ContentCipher::TripleDesCbc => self.triple_des,
        }
    }

    pub(crate) fn minimum_rsa_bits(self) -> u32 {
        self.minimum_rsa_bits
    }
}
