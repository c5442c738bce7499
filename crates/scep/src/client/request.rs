//! A client's request: sealed to the RA, then prepared for the client's signature.

use std::time::SystemTime;

use der::{Decode, Encode, asn1::AnyRef};

use crate::{
    ContentCipher, DigestAlgorithm, EnvelopeSecrets, IssuerAndSerial, KeyTransport, MessageType, Nonce,
    SignerCertificate, ToBeSigned, TransactionId, Unwritable,
    asn1::certificate::IssuerAndSubject,
    envelope::{Recipient, seal},
    pki_message::Draft,
};

/// What a client asks.
#[derive(Debug, Clone, Copy)]
pub enum Inquiry<'a> {
    /// PKCSReq with a certification request in DER.
    Enroll(&'a [u8]),
    /// RenewalReq with a certification request in DER; the signer's certificate is the one to renew.
    Renew(&'a [u8]),
    /// CertPoll for a pending request.
    Poll {
        /// The CA's `Name` in DER.
        issuer_der: &'a [u8],
        /// The requested subject's `Name` in DER.
        subject_der: &'a [u8],
    },
    /// GetCert.
    GetCert(&'a IssuerAndSerial),
    /// GetCRL, for the CA that issued this certificate.
    GetCrl(&'a IssuerAndSerial),
}

/// A request and how it travels.
#[derive(Debug, Clone, Copy)]
pub struct PkiRequest<'a> {
    /// What is asked.
    pub inquiry: Inquiry<'a>,
    /// The transaction; a poll uses that of its request.
    pub transaction_id: &'a TransactionId,
    /// A fresh nonce, which the answer must bring back.
    pub sender_nonce: &'a Nonce,
    /// The certificate that the envelope is sealed to.
    pub recipient: &'a SignerCertificate,
    /// How the key of the envelope is encrypted to it.
    pub key_transport: KeyTransport,
    /// The cipher of the envelope, and so of the answer's.
    pub cipher: ContentCipher,
    /// The digest of the signature, and so of the answer's.
    pub digest: DigestAlgorithm,
}

impl PkiRequest<'_> {
    /// The message, ready to be signed by the holder of the certificate `signer`. `at` is the signingTime.
    pub fn prepare(
        &self,
        signer: &[u8],
        secrets: &EnvelopeSecrets,
        at: SystemTime,
    ) -> Result<ToBeSigned, Unwritable> {
        let recipient = Recipient::Certificate(self.recipient, self.key_transport);
        let draft = Draft {
            message_type: self.inquiry.message_type(),
            transaction_id: self.transaction_id,
            sender_nonce: self.sender_nonce,
            verdict: None,
            digest: self.digest,
            content: seal(&self.inquiry.to_der()?, &recipient, self.cipher, secrets)?,
        };
        draft.prepare(&SignerCertificate::from_der(signer).map_err(Unwritable::Certificate)?, at)
    }
}

impl Inquiry<'_> {
    fn message_type(&self) -> MessageType {
        match self {
            Self::Enroll(_) => MessageType::PkcsReq,
            Self::Renew(_) => MessageType::RenewalReq,
            Self::Poll { .. } => MessageType::CertPoll,
            Self::GetCert(_) => MessageType::GetCert,
            Self::GetCrl(_) => MessageType::GetCrl,
        }
    }

    /// The messageData of the type (RFC 8894 §3.3).
    fn to_der(self) -> der::Result<Vec<u8>> {
        match self {
            Self::Enroll(request) | Self::Renew(request) => Ok(request.to_vec()),
            Self::Poll { issuer_der, subject_der } => IssuerAndSubject {
                issuer: AnyRef::from_der(issuer_der)?,
                subject: AnyRef::from_der(subject_der)?,
            }
            .to_der(),
            Self::GetCert(name) | Self::GetCrl(name) => name.to_der(),
        }
    }
}
