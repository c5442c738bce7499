//! Keys and authorities: certificates from an `Order` only, CRLs, and the keys that answer SCEP.
//!
//! One job: sign what policy has authorised. It must never decide who gets a certificate, or know SCEP, HTTP or SQL.
//!
//! Read it in this order: [`key`] (what a key can do, and file keys), [`authority`] (a CA and its registration authority,
//! loaded or created), [`issue`] (an order becomes a certificate), [`name_constraints`] (which no certificate breaks, whatever
//! the order), [`crl`] and [`ocsp`] (what became of it), [`certificate`] (what a certificate says).

pub mod authority;
pub mod certificate;
pub mod crl;
pub mod issue;
pub mod key;
pub mod name_constraints;
pub mod ocsp;
mod signed;

pub use signed::{Sha256Hash, SigningError};
