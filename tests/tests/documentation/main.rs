//! What the README and the guides promise: the demos run to their end, every command that is shown exists, and so does every
//! test that a guide points to.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod clients;
mod commands;
mod demos;
