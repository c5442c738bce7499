//! Real clients, and imitations of those that cannot be had, against a real `scepter up`. What they got is read by OpenSSL, never by our own parsers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod apple;
mod certmonger;
mod enrollment;
mod imitation;
mod micromdm;
mod own;
mod pyscep;
mod refusals;
mod retries;
mod revocation;
mod rollover;
mod signed_data;
mod smallstep;
mod strongswan;
mod token;
mod windows;
mod world;
