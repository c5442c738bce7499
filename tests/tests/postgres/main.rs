//! The behaviour of the store on a real PostgreSQL, and what SQLite does not have: several processes that write, and a
//! server with a mind of its own.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../../../crates/store/tests/behaviour/mod.rs"]
mod behaviour;
mod feed;
mod processes;
mod schema;
mod server;
mod tls;
#[path = "../../../crates/store/tests/world/mod.rs"]
mod world;

behaviour::all!(world::World::postgres);
