//! The rules from outside: each has cases in which it speaks and cases in which it is silent, and every field is what its
//! platform makes of it.
//!
//! The data stands beside this folder: `vectors/` (one file a rule), `matrix.yaml` (fields and platforms).

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod case;
mod judge;
mod matrix;
mod vectors;
