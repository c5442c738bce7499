//! PKCS #10 certification requests (RFC 2986).

use der::{
    Sequence,
    asn1::{AnyRef, BitStringRef},
};
use spki::AlgorithmIdentifierRef;

use super::raw::RawSet;

#[derive(Clone, Debug, Sequence)]
pub(crate) struct CertificationRequest<'a> {
    /// `CertificationRequestInfo`, not yet read: the signature is over these bytes.
    pub(crate) info: AnyRef<'a>,
    pub(crate) signature_algorithm: AlgorithmIdentifierRef<'a>,
    pub(crate) signature: BitStringRef<'a>,
}

#[derive(Clone, Debug, Sequence)]
pub(crate) struct CertificationRequestInfo<'a> {
    pub(crate) version: u8,
    pub(crate) subject: AnyRef<'a>,
    pub(crate) public_key: AnyRef<'a>,
    /// Required by the RFC, left out by some clients.
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    pub(crate) attributes: Option<RawSet<'a>>,
}
