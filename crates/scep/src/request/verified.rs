//! A request that is whole, by what it asks.

use crate::{
    CertificationRequest, ContentCipher, IssuerAndSerial, IssuerAndSubject, Limits, RequestType,
    SealedRequest, SignerCertificate, Transaction, envelope::Envelope,
};

/// A request whose signature verifies and whose algorithms are accepted. Exhaustive: whoever answers must say what happens
/// to each, and only the first two can be opened to a certification request.
pub enum Verified {
    /// PKCSReq. Clients also renew with it: decide by the signer.
    Enrollment(SealedRequest<CertificationRequest>),
    /// RenewalReq.
    Renewal(SealedRequest<CertificationRequest>),
    /// CertPoll. Decide by transactionID, recipient and signer: the envelope need not be opened (RFC 8894 §3.3.3).
    CertPoll(SealedRequest<IssuerAndSubject>),
    /// GetCert (RFC 8894 §3.3.4).
    GetCert(SealedRequest<IssuerAndSerial>),
    /// GetCRL (RFC 8894 §3.3.4): the CRL of the CA that issued this certificate.
    GetCrl(SealedRequest<IssuerAndSerial>),
}

/// Whom an answer goes to: what it echoes, to whose key its envelope is sealed, and with which cipher.
#[derive(Debug, Clone)]
pub struct ReplyTo {
    pub(crate) transaction: Transaction,
    pub(crate) recipient: SignerCertificate,
    pub(crate) cipher: ContentCipher,
}

impl Verified {
    pub(super) fn new(
        request_type: RequestType,
        reply_to: ReplyTo,
        envelope: Envelope,
        limits: Limits,
    ) -> Self {
        match request_type {
            RequestType::PkcsReq => Self::Enrollment(SealedRequest::new(reply_to, envelope, limits)),
            RequestType::RenewalReq => Self::Renewal(SealedRequest::new(reply_to, envelope, limits)),
            RequestType::CertPoll => Self::CertPoll(SealedRequest::new(reply_to, envelope, limits)),
            RequestType::GetCert => Self::GetCert(SealedRequest::new(reply_to, envelope, limits)),
            RequestType::GetCrl => Self::GetCrl(SealedRequest::new(reply_to, envelope, limits)),
        }
    }

    /// Whom an answer goes to.
    pub fn reply_to(&self) -> &ReplyTo {
        match self {
            Self::Enrollment(sealed) | Self::Renewal(sealed) => sealed.reply_to(),
            Self::CertPoll(sealed) => sealed.reply_to(),
            Self::GetCert(sealed) | Self::GetCrl(sealed) => sealed.reply_to(),
        }
    }
}

impl ReplyTo {
    /// What the answer echoes.
    pub fn transaction(&self) -> &Transaction {
        &self.transaction
    }

    /// The signer of the request: self-made, or a certificate of some CA. RFC 8894 §2.3 seals the answer to it.
    pub fn signer(&self) -> &SignerCertificate {
        &self.recipient
    }

    /// The client's own content cipher.
    pub fn cipher(&self) -> ContentCipher {
        self.cipher
    }
}
