//! Real clients against a real `scepter up`. What they got is read by OpenSSL, never by our own parsers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod certmonger;
mod enrollment;
mod micromdm;
mod own;
mod pyscep;
mod refusals;
mod retries;
mod revocation;
mod strongswan;
mod token;
mod world;
