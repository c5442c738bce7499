//! The rules from outside: each has cases in which it speaks and cases in which it is silent, every id of the rule list
//! has its place, every field is what its platform makes of it, `docs/rules.md` says what the code does, and nothing that
//! somebody writes does harm.
//!
//! The data stands beside this folder: `vectors/` (one file a rule), `rule-list.yaml` (the ids), `matrix.yaml` (fields
//! and platforms).

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod case;
mod documentation;
mod hostile;
mod judge;
mod matrix;
mod rule_list;
mod vectors;
