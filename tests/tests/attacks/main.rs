//! The threats of the threat model that are an issuer's, made against the real process. Each test is named by its threat.
//!
//! `make attacks` runs them and prints what each came to.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod algorithms;
mod challenges;
mod clocks;
mod constraints;
mod enumeration;
mod floods;
mod forgery;
mod honest;
mod interruption;
mod key;
mod message_types;
mod mutation;
mod names;
mod naming;
mod oracle;
mod publication;
mod range;
mod renewal;
mod replay;
mod secrecy;
mod sender;
mod start;
mod starvation;
mod statistics;
mod store;
mod table;
mod volume;
