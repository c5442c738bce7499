//! Tests on a real control plane. Each takes a fresh [`Namespace`](scepter_tests::Namespace) of the one
//! [`Cluster`](scepter_tests::Cluster) that this binary starts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod admission;
mod cel;
mod control_plane;
mod definitions;
mod end_to_end;
mod installation;
mod operator;
mod same_statuses;
mod schema_corpus;
mod webhook;
mod with_cluster;
