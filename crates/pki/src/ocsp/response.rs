//! What is answered.

use aws_lc_rs::digest::{SHA256, digest};
use const_oid::db::rfc6960::{ID_PKIX_OCSP_BASIC, ID_PKIX_OCSP_NONCE};
use der::asn1::{AnyRef, BitStringRef, GeneralizedTime, Null, OctetString};
use der::{Decode, Encode};
use jiff::Timestamp;
use scepter_policy::revocation::RevocationReason;
use x509_cert::ext::Extension;

use super::asn1::{self, ResponseStatus};
use super::{CertId, OcspRequest, OcspResponder, cert_id};
use crate::certificate::to_generalized_time;
use crate::crl::crl_reason;
use crate::signed::{SigningError, identifier, signature};

/// What is known of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateStatus {
    /// This CA issued it, and it is not revoked.
    Good,
    /// This CA issued it and took it back.
    Revoked {
        /// When.
        at: Timestamp,
        /// Why.
        reason: RevocationReason,
    },
    /// This CA has no record of it. Never `Good`: somebody may have made it up (TH-18).
    Unknown,
}

/// An answer without a status, which is not signed (RFC 6960 §4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is no request.
    MalformedRequest,
    /// The answer could not be made.
    InternalError,
    /// What it is about cannot be looked up now.
    TryLater,
    /// It is about certificates of somebody else (RFC 5019 §2.2.3).
    Unauthorized,
}

/// A signed answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The `OCSPResponse`, DER.
    pub der: Vec<u8>,
    /// When it was true.
    pub this_update: Timestamp,
    /// When a newer one can be had.
    pub next_update: Timestamp,
}

impl Answer {
    /// Tells this answer from another: a hash of it, hex.
    pub fn tag(&self) -> String {
        hex::encode(digest(&SHA256, &self.der))
    }
}

impl Refusal {
    /// The `OCSPResponse`, DER: `SEQUENCE { ENUMERATED }`.
    pub fn to_der(self) -> Vec<u8> {
        let status = match self {
            Self::MalformedRequest => ResponseStatus::MalformedRequest,
            Self::InternalError => ResponseStatus::InternalError,
            Self::TryLater => ResponseStatus::TryLater,
            Self::Unauthorized => ResponseStatus::Unauthorized,
        };
        vec![0x30, 0x03, 0x0a, 0x01, status as u8]
    }
}

impl OcspResponder {
    /// Signs what is known of each certificate that the request names, in its order, with its nonce.
    pub async fn answer(
        &self,
        request: &OcspRequest,
        statuses: &[CertificateStatus],
        this_update: Timestamp,
        next_update: Timestamp,
    ) -> Result<Answer, SigningError> {
        let times = (to_generalized_time(this_update)?, to_generalized_time(next_update)?);
        let responses = request.certificates().iter().zip(statuses);
        let data = asn1::ResponseData {
            responder_key_hash: OctetString::new(cert_id::responder_key_hash(self.key().spki())?)?,
            produced_at: times.0,
            responses: responses
                .map(|(id, status)| single_response(id, *status, times))
                .collect::<Result<_, _>>()?,
            response_extensions: request.nonce().map(|nonce| vec![nonce_extension(nonce)]),
        };
        let der = self.signed(&data.to_der()?).await?;
        Ok(Answer { der, this_update, next_update })
    }

    async fn signed(&self, data: &[u8]) -> Result<Vec<u8>, SigningError> {
        let signature = signature(self.key(), data).await?;
        let basic = asn1::BasicOcspResponse {
            tbs_response_data: AnyRef::from_der(data)?,
            signature_algorithm: identifier(self.key().algorithm()),
            signature: BitStringRef::from_bytes(&signature)?,
            certs: Some(vec![AnyRef::from_der(self.certificate())?]),
        };
        let bytes = asn1::ResponseBytes {
            response_type: ID_PKIX_OCSP_BASIC,
            response: OctetString::new(basic.to_der()?)?,
        };
        let response =
            asn1::OcspResponse { response_status: ResponseStatus::Successful, response_bytes: Some(bytes) };
        Ok(response.to_der()?)
    }
}

fn single_response(
    id: &CertId,
    status: CertificateStatus,
    (this_update, next_update): (GeneralizedTime, GeneralizedTime),
) -> Result<asn1::SingleResponse<'_>, der::Error> {
    let cert_status = match status {
        CertificateStatus::Good => asn1::CertStatus::Good(Null),
        CertificateStatus::Unknown => asn1::CertStatus::Unknown(Null),
        CertificateStatus::Revoked { at, reason } => asn1::CertStatus::Revoked(asn1::RevokedInfo {
            revocation_time: to_generalized_time(at)?,
            revocation_reason: crl_reason(reason),
        }),
    };
    Ok(asn1::SingleResponse {
        cert_id: AnyRef::from_der(id.as_der())?,
        cert_status,
        this_update,
        next_update: Some(next_update),
    })
}

/// The requester's nonce, as it was.
fn nonce_extension(value: &OctetString) -> Extension {
    Extension { extn_id: ID_PKIX_OCSP_NONCE, critical: false, extn_value: value.clone() }
}
