//! Keys in this process's memory.

use std::fmt;

use aws_lc_rs::digest::{self, Digest, SHA256, SHA384, SHA512};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, Pkcs1PrivateDecryptingKey,
    PrivateDecryptingKey,
};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
    RSA_PKCS1_SHA512, RsaKeyPair, RsaSignatureEncoding,
};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::{
    ContentKey, DecryptionKey, KeyError, KeyFuture, KeyTransport, PrivateKey, ReplyDigest, ReplyKey, RsaPool,
    SignatureAlgorithm, SigningKey, rejection,
};
use crate::signed::Sha256Hash;

/// The smallest RSA key that is used, in bits.
const MINIMUM_RSA_BITS: usize = 2048;

/// A document that is no key for the purpose.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnusableKey {
    /// Neither an ECDSA P-256 nor an RSA key.
    #[error("it cannot sign: it is neither a P-256 nor an RSA key of 2048 to 8192 bits in PKCS #8")]
    Signing,
    /// Not an RSA key.
    #[error("it cannot sign SCEP replies: clients verify only RSA, of 2048 to 8192 bits in PKCS #8")]
    Reply,
    /// Not an RSA key.
    #[error("it cannot open envelopes: SCEP needs an RSA key of 2048 to 8192 bits in PKCS #8 for that")]
    Decryption,
}

/// A signing key in memory. P-256 signs at once; RSA goes through the pool.
pub struct SoftwareSigningKey {
    spki: Vec<u8>,
    pair: Pair,
}

enum Pair {
    P256(EcdsaKeyPair),
    Rsa(RsaKeyPair, RsaPool),
}

impl SoftwareSigningKey {
    /// Takes a P-256 or RSA key into use.
    pub fn new(key: &PrivateKey, pool: &RsaPool) -> Result<Self, UnusableKey> {
        Self::p256(key).or_else(|| Self::rsa(key, pool)).ok_or(UnusableKey::Signing)
    }

    fn p256(key: &PrivateKey) -> Option<Self> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, key.pkcs8()).ok()?;
        Some(Self { spki: spki(pair.public_key())?, pair: Pair::P256(pair) })
    }

    fn rsa(key: &PrivateKey, pool: &RsaPool) -> Option<Self> {
        let pair = rsa_pair(key)?;
        Some(Self { spki: spki(pair.public_key())?, pair: Pair::Rsa(pair, pool.clone()) })
    }
}

impl SigningKey for SoftwareSigningKey {
    fn algorithm(&self) -> SignatureAlgorithm {
        match &self.pair {
            Pair::P256(_) => SignatureAlgorithm::EcdsaP256Sha256,
            Pair::Rsa(..) => SignatureAlgorithm::RsaPkcs1Sha256,
        }
    }

    fn spki(&self) -> &[u8] {
        &self.spki
    }

    fn sign_hash(&self, hash: Sha256Hash) -> KeyFuture<'_, Vec<u8>> {
        Box::pin(async move {
            let hash = hash.digest().ok_or_else(|| failed("a hash"))?;
            match &self.pair {
                Pair::P256(pair) => sign_p256(pair, &hash),
                Pair::Rsa(pair, pool) => sign_rsa(pair, pool, &RSA_PKCS1_SHA256, hash).await,
            }
        })
    }
}

/// A key in memory that signs SCEP replies, used through the pool.
pub struct SoftwareReplyKey {
    spki: Vec<u8>,
    pair: RsaKeyPair,
    pool: RsaPool,
}

impl SoftwareReplyKey {
    /// Takes an RSA key into use.
    pub fn new(key: &PrivateKey, pool: &RsaPool) -> Result<Self, UnusableKey> {
        let pair = rsa_pair(key).ok_or(UnusableKey::Reply)?;
        let spki = spki(pair.public_key()).ok_or(UnusableKey::Reply)?;
        Ok(Self { spki, pair, pool: pool.clone() })
    }
}

impl ReplyKey for SoftwareReplyKey {
    fn spki(&self) -> &[u8] {
        &self.spki
    }

    fn sign<'a>(&'a self, digest: ReplyDigest, message: &'a [u8]) -> KeyFuture<'a, Vec<u8>> {
        let (encoding, algorithm) = match digest {
            ReplyDigest::Sha256 => (&RSA_PKCS1_SHA256, &SHA256),
            ReplyDigest::Sha384 => (&RSA_PKCS1_SHA384, &SHA384),
            ReplyDigest::Sha512 => (&RSA_PKCS1_SHA512, &SHA512),
        };
        Box::pin(sign_rsa(&self.pair, &self.pool, encoding, digest::digest(algorithm, message)))
    }
}

fn rsa_pair(key: &PrivateKey) -> Option<RsaKeyPair> {
    let pair = RsaKeyPair::from_pkcs8(key.pkcs8()).ok()?;
    (pair.public_modulus_len() * 8 >= MINIMUM_RSA_BITS).then_some(pair)
}

fn sign_p256(pair: &EcdsaKeyPair, hash: &Digest) -> Result<Vec<u8>, KeyError> {
    let signature = pair.sign_digest(hash).map_err(|_| failed("an ECDSA signature"))?;
    Ok(signature.as_ref().to_vec())
}

async fn sign_rsa(
    pair: &RsaKeyPair,
    pool: &RsaPool,
    encoding: &'static RsaSignatureEncoding,
    hash: Digest,
) -> Result<Vec<u8>, KeyError> {
    let mut signature = vec![0; pair.public_modulus_len()];
    let signed = pool.run(|| pair.sign_digest(encoding, &hash, &mut signature)).await?;
    signed.map_err(|_| failed("an RSA signature"))?;
    Ok(signature)
}

/// A decryption key in memory, used through the pool.
pub struct SoftwareDecryptionKey {
    spki: Vec<u8>,
    openers: Openers,
    pool: RsaPool,
}

struct Openers {
    pkcs1: Pkcs1PrivateDecryptingKey,
    oaep: OaepPrivateDecryptingKey,
}

impl SoftwareDecryptionKey {
    /// Takes an RSA key into use.
    pub fn new(key: &PrivateKey, pool: &RsaPool) -> Result<Self, UnusableKey> {
        Self::rsa(key, pool).ok_or(UnusableKey::Decryption)
    }

    fn rsa(key: &PrivateKey, pool: &RsaPool) -> Option<Self> {
        let private = PrivateDecryptingKey::from_pkcs8(key.pkcs8()).ok()?;
        if private.key_size_bits() < MINIMUM_RSA_BITS {
            return None;
        }
        let openers = Openers {
            pkcs1: Pkcs1PrivateDecryptingKey::new(private.clone()).ok()?,
            oaep: OaepPrivateDecryptingKey::new(private.clone()).ok()?,
        };
        Some(Self { spki: spki(&private.public_key())?, openers, pool: pool.clone() })
    }
}

impl DecryptionKey for SoftwareDecryptionKey {
    fn spki(&self) -> &[u8] {
        &self.spki
    }

    fn content_key<'a>(
        &'a self,
        wrapped: &'a [u8],
        length: usize,
        transport: KeyTransport,
    ) -> KeyFuture<'a, ContentKey> {
        Box::pin(async move { self.pool.run(|| self.openers.content_key(wrapped, length, transport)).await? })
    }
}

impl Openers {
    /// The wrapped key, or a random one where there is none of that length. The random one is drawn first in either
    /// case, and the choice between the two does not branch; what the library leaks before is in decision 0050.
    fn content_key(
        &self,
        wrapped: &[u8],
        length: usize,
        transport: KeyTransport,
    ) -> Result<ContentKey, KeyError> {
        let mut key = rejection::random_key(length)?;
        let mut opened = Zeroizing::new(vec![0; self.pkcs1.key_size_bytes()]);
        let opened_length = self.open(wrapped, transport, &mut opened).unwrap_or(usize::MAX);
        rejection::assign(&mut key, &opened, opened_length.ct_eq(&length));
        Ok(ContentKey::new(key))
    }

    fn open(&self, wrapped: &[u8], transport: KeyTransport, into: &mut [u8]) -> Option<usize> {
        let opened = match transport {
            KeyTransport::Pkcs1v15 => self.pkcs1.decrypt(wrapped, into),
            KeyTransport::OaepSha1 => self.oaep.decrypt(&OAEP_SHA1_MGF1SHA1, wrapped, into, None),
            KeyTransport::OaepSha256 => self.oaep.decrypt(&OAEP_SHA256_MGF1SHA256, wrapped, into, None),
        };
        opened.ok().map(|plaintext| plaintext.len())
    }
}

impl fmt::Debug for SoftwareSigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoftwareSigningKey").field("algorithm", &self.algorithm()).finish_non_exhaustive()
    }
}

impl fmt::Debug for SoftwareReplyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoftwareReplyKey").finish_non_exhaustive()
    }
}

impl fmt::Debug for SoftwareDecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoftwareDecryptionKey").finish_non_exhaustive()
    }
}

fn spki(public: &impl AsDer<PublicKeyX509Der<'static>>) -> Option<Vec<u8>> {
    public.as_der().ok().map(|der| der.as_ref().to_vec())
}

fn failed(what: &str) -> KeyError {
    KeyError::Unavailable(format!("{what} could not be made"))
}

#[cfg(test)]
mod tests;
