//! What certificates and CRLs have in common: something to be signed, an algorithm, a signature (RFC 5280 §§4.1.1, 5.1.1).

use aws_lc_rs::digest::{Digest, SHA256, digest};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey,
    VerificationAlgorithm,
};
use const_oid::ObjectIdentifier;
use const_oid::db::{rfc5912, rfc5912::ECDSA_WITH_SHA_256};
use der::asn1::{AnyRef, BitStringRef, Null};
use der::{Decode, Encode, Sequence};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use crate::key::{KeyError, SignatureAlgorithm, SigningKey};
use crate::name_constraints::NameConstraintViolation;

/// A certificate or CRL whose content is not looked at.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub(crate) struct Signed<'a> {
    /// What is signed.
    pub(crate) content: AnyRef<'a>,
    /// How.
    pub(crate) algorithm: AlgorithmIdentifierRef<'a>,
    /// The signature over the DER of `content`.
    pub(crate) signature: BitStringRef<'a>,
}

/// Why something was not signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    /// The key did not answer; another try may help.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The key answered with a signature that does not verify under its own public key.
    #[error(
        "the key made a signature that does not verify; check the key store before anything else is signed"
    )]
    WrongSignature,
    /// A name of a certificate that a CA above it does not allow.
    #[error(transparent)]
    Names(#[from] NameConstraintViolation),
    /// A value has no DER form.
    #[error("it cannot be encoded: {0}")]
    Encoding(#[from] der::Error),
}

/// How a key signs, as certificates and CRLs write it: no parameters for ECDSA (RFC 5758 §3.2), NULL for RSA (RFC 4055 §5).
pub(crate) fn identifier(algorithm: SignatureAlgorithm) -> AlgorithmIdentifierRef<'static> {
    match algorithm {
        SignatureAlgorithm::EcdsaP256Sha256 => {
            AlgorithmIdentifierRef { oid: ECDSA_WITH_SHA_256, parameters: None }
        }
        SignatureAlgorithm::RsaPkcs1Sha256 => AlgorithmIdentifierRef {
            oid: rfc5912::SHA_256_WITH_RSA_ENCRYPTION,
            parameters: Some(AnyRef::from(Null)),
        },
    }
}

/// Signs the DER of a `TBSCertificate` or `TBSCertList`, and looks at the signature before it leaves.
pub(crate) async fn sign(key: &dyn SigningKey, content: &[u8]) -> Result<Vec<u8>, SigningError> {
    let signature = signature(key, content).await?;
    Ok(Signed::new(key, content, &signature)?.to_der()?)
}

/// The signature over the DER of something, looked at before it leaves.
pub(crate) async fn signature(key: &dyn SigningKey, content: &[u8]) -> Result<Vec<u8>, SigningError> {
    signature_of_hash(key, Sha256Hash::of(&digest(&SHA256, content))).await
}

/// The signature over something by its hash, looked at before it leaves.
pub(crate) async fn signature_of_hash(
    key: &dyn SigningKey,
    hash: Sha256Hash,
) -> Result<Vec<u8>, SigningError> {
    let signature = key.sign_hash(hash).await?;
    let public = SubjectPublicKeyInfoRef::from_der(key.spki())?;
    let digest = hash.digest().ok_or(SigningError::WrongSignature)?;
    UnparsedPublicKey::new(own_verification(key.algorithm()), public.subject_public_key.raw_bytes())
        .verify_digest(&digest, &signature)
        .map_err(|_| SigningError::WrongSignature)?;
    Ok(signature)
}

/// A SHA-256 hash: what every CA key here signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sha256Hash([u8; 32]);

impl Sha256Hash {
    /// A hash that was computed.
    pub(crate) fn of(computed: &Digest) -> Self {
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(computed.as_ref()).for_each(|(byte, hashed)| *byte = *hashed);
        Self(bytes)
    }

    /// The same for AWS-LC.
    pub(crate) fn digest(self) -> Option<Digest> {
        Digest::import_less_safe(&self.0, &SHA256).ok()
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

fn own_verification(algorithm: SignatureAlgorithm) -> &'static dyn VerificationAlgorithm {
    match algorithm {
        SignatureAlgorithm::EcdsaP256Sha256 => &ECDSA_P256_SHA256_ASN1,
        SignatureAlgorithm::RsaPkcs1Sha256 => &RSA_PKCS1_2048_8192_SHA256,
    }
}

impl<'a> Signed<'a> {
    fn new(key: &dyn SigningKey, content: &'a [u8], signature: &'a [u8]) -> Result<Self, der::Error> {
        Ok(Self {
            content: AnyRef::from_der(content)?,
            algorithm: identifier(key.algorithm()),
            signature: BitStringRef::from_bytes(signature)?,
        })
    }
}

/// Whether the holder of a public key signed it. `false` also for algorithms that are not trusted, SHA-1 among them.
pub(crate) fn is_signed_by(signed: &Signed<'_>, spki: &[u8]) -> bool {
    verification(signed.algorithm.oid).is_some_and(|algorithm| verifies(signed, spki, algorithm))
}

/// Whether the holder of its own key signed it. SHA-1 is good enough for that: nobody trusts a root for its signature,
/// and many roots are that old.
pub(crate) fn is_signed_by_itself(signed: &Signed<'_>, spki: &[u8]) -> bool {
    match signed.algorithm.oid {
        rfc5912::SHA_1_WITH_RSA_ENCRYPTION => {
            verifies(signed, spki, &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY)
        }
        _ => is_signed_by(signed, spki),
    }
}

fn verifies(signed: &Signed<'_>, spki: &[u8], algorithm: &'static dyn VerificationAlgorithm) -> bool {
    let (Ok(key), Ok(content)) = (SubjectPublicKeyInfoRef::from_der(spki), signed.content.to_der()) else {
        return false;
    };
    UnparsedPublicKey::new(algorithm, key.subject_public_key.raw_bytes())
        .verify(&content, signed.signature.raw_bytes())
        .is_ok()
}

fn verification(oid: ObjectIdentifier) -> Option<&'static dyn VerificationAlgorithm> {
    match oid {
        ECDSA_WITH_SHA_256 => Some(&ECDSA_P256_SHA256_ASN1),
        rfc5912::ECDSA_WITH_SHA_384 => Some(&ECDSA_P384_SHA384_ASN1),
        rfc5912::SHA_256_WITH_RSA_ENCRYPTION => Some(&RSA_PKCS1_2048_8192_SHA256),
        rfc5912::SHA_384_WITH_RSA_ENCRYPTION => Some(&RSA_PKCS1_2048_8192_SHA384),
        rfc5912::SHA_512_WITH_RSA_ENCRYPTION => Some(&RSA_PKCS1_2048_8192_SHA512),
        _ => None,
    }
}
