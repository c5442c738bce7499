//! Signature algorithms, as signers name them.

use der::asn1::ObjectIdentifier;

use super::{DigestAlgorithm, Recognised};
use crate::asn1::oid;

/// A signature scheme with the digest that its identifier implies, if it implies one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5. `rsaEncryption` leaves the digest to the digestAlgorithm beside it.
    Rsa(Option<DigestAlgorithm>),
    /// ECDSA. `id-ecPublicKey`, which some clients write here, leaves the digest open too.
    Ecdsa(Option<DigestAlgorithm>),
}

impl SignatureAlgorithm {
    pub(crate) fn of(oid: ObjectIdentifier) -> Recognised<Self> {
        match oid {
            oid::RSA_ENCRYPTION => Ok(Self::Rsa(None)),
            oid::SHA_1_WITH_RSA => Ok(Self::Rsa(Some(DigestAlgorithm::Sha1))),
            oid::SHA_256_WITH_RSA => Ok(Self::Rsa(Some(DigestAlgorithm::Sha256))),
            oid::SHA_384_WITH_RSA => Ok(Self::Rsa(Some(DigestAlgorithm::Sha384))),
            oid::SHA_512_WITH_RSA => Ok(Self::Rsa(Some(DigestAlgorithm::Sha512))),
            oid::EC_PUBLIC_KEY => Ok(Self::Ecdsa(None)),
            oid::ECDSA_WITH_SHA_256 => Ok(Self::Ecdsa(Some(DigestAlgorithm::Sha256))),
            oid::ECDSA_WITH_SHA_384 => Ok(Self::Ecdsa(Some(DigestAlgorithm::Sha384))),
            oid::ECDSA_WITH_SHA_512 => Ok(Self::Ecdsa(Some(DigestAlgorithm::Sha512))),
            unknown => Err(unknown),
        }
    }

    pub(crate) fn implied_digest(self) -> Option<DigestAlgorithm> {
        match self {
            Self::Rsa(digest) | Self::Ecdsa(digest) => digest,
        }
    }
}
