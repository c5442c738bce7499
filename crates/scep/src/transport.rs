//! What RFC 8894 §4 says about the strings and bytes that HTTP carries; HTTP itself is elsewhere.

mod ca_certificates;
mod capabilities;
mod next_ca_certificates;
mod query;

pub use ca_certificates::CaCertificates;
pub use capabilities::capabilities;
pub use next_ca_certificates::NextCaCertificates;
pub use query::{BadQuery, Operation, Query};

/// A body and its Content-Type, which clients compare character by character: send it without parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedBody {
    /// The exact Content-Type.
    pub content_type: &'static str,
    /// The bytes.
    pub body: Vec<u8>,
}

/// The Content-Type of every answer to PKIOperation, refusals included (§4.3.1).
pub const PKI_MESSAGE: &str = "application/x-pki-message";
/// The Content-Type of an answer to GetCACaps (§3.5.2).
pub const CA_CAPABILITIES: &str = "text/plain";
/// The Content-Type of one CA certificate (§4.2.1.1).
pub const CA_CERTIFICATE: &str = "application/x-x509-ca-cert";
/// The Content-Type of several certificates (§4.2.1.2).
pub const CA_RA_CERTIFICATES: &str = "application/x-x509-ca-ra-cert";
/// The Content-Type of an answer to GetNextCACert (§4.7.1).
pub const NEXT_CA_CERTIFICATES: &str = "application/x-x509-next-ca-cert";
