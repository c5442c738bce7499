//! What a key can do, wherever it is kept, and keys that are kept in files or, with the feature `pkcs11`, in a token.
//!
//! Each of an authority's three keys has its own trait, so that none can be put to another's use: [`SigningKey`] makes
//! certificates and CRLs, [`ReplyKey`] signs SCEP replies, [`DecryptionKey`] opens SCEP envelopes. Authorities come from
//! configuration, so the traits are used as `dyn`; the calls return boxed futures because a key may be behind a queue
//! ([`RsaPool`]) or a device.

mod file;
#[cfg(feature = "pkcs11")]
pub mod pkcs11;
mod pool;
mod private_key;
mod rejection;
mod software;

use std::fmt;
use std::pin::Pin;

use zeroize::Zeroizing;

use crate::signed::Sha256Hash;

pub use file::{KeyFileError, read_key_file, write_key_file};
pub(crate) use file::{write_new, write_over};
pub use pool::RsaPool;
pub use private_key::{KeyAlgorithm, KeyGenerationFailed, PrivateKey};
pub use software::{SoftwareDecryptionKey, SoftwareReplyKey, SoftwareSigningKey, UnusableKey};

/// What a key's operation comes to, later.
pub type KeyFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, KeyError>> + Send + 'a>>;

/// Why a key did not answer. Both are worth another try: over HTTP, 503 with Retry-After.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Too many operations wait already.
    #[error("the key is busy: its queue is full; try again in a moment, or give RSA work more threads")]
    Busy,
    /// The key, or what keeps it, failed.
    #[error("the key did not answer: {0}")]
    Unavailable(String),
}

/// A private key that signs certificates and CRLs.
pub trait SigningKey: fmt::Debug + Send + Sync {
    /// How it signs.
    fn algorithm(&self) -> SignatureAlgorithm;

    /// Its public half, a DER `SubjectPublicKeyInfo`.
    fn spki(&self) -> &[u8];

    /// Signs the hash of a message, as [`Self::algorithm`] says: a message may be too long to be handed over. An ECDSA
    /// signature is the DER `ECDSA-Sig-Value`.
    fn sign_hash(&self, hash: Sha256Hash) -> KeyFuture<'_, Vec<u8>>;
}

/// An RSA private key that signs SCEP replies: clients verify no other (scep.md §0, 2).
pub trait ReplyKey: fmt::Debug + Send + Sync {
    /// Its public half, a DER `SubjectPublicKeyInfo`.
    fn spki(&self) -> &[u8];

    /// Signs a message with RSASSA-PKCS1-v1_5, hashed here with the digest that the client understands.
    fn sign<'a>(&'a self, digest: ReplyDigest, message: &'a [u8]) -> KeyFuture<'a, Vec<u8>>;
}

/// An RSA private key that opens envelopes, and does nothing else.
pub trait DecryptionKey: fmt::Debug + Send + Sync {
    /// Its public half, a DER `SubjectPublicKeyInfo`.
    fn spki(&self) -> &[u8];

    /// Unwraps a content-encryption key of `length` bytes.
    ///
    /// What cannot be unwrapped is no error: it yields a random key of that length, so that the answer is the same as
    /// for a key that opens nothing (RFC 3218 §2.3.2, TH-13).
    fn content_key<'a>(
        &'a self,
        wrapped: &'a [u8],
        length: usize,
        transport: KeyTransport,
    ) -> KeyFuture<'a, ContentKey>;
}

/// How a CA signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureAlgorithm {
    /// ECDSA on P-256 with SHA-256 (RFC 5758 §3.2).
    EcdsaP256Sha256,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 4055 §5).
    RsaPkcs1Sha256,
}

/// The digest of a reply's signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyDigest {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// How a content-encryption key is wrapped for an RSA recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyTransport {
    /// RSAES-PKCS1-v1_5, what nearly every client does.
    Pkcs1v15,
    /// RSAES-OAEP with SHA-1 and MGF1-SHA-1, its default parameters.
    OaepSha1,
    /// RSAES-OAEP with SHA-256 and MGF1-SHA-256.
    OaepSha256,
}

/// A content-encryption key, wiped when dropped.
#[derive(Clone)]
pub struct ContentKey(Zeroizing<Vec<u8>>);

impl ContentKey {
    fn new(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    /// The key's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContentKey(…)")
    }
}
