//! SCEP messages (RFC 8894), both sides: BER in, DER out.
//!
//! One job: turn bytes into messages and back, each step consuming the one before, so that nothing unverified is used.
//! It must never hold a private key, do I/O, or know profiles, stores and HTTP.
//!
//! # Answering a request
//!
//! Private keys are with the caller, who may wait for them: what they do is two closures here.
//!
//! ```
//! use std::time::SystemTime;
//!
//! use scepter_scep::{
//!     Algorithms, CertRep, CertsOnly, ContentKey, EnvelopeSecrets, FailInfo, IssuerAndSerial, Limits, Nonce,
//!     SignerCertificate, Unwritable, Verified, WrappedKey, parse,
//! };
//!
//! struct Ra<'a> {
//!     certificate: &'a SignerCertificate,
//!     decrypt_to: IssuerAndSerial,
//!     unwrap: &'a dyn Fn(WrappedKey<'_>) -> ContentKey,
//!     sign: &'a dyn Fn(&[u8]) -> Vec<u8>,
//! }
//!
//! /// The answer to a request; `None` where HTTP 400 is all that it deserves.
//! fn answer(body: &[u8], ra: &Ra<'_>, certificate: &[u8], at: SystemTime) -> Option<Result<Vec<u8>, Unwritable>> {
//!     let allowed = Algorithms::default();
//!     let parsed = parse(body, &Limits::default()).ok()?;
//!     let to = parsed.transaction().clone();
//!     let cert_rep = || {
//!         let sealed = match parsed.verify(&allowed).map_err(|untrusted| untrusted.fail_info())? {
//!             Verified::Enrollment(sealed) | Verified::Renewal(sealed) => sealed,
//!             Verified::CertPoll(_) => return Err(FailInfo::BadRequest),
//!             Verified::GetCert(_) | Verified::GetCrl(_) => return Err(FailInfo::BadCertId),
//!         };
//!         let to = sealed.reply_to().clone();
//!         let wrapped = sealed.wrapped_key(&ra.decrypt_to).ok_or(FailInfo::BadMessageCheck)?;
//!         let key = (ra.unwrap)(wrapped);
//!         let request = sealed.open(&key).map_err(|unreadable| unreadable.fail_info())?;
//!         let proven = request.verify(&allowed).map_err(|untrusted| untrusted.fail_info())?;
//!         proven.challenge_password().ok_or(FailInfo::BadRequest)?; // … and all that policy has to say
//!         let granted = CertsOnly { certificates: vec![certificate.to_vec()], crls: vec![] };
//!         let secrets = EnvelopeSecrets::from_random([0; EnvelopeSecrets::LENGTH]); // a random generator's, in earnest
//!         CertRep::success(&to, &granted, &secrets).map_err(|_| FailInfo::BadAlg)
//!     };
//!     let cert_rep = cert_rep().unwrap_or_else(|fail_info| CertRep::failure(&to, fail_info));
//!     let sign = |cert_rep: CertRep| {
//!         let unsigned = cert_rep.prepare(ra.certificate, &Nonce::new([0; 16]), at)?;
//!         let signature = (ra.sign)(&unsigned.bytes()?);
//!         unsigned.assemble(&signature)
//!     };
//!     Some(sign(cert_rep))
//! }
//! ```
//!
//! # What does not compile
//!
//! The envelope of a message that has not been verified cannot be opened:
//!
//! ```compile_fail,E0599
//! # use scepter_scep::{ContentKey, Limits, parse};
//! let parsed = parse(&[], &Limits::default()).unwrap();
//! parsed.open(&ContentKey::new(vec![0; 16]));
//! ```
//!
//! A message is verified once, and an envelope opened once, for each consumes what it was called on:
//!
//! ```compile_fail,E0382
//! # use scepter_scep::{CertificationRequest, ContentKey, SealedRequest};
//! fn try_keys(sealed: SealedRequest<CertificationRequest>, keys: [ContentKey; 2]) -> [bool; 2] {
//!     [sealed.open(&keys[0]).is_ok(), sealed.open(&keys[1]).is_ok()]
//! }
//! ```
//!
//! A poll does not open to a certification request, nor does any other type that is not authorised as one
//! (CVE-2026-30836):
//!
//! ```compile_fail,E0308
//! # use scepter_scep::{CertificationRequest, ContentKey, Unreadable, Verified};
//! fn request(verified: Verified, key: &ContentKey) -> Option<Result<CertificationRequest, Unreadable>> {
//!     match verified {
//!         Verified::CertPoll(sealed) => Some(sealed.open(key)),
//!         _ => None,
//!     }
//! }
//! ```
//!
//! Nothing in a certification request can be looked at before its signature has been verified:
//!
//! ```compile_fail,E0599
//! # use scepter_scep::CertificationRequest;
//! fn challenge(request: &CertificationRequest) -> Option<&str> {
//!     request.challenge_password().map(|secret| secret.expose())
//! }
//! ```
//!
//! And nobody but this crate makes one of these states:
//!
//! ```compile_fail,E0451
//! # use scepter_scep::{CertificationRequest, ReplyTo, SealedRequest};
//! fn forge(other: SealedRequest<CertificationRequest>, reply_to: ReplyTo) -> SealedRequest<CertificationRequest> {
//!     SealedRequest { reply_to, ..other }
//! }
//! ```

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
mod signed_content;
mod status;
mod transaction;
pub mod transport;
mod untrusted;

#[cfg(test)]
#[path = "../tests/support/ber.rs"]
mod test_ber;
#[cfg(test)]
#[path = "../tests/support/keys.rs"]
mod test_keys;

pub use algorithms::{Algorithms, ContentCipher, DigestAlgorithm, KeyTransport};
pub use asn1::ber::NotBer;
pub use certificate::{IssuerAndSerial, IssuerAndSubject, SignerCertificate};
pub use certs_only::CertsOnly;
pub use csr::{CertificationRequest, ProvenRequest};
pub use envelope::{EnvelopeSecrets, RecipientId, WrappedKey};
pub use limits::Limits;
pub use malformed::Malformed;
pub use message_type::{MessageType, RequestType};
pub use public_key::{KeyAlgorithm, PublicKey};
pub use reply::CertRep;
pub use request::{Parsed, ReplyTo, SealedRequest, Unreadable, Verified, parse};
pub use secret::{ContentKey, Secret};
pub use signed_content::{ToBeSigned, Unwritable};
pub use status::{FailInfo, PkiStatus};
pub use transaction::{Nonce, Transaction, TransactionId};
pub use untrusted::Untrusted;
