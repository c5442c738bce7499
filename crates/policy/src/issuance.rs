//! The proofs without which nothing is signed.
//!
//! A [`Grant`] is what the store knows about a credential. Only [`authorize`] turns a grant and a request into
//! [`Authorized`]; only an `Authorized` becomes an [`Order`] when the store reserves a serial for it; only an `Order`
//! becomes an [`Issued`] certificate, after the certificate was read back and compared with it. Private fields keep the
//! doors: there is no other way to any of them.

mod authorize;
mod credential;
mod issued;
mod order;
mod refusal;
mod renewal;

pub use authorize::authorize;
pub use credential::{
    CertificateRequest, ChallengeId, Credential, CredentialId, CredentialState, Grant, Presented,
    RowVersions, Secret,
};
pub use issued::{Issued, IssuedMismatch};
pub use order::{Authorized, Order};
pub use refusal::{Refusal, RefusalReason};
pub use renewal::{ProvenCertificate, RenewableCertificate, Signatory};

#[cfg(test)]
mod tests;
