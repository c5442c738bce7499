//! One enrolment: from a ticket to a certificate.

use std::time::SystemTime;

use scepter_policy::vocabulary::KeyUsage;
use scepter_scep::client::{Authority, Unexpected};
use scepter_scep::{Algorithms, FailInfo, Malformed, Secret, Unwritable};

use crate::key::{DeviceKey, KeyFault};
use crate::request::{Prepared, serial_number, sha256};
use crate::transport::{ScepServer, TransportError};

/// What a device needs to enroll: the delivery of a check-in, or a challenge that an admin minted.
#[derive(Clone, Debug)]
pub struct Ticket {
    /// The challenge password.
    pub challenge: Secret,
    /// The subject's `Name` in DER.
    pub subject_der: Vec<u8>,
    /// The value of subjectAltName in DER; empty for none.
    pub san_der: Vec<u8>,
    /// Key usages to ask for.
    pub key_usages: Vec<KeyUsage>,
    /// Extended key usages to ask for, dotted.
    pub extended_key_usages: Vec<String>,
    /// SHA-256 of the CA certificate that GetCACert must contain, upper-case hex; without it the first answer is trusted.
    pub ca_thumbprint: Option<String>,
}

/// What an enrolment brought.
#[derive(Debug)]
pub struct Enrollment {
    /// The certificate in DER.
    pub certificate: Vec<u8>,
    /// Its serial number, lower-case hex.
    pub serial_number: String,
    /// The message that was sent, for replays.
    pub message: Vec<u8>,
}

/// Why an enrolment brought no certificate.
#[derive(Debug, thiserror::Error)]
pub enum EnrollError {
    /// The server could not be spoken to.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// A key operation failed.
    #[error(transparent)]
    Key(#[from] KeyFault),
    /// Randomness could not be had.
    #[error("the system gave no random bytes: {0}")]
    Random(#[from] getrandom::Error),
    /// The request cannot be written.
    #[error("the request cannot be written: {0}")]
    Request(#[from] Unwritable),
    /// The transactionID cannot be written.
    #[error("the transactionID is not a printable string")]
    Transaction,
    /// The extensions cannot be written.
    #[error("the requested extensions cannot be written: {0}")]
    Extensions(#[from] der::Error),
    /// The CA certificate that the device was told to expect is not there (TH-17).
    #[error(
        "the server's CA certificates do not contain the one that was announced, SHA-256 {0}; somebody may be in between"
    )]
    Imposter(String),
    /// The answer cannot be read.
    #[error("the answer cannot be read: {0}")]
    Malformed(#[from] Malformed),
    /// The answer is not the answer to this request.
    #[error("the answer does not fit the request: {0}")]
    Unexpected(#[from] Unexpected),
    /// The answer's envelope is not for this device, or cannot be opened.
    #[error("the answer's envelope cannot be opened with this device's key")]
    Envelope,
    /// The issuer refused.
    #[error("the issuer refused: failInfo {}{}", *code as u8, text.as_deref().map(|text| format!(", {text}")).unwrap_or_default())]
    Refused {
        /// The failInfo.
        code: FailInfo,
        /// What else the issuer said.
        text: Option<String>,
    },
    /// The delivery names no URL that can be used.
    #[error("the profile names no usable SCEP URL; give it an absolute http or https URL")]
    NoUrl,
    /// The issuer wants approval first.
    #[error("the issuer answered PENDING: somebody has to approve the request")]
    Pending,
}

/// Enrolls: GetCACaps, GetCACert, PKCSReq, and the certificate out of the answer.
pub async fn enroll(
    server: &ScepServer,
    ticket: &Ticket,
    key: &DeviceKey,
    now: SystemTime,
) -> Result<Enrollment, EnrollError> {
    server.capabilities().await?;
    let authority = server.authority().await?;
    check_announced(ticket, &authority)?;
    let prepared = Prepared::new(ticket, key, &authority, now)?;
    let answer = server.pki_operation(prepared.message.clone()).await?;
    let certificate = prepared.certificate(&answer, &authority, key, Algorithms::default())?;
    let serial_number = serial_number(&certificate)?;
    Ok(Enrollment { certificate, serial_number, message: prepared.message })
}

fn check_announced(ticket: &Ticket, authority: &Authority) -> Result<(), EnrollError> {
    let Some(announced) = &ticket.ca_thumbprint else { return Ok(()) };
    let found = authority.certificates().iter().any(|der| sha256(der) == announced.to_ascii_uppercase());
    if found { Ok(()) } else { Err(EnrollError::Imposter(announced.clone())) }
}
