//! The behaviour of the store on SQLite, and what only SQLite has: a file.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod behaviour;
mod file;
mod world;

behaviour::all!(world::World::sqlite);
