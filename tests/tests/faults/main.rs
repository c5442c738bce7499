//! Tests that break what the issuer stands on while it works, and look at what is left.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod chance;
mod crash;
mod fleet;
mod laboratory;
