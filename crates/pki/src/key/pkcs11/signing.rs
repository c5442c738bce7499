//! Signing in a token. What is signed is hashed here.

use aws_lc_rs::digest::{SHA256, SHA384, SHA512, digest};
use const_oid::db::rfc5912::{ID_SHA_256, ID_SHA_384, ID_SHA_512};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::ObjectHandle;
use der::asn1::{AnyRef, Null, ObjectIdentifier, OctetString, UintRef};
use der::{Encode, Sequence};
use spki::AlgorithmIdentifierRef;

use super::public_key::{Pair, PairKind, find};
use super::token::Token;
use super::{TokenError, TokenKeyUri, Tokens};
use crate::key::{KeyError, KeyFuture, ReplyDigest, ReplyKey, SignatureAlgorithm, SigningKey};
use crate::signed::Sha256Hash;

/// A CA's key in a token: ECDSA on P-256, or RSA.
#[derive(Debug)]
pub struct TokenSigningKey {
    token: Token,
    pair: Pair,
}

impl TokenSigningKey {
    /// The key that a URI names.
    pub fn open(tokens: &mut Tokens, uri: &TokenKeyUri) -> Result<Self, TokenError> {
        let token = tokens.open(uri)?;
        let pair = find(&token, uri)?;
        Ok(Self { token, pair })
    }
}

impl SigningKey for TokenSigningKey {
    fn algorithm(&self) -> SignatureAlgorithm {
        match self.pair.kind {
            PairKind::P256 => SignatureAlgorithm::EcdsaP256Sha256,
            PairKind::Rsa(_) => SignatureAlgorithm::RsaPkcs1Sha256,
        }
    }

    fn spki(&self) -> &[u8] {
        &self.pair.spki
    }

    fn sign_hash(&self, hash: Sha256Hash) -> KeyFuture<'_, Vec<u8>> {
        Box::pin(async move {
            match self.pair.kind {
                PairKind::P256 => sign_p256(&self.token, self.pair.private, hash).await,
                PairKind::Rsa(_) => {
                    sign_rsa(&self.token, self.pair.private, ID_SHA_256, hash.as_bytes()).await
                }
            }
        })
    }
}

/// An RA's signing key in a token: RSA.
#[derive(Debug)]
pub struct TokenReplyKey {
    token: Token,
    pair: Pair,
}

impl TokenReplyKey {
    /// The RSA key that a URI names.
    pub fn open(tokens: &mut Tokens, uri: &TokenKeyUri) -> Result<Self, TokenError> {
        let token = tokens.open(uri)?;
        let pair = find(&token, uri)?;
        match pair.kind {
            PairKind::Rsa(_) => Ok(Self { token, pair }),
            PairKind::P256 => {
                let problem = "SCEP clients verify RSA signatures alone".to_owned();
                Err(TokenError::Key { uri: Box::new(uri.clone()), problem })
            }
        }
    }
}

impl ReplyKey for TokenReplyKey {
    fn spki(&self) -> &[u8] {
        &self.pair.spki
    }

    fn sign<'a>(&'a self, algorithm: ReplyDigest, message: &'a [u8]) -> KeyFuture<'a, Vec<u8>> {
        let (oid, algorithm) = match algorithm {
            ReplyDigest::Sha256 => (ID_SHA_256, &SHA256),
            ReplyDigest::Sha384 => (ID_SHA_384, &SHA384),
            ReplyDigest::Sha512 => (ID_SHA_512, &SHA512),
        };
        let hash = digest(algorithm, message);
        Box::pin(async move { sign_rsa(&self.token, self.pair.private, oid, hash.as_ref()).await })
    }
}

/// `ECDSA-Sig-Value` (RFC 3279 §2.2.3), which a token gives as two numbers of the same length.
#[derive(Sequence)]
struct EcdsaSignature<'a> {
    r: UintRef<'a>,
    s: UintRef<'a>,
}

async fn sign_p256(token: &Token, key: ObjectHandle, hash: Sha256Hash) -> Result<Vec<u8>, KeyError> {
    let signed = token.run(move |session| session.sign(&Mechanism::Ecdsa, key, hash.as_bytes())).await?;
    let (r, s) = signed.split_at(signed.len() / 2);
    let encoded = || EcdsaSignature { r: UintRef::new(r)?, s: UintRef::new(s)? }.to_der();
    encoded().map_err(|_| KeyError::Unavailable("the token gave no ECDSA signature".to_owned()))
}

/// `DigestInfo` (RFC 8017 §9.2), which a token pads and signs.
#[derive(Sequence)]
struct DigestInfo<'a> {
    algorithm: AlgorithmIdentifierRef<'a>,
    digest: OctetString,
}

async fn sign_rsa(
    token: &Token,
    key: ObjectHandle,
    oid: ObjectIdentifier,
    hash: &[u8],
) -> Result<Vec<u8>, KeyError> {
    let encoded = || {
        let algorithm = AlgorithmIdentifierRef { oid, parameters: Some(AnyRef::from(Null)) };
        DigestInfo { algorithm, digest: OctetString::new(hash)? }.to_der()
    };
    let info = encoded().map_err(|_| KeyError::Unavailable("a digest could not be encoded".to_owned()))?;
    token.run(move |session| session.sign(&Mechanism::RsaPkcs, key, &info)).await
}
