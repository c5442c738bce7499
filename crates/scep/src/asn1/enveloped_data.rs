//! `EnvelopedData` with key transport or under a password (RFC 5652 §6).

use der::{
    Sequence,
    asn1::{AnyRef, ObjectIdentifier, OctetStringRef},
};
use spki::AlgorithmIdentifierRef;

use super::raw::{RawSequence, RawSet};

#[derive(Clone, Debug, Sequence)]
pub(crate) struct EnvelopedData<'a> {
    pub(crate) version: u8,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    pub(crate) originator_info: Option<RawSequence<'a>>,
    pub(crate) recipient_infos: RawSet<'a>,
    pub(crate) encrypted: EncryptedContentInfo<'a>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(crate) unprotected_attributes: Option<RawSet<'a>>,
}

#[derive(Clone, Debug, Sequence)]
pub(crate) struct EncryptedContentInfo<'a> {
    pub(crate) content_type: ObjectIdentifier,
    pub(crate) algorithm: AlgorithmIdentifierRef<'a>,
    /// `[0] IMPLICIT OCTET STRING`, in one piece or, from Go clients, in segments.
    pub(crate) content: AnyRef<'a>,
}

#[derive(Clone, Debug, Sequence)]
pub(crate) struct KeyTransRecipientInfo<'a> {
    pub(crate) version: u8,
    pub(crate) recipient: AnyRef<'a>,
    pub(crate) algorithm: AlgorithmIdentifierRef<'a>,
    pub(crate) encrypted_key: &'a OctetStringRef,
}

/// `PasswordRecipientInfo` (RFC 5652 §6.2.4), which a `RecipientInfo` holds under `[3] IMPLICIT`.
#[derive(Clone, Debug, Sequence)]
pub(crate) struct PasswordRecipientInfo<'a> {
    pub(crate) version: u8,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    pub(crate) key_derivation: Option<AlgorithmIdentifierRef<'a>>,
    pub(crate) key_encryption: AlgorithmIdentifierRef<'a>,
    pub(crate) encrypted_key: &'a OctetStringRef,
}

/// `PBKDF2-params` (RFC 8018 A.2). Without `prf` it is HMAC with SHA-1.
#[derive(Clone, Debug, Sequence)]
pub(crate) struct Pbkdf2Parameters<'a> {
    pub(crate) salt: &'a OctetStringRef,
    pub(crate) iterations: u32,
    #[asn1(optional = "true")]
    pub(crate) key_length: Option<u16>,
    #[asn1(optional = "true")]
    pub(crate) prf: Option<AlgorithmIdentifierRef<'a>>,
}

/// `RSAES-OAEP-params` (RFC 8017 A.2.1). What is absent has the default: SHA-1, MGF1 with SHA-1, an empty label.
#[derive(Clone, Debug, Default, Sequence)]
pub(crate) struct OaepParameters<'a> {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) hash: Option<AlgorithmIdentifierRef<'a>>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) mask_generation: Option<AlgorithmIdentifierRef<'a>>,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) label_source: Option<AlgorithmIdentifierRef<'a>>,
}
