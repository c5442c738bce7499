//! A real issuer on loopback with SQLite in a temporary directory, spoken to over HTTP as its clients do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod api;
mod documentation;
mod enrollment;
mod filters;
mod hostile;
mod life;
mod offline;
mod payloads;
mod refusals;
mod secrecy;
mod start;
mod world;
