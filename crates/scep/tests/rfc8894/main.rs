//! RFC 8894 point by point: a test is named after the point of our list that it shows (T2 to T16; what needs a server is
//! tested where the server is).
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod operations;
mod pki_message;
#[path = "../support/mod.rs"]
mod support;
mod transport;
