//! Keys and authorities: certificates from an `Order` only, CRLs, and the keys that answer SCEP.
//!
//! One job: sign what policy has authorised. It must never decide who gets a certificate, or know SCEP, HTTP or SQL.
//!
//! Read it in this order: [`key`] (what a key can do, and file keys).

pub mod key;
