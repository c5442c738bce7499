//! X.509 certificates, read no further than SCEP needs.
//!
//! Windows signs with a certificate whose extensions a strict reader refuses; nobody here looks at extensions.

use der::{
    Sequence,
    asn1::{AnyRef, BitStringRef},
};
use spki::AlgorithmIdentifierRef;

use super::raw::RawSequence;

#[derive(Clone, Debug, Sequence)]
pub(crate) struct Certificate<'a> {
    pub(crate) tbs: TbsCertificate<'a>,
    pub(crate) signature_algorithm: AlgorithmIdentifierRef<'a>,
    pub(crate) signature: BitStringRef<'a>,
}

#[derive(Clone, Debug, Sequence)]
pub(crate) struct TbsCertificate<'a> {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) version: Option<u8>,
    pub(crate) serial_number: AnyRef<'a>,
    pub(crate) signature: AlgorithmIdentifierRef<'a>,
    pub(crate) issuer: AnyRef<'a>,
    pub(crate) validity: RawSequence<'a>,
    pub(crate) subject: AnyRef<'a>,
    pub(crate) public_key: AnyRef<'a>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(crate) issuer_unique_id: Option<BitStringRef<'a>>,
    #[asn1(context_specific = "2", tag_mode = "IMPLICIT", optional = "true")]
    pub(crate) subject_unique_id: Option<BitStringRef<'a>>,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) extensions: Option<RawSequence<'a>>,
}

/// `IssuerAndSerialNumber` (RFC 5652 §10.2.4).
#[derive(Clone, Debug, Sequence)]
pub(crate) struct IssuerAndSerialNumber<'a> {
    pub(crate) issuer: AnyRef<'a>,
    pub(crate) serial_number: AnyRef<'a>,
}

/// `IssuerAndSubject` (RFC 8894 §3.3.3).
#[derive(Clone, Debug, Sequence)]
pub(crate) struct IssuerAndSubject<'a> {
    pub(crate) issuer: AnyRef<'a>,
    pub(crate) subject: AnyRef<'a>,
}
