//! Why a well-formed message is not believed.

use der::asn1::ObjectIdentifier;

use crate::FailInfo;

/// A message or a certification request whose proof does not hold, or uses what policy does not accept.
/// Terminal: the same bytes will fail again. Answer with [`Untrusted::fail_info`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    /// An algorithm that is unknown, or known and not accepted.
    #[error("the {part} {oid} is not accepted")]
    Algorithm {
        /// What the algorithm is for.
        part: &'static str,
        /// Its object identifier.
        oid: ObjectIdentifier,
    },
    /// An algorithm whose signatures cannot be verified here, in something whose origin only its signature could tell. It is
    /// not spelled out, which would take longer than to say that a signature is wrong (decision 0261).
    #[error("the {part} is none that can be verified")]
    Unverifiable {
        /// What the algorithm is for.
        part: &'static str,
        /// Its object identifier.
        oid: ObjectIdentifier,
    },
    /// An RSA key below [`Algorithms`](crate::Algorithms)' minimum.
    #[error("the RSA key has {bits} bits; {minimum} are required")]
    WeakKey {
        /// Bits of the modulus.
        bits: u32,
        /// Bits that are required.
        minimum: u32,
    },
    /// No certificate in the message is the signer's (RFC 8894 §2.3 requires it).
    #[error("the signer's certificate is not in the message")]
    SignerMissing,
    /// The signer's certificate cannot be read.
    #[error("the signer's certificate cannot be read: {0}")]
    SignerUnreadable(crate::Malformed),
    /// The messageDigest attribute is not the digest of the content.
    #[error("the digest of the content is another one")]
    Digest,
    /// The signature does not verify.
    #[error("the signature does not verify")]
    Signature,
}

impl Untrusted {
    /// How the RFC calls it (§3.2.1.4.1).
    pub fn fail_info(&self) -> FailInfo {
        match self {
            Self::Algorithm { .. } | Self::WeakKey { .. } => FailInfo::BadAlg,
            Self::Unverifiable { .. }
            | Self::SignerMissing
            | Self::SignerUnreadable(_)
            | Self::Digest
            | Self::Signature => FailInfo::BadMessageCheck,
        }
    }

    /// The same, where it must not be told from a wrong signature.
    pub(crate) fn unproven(self) -> Self {
        match self {
            Self::Algorithm { part, oid } => Self::Unverifiable { part, oid },
            same @ (Self::Unverifiable { .. }
            | Self::WeakKey { .. }
            | Self::SignerMissing
            | Self::SignerUnreadable(_)
            | Self::Digest
            | Self::Signature) => same,
        }
    }
}
