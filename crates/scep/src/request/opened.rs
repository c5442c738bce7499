//! A request with its content.

use der::{Decode, Encode, Tag, asn1::AnyRef};

use crate::{
    CertificationRequest, FailInfo, IssuerAndSerial, Limits, ReplyTo, RequestType,
    asn1::{certificate::IssuerAndSubject, raw::tagged},
};

/// A request that is whole and open. Nobody has been authorised yet.
pub struct Opened {
    pub(super) reply_to: ReplyTo,
    pub(super) request: Request,
}

/// What is asked, with what it is asked with. Exhaustive: whoever answers must say what happens to each.
pub enum Request {
    /// PKCSReq. Clients also renew with it: decide by the signer.
    Enrollment(CertificationRequest),
    /// RenewalReq.
    Renewal(CertificationRequest),
    /// CertPoll (RFC 8894 §3.3.3).
    CertPoll {
        /// The CA's `Name` in DER.
        issuer_der: Vec<u8>,
        /// The requested subject's `Name` in DER.
        subject_der: Vec<u8>,
    },
    /// GetCert (RFC 8894 §3.3.4).
    GetCert(IssuerAndSerial),
    /// GetCRL (RFC 8894 §3.3.4): the CRL of the CA that issued this certificate.
    GetCrl(IssuerAndSerial),
}

/// The envelope does not open. The reason is not known on purpose: key, cipher, padding and content must not be told apart.
/// Terminal; answer with [`Unreadable::fail_info`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the envelope does not open")]
pub struct Unreadable;

impl Unreadable {
    /// How the RFC calls it (§3.2.1.4.1).
    pub fn fail_info(self) -> FailInfo {
        FailInfo::BadMessageCheck
    }
}

impl Opened {
    /// Whom an answer goes to.
    pub fn reply_to(&self) -> &ReplyTo {
        &self.reply_to
    }

    /// What is asked.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// Both, for whoever goes on with them apart.
    pub fn into_parts(self) -> (ReplyTo, Request) {
        (self.reply_to, self.request)
    }
}

/// Reads the content that belongs to `request_type` (RFC 8894 §3.2.2); why it fails is dropped here.
pub(super) fn read(request_type: RequestType, content: &[u8], limits: &Limits) -> Option<Request> {
    match request_type {
        RequestType::PkcsReq => CertificationRequest::from_der(content, limits).ok().map(Request::Enrollment),
        RequestType::RenewalReq => CertificationRequest::from_der(content, limits).ok().map(Request::Renewal),
        RequestType::CertPoll => cert_poll(content),
        RequestType::GetCert => issuer_and_serial(content).map(Request::GetCert),
        RequestType::GetCrl => issuer_and_serial(content).map(Request::GetCrl),
    }
}

fn cert_poll(content: &[u8]) -> Option<Request> {
    let names = IssuerAndSubject::from_der(content).ok()?;
    let name =
        |value: AnyRef<'_>| tagged(value, "name", &[Tag::Sequence]).ok().and_then(|_| value.to_der().ok());
    Some(Request::CertPoll { issuer_der: name(names.issuer)?, subject_der: name(names.subject)? })
}

fn issuer_and_serial(content: &[u8]) -> Option<IssuerAndSerial> {
    IssuerAndSerial::read(AnyRef::from_der(content).ok()?).ok()
}
