//! Keys and authorities: certificates from an `Order` only, CRLs, and the keys that answer SCEP.
//!
//! One job: sign what policy has authorised. It must never decide who gets a certificate, or know SCEP, HTTP or SQL.
