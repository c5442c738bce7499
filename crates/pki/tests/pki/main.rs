//! What the crate promises, seen from outside: certificates and CRLs are judged by code that is not ours.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod authority;
mod chain;
mod crl;
mod issue;
mod name_constraints;
mod ocsp;
mod order;
mod ra_renewal;
mod support;
