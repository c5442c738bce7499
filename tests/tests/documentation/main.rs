//! What the README and the guides promise: the demos run to their end, and every command that is shown exists.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod commands;
mod demos;
