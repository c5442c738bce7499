//! `SignedData` (RFC 5652 §5).

use der::{
    Sequence,
    asn1::{AnyRef, ObjectIdentifier, OctetStringRef},
};
use spki::AlgorithmIdentifierRef;

use super::raw::RawSet;

/// `ContentInfo`: what every CMS message is wrapped in.
#[derive(Clone, Debug, Sequence)]
pub(crate) struct ContentInfo<'a> {
    pub(crate) content_type: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    pub(crate) content: AnyRef<'a>,
}

#[derive(Clone, Debug, Sequence)]
pub(crate) struct SignedData<'a> {
    pub(crate) version: u8,
    pub(crate) digest_algorithms: RawSet<'a>,
    pub(crate) encapsulated: EncapsulatedContentInfo<'a>,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    pub(crate) certificates: Option<RawSet<'a>>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(crate) crls: Option<RawSet<'a>>,
    pub(crate) signer_infos: RawSet<'a>,
}

#[derive(Clone, Debug, Sequence)]
pub(crate) struct EncapsulatedContentInfo<'a> {
    pub(crate) content_type: ObjectIdentifier,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) content: Option<&'a OctetStringRef>,
}

#[derive(Clone, Debug, Sequence)]
pub(crate) struct SignerInfo<'a> {
    pub(crate) version: u8,
    pub(crate) signer: AnyRef<'a>,
    pub(crate) digest_algorithm: AlgorithmIdentifierRef<'a>,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    pub(crate) signed_attributes: Option<RawSet<'a>>,
    pub(crate) signature_algorithm: AlgorithmIdentifierRef<'a>,
    pub(crate) signature: &'a OctetStringRef,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(crate) unsigned_attributes: Option<RawSet<'a>>,
}

/// `Attribute`, of a signer and of a certification request alike.
#[derive(Clone, Debug, Sequence)]
pub(crate) struct Attribute<'a> {
    pub(crate) oid: ObjectIdentifier,
    pub(crate) values: RawSet<'a>,
}
