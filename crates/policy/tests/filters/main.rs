//! Assignment filters from outside: their documentation, whatever people and machines write, printing and reading again.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod documentation;
mod hostile;
mod round_trip;
