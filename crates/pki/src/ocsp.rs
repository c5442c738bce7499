//! The Online Certificate Status Protocol (RFC 6960, in the profile of RFC 5019).
//!
//! Requests come from anyone and may be any bytes; answers are signed by a responder whose certificate the CA issued for
//! that alone, so that the CA's key answers nobody.

mod asn1;
mod cert_id;
mod request;
mod responder;
mod response;

pub use self::cert_id::CertId;
pub use self::request::{BadOcspRequest, OcspRequest};
pub use self::responder::{OcspResponder, OcspResponderError};
pub use self::response::{Answer, CertificateStatus, Refusal};
