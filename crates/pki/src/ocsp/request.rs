//! What a relying party asks. Anyone may send any bytes here.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use const_oid::db::rfc6960::ID_PKIX_OCSP_NONCE;
use der::asn1::OctetString;
use der::{Decode, Encode};
use percent_encoding::percent_decode_str;
use x509_cert::ext::Extension;

use super::{CertId, asn1};

/// The longest request that is read, in bytes. A request for one certificate takes about 120.
const MAX_REQUEST: usize = 4096;

/// How many certificates one request may name. RFC 5019 §2.1.1 lets clients name one.
const MAX_CERTIFICATES: usize = 8;

/// The longest nonce, in bytes (RFC 9654 §2.1); an empty one is refused too.
const MAX_NONCE: usize = 128;

/// Padding gets lost where clients put base64 into a path.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A request that can be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspRequest {
    certificates: Vec<CertId>,
    nonce: Option<OctetString>,
}

/// Bytes that are no request we answer: `malformedRequest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadOcspRequest {
    /// What stands in a path is no base64 in percent-encoding.
    #[error("it is no base64 in percent-encoding")]
    NotBase64,
    /// Longer than any request needs to be.
    #[error("the request is longer than {MAX_REQUEST} bytes")]
    TooLong,
    /// Not the DER of a request.
    #[error("it is no OCSP request in DER")]
    Unreadable,
    /// It names no certificate, or too many.
    #[error("a request names from 1 to {MAX_CERTIFICATES} certificates")]
    CertificateCount,
    /// A nonce that is empty or too long.
    #[error("a nonce has from 1 to {MAX_NONCE} bytes")]
    Nonce,
    /// It insists on something that we do not know (RFC 6960 §4.4).
    #[error("a critical extension is not understood")]
    CriticalExtension,
}

impl From<der::Error> for BadOcspRequest {
    fn from(_: der::Error) -> Self {
        Self::Unreadable
    }
}

impl OcspRequest {
    /// Reads a request. Its signature, which hardly any client makes, is not looked at: everyone gets the same answer.
    pub fn parse(bytes: &[u8]) -> Result<Self, BadOcspRequest> {
        if bytes.len() > MAX_REQUEST {
            return Err(BadOcspRequest::TooLong);
        }
        let request = asn1::OcspRequest::from_der(bytes)?.tbs_request;
        if request.version != 0 {
            return Err(BadOcspRequest::Unreadable);
        }
        if !(1..=MAX_CERTIFICATES).contains(&request.request_list.len()) {
            return Err(BadOcspRequest::CertificateCount);
        }
        let certificates = request.request_list.iter().map(certificate).collect::<Result<_, _>>()?;
        Ok(Self { certificates, nonce: nonce(request.request_extensions.unwrap_or_default())? })
    }

    /// Reads a request as it stands in the path of a GET (RFC 6960 A.1): base64 in percent-encoding. Its slashes may stand
    /// as they are, and clients put one more before it.
    pub fn from_path(encoded: &str) -> Result<Self, BadOcspRequest> {
        let text: Vec<u8> = percent_decode_str(encoded.trim_start_matches('/')).collect();
        if text.len() > MAX_REQUEST.div_ceil(3) * 4 {
            return Err(BadOcspRequest::TooLong);
        }
        Self::parse(&BASE64.decode(text).map_err(|_| BadOcspRequest::NotBase64)?)
    }

    /// The certificates that it asks about, from one to eight.
    pub fn certificates(&self) -> &[CertId] {
        &self.certificates
    }

    /// The one certificate that it asks about, where the answer may be kept for the next who asks the same.
    pub fn cacheable(&self) -> Option<&CertId> {
        match (self.certificates.as_slice(), &self.nonce) {
            ([only], None) => Some(only),
            _ => None,
        }
    }

    pub(super) fn nonce(&self) -> Option<&OctetString> {
        self.nonce.as_ref()
    }
}

fn certificate(request: &asn1::Request<'_>) -> Result<CertId, BadOcspRequest> {
    let extensions = request.single_request_extensions.as_deref().unwrap_or_default();
    if extensions.iter().any(|extension| extension.critical) {
        return Err(BadOcspRequest::CriticalExtension);
    }
    CertId::from_der(&request.req_cert.to_der()?)
}

/// The nonce as the extension has it: an OCTET STRING within the extension's own.
fn nonce(extensions: Vec<Extension>) -> Result<Option<OctetString>, BadOcspRequest> {
    let mut nonce = None;
    for extension in extensions {
        match extension.extn_id {
            ID_PKIX_OCSP_NONCE if nonce.is_none() => {
                let value = OctetString::from_der(extension.extn_value.as_bytes())?;
                if !(1..=MAX_NONCE).contains(&value.as_bytes().len()) {
                    return Err(BadOcspRequest::Nonce);
                }
                nonce = Some(extension.extn_value);
            }
            ID_PKIX_OCSP_NONCE => return Err(BadOcspRequest::Nonce),
            _ if extension.critical => return Err(BadOcspRequest::CriticalExtension),
            _ => {}
        }
    }
    Ok(nonce)
}
