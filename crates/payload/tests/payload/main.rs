//! What devices receive, compared with documents that were written by hand from policy-rules §11.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod android;
mod apple;
mod containment;
mod order;
mod same_again;
mod sample;
mod windows;
mod xml;
