//! SCEP messages (RFC 8894), both sides: BER in, DER out.
//!
//! One job: turn bytes into messages and back, each step consuming the one before, so that nothing unverified is used.
//! It must never hold a private key, do I/O, or know profiles, stores and HTTP.

mod algorithms;
mod asn1;
mod certificate;
mod certs_only;
pub mod client;
mod csr;
mod envelope;
mod limits;
mod malformed;
mod message_type;
mod pki_message;
mod public_key;
mod reply;
mod request;
mod secret;
mod status;
mod transaction;
pub mod transport;
mod untrusted;

pub use algorithms::{Algorithms, ContentCipher, DigestAlgorithm, KeyTransport};
pub use asn1::ber::NotBer;
pub use certificate::{IssuerAndSerial, SignerCertificate};
pub use certs_only::CertsOnly;
pub use csr::{CertificationRequest, ProvenRequest};
pub use envelope::{EnvelopeSecrets, RecipientId, WrappedKey};
pub use limits::Limits;
pub use malformed::Malformed;
pub use message_type::{MessageType, RequestType};
pub use pki_message::{ToBeSigned, Unwritable};
pub use public_key::{KeyAlgorithm, PublicKey};
pub use reply::CertRep;
pub use request::{Opened, Parsed, ReplyTo, Request, Unreadable, Verified, parse};
pub use secret::{ContentKey, Secret};
pub use status::{FailInfo, PkiStatus};
pub use transaction::{Nonce, Transaction, TransactionId};
pub use untrusted::Untrusted;
