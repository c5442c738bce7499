//! Real clients against a real `scepter up`. What they got is read by OpenSSL, never by our own parsers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod enrollment;
mod own;
mod refusals;
mod retries;
mod revocation;
mod token;
mod world;
