//! A real issuer on loopback with SQLite in a temporary directory, spoken to over HTTP as its clients do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod api;
mod approvals;
mod check_in;
mod documentation;
mod enrollment;
mod filters;
mod floods;
mod hostile;
mod inquiries;
mod life;
mod offline;
mod ra_renewal;
mod rate_limits;
mod reasons;
mod refusals;
mod renewal;
mod rfc8894;
mod rollover;
mod secrecy;
mod sender;
mod slow_clients;
mod start;
mod world;
