//! The built `scepter`, as somebody at a terminal meets it: what it prints, how it ends, what it serves.

#![allow(clippy::unwrap_used, clippy::panic)]

mod corpus;
mod examples;
mod exit_codes;
mod footprint;
mod help;
mod lint;
mod load;
mod quickstart;
mod refused_starts;
mod resolve;
mod scepter;
