//! The behaviour of the store on a real PostgreSQL, and what only PostgreSQL has: several processes that write.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../../../crates/store/tests/behaviour/mod.rs"]
mod behaviour;
mod database;
#[path = "../../../crates/store/tests/world/mod.rs"]
mod world;

behaviour::all!(world::World::postgres);
