//! The behaviour of the store on SQLite, and what only SQLite has: a file.

mod behaviour;
mod file;
mod world;

behaviour::all!(crate::world::World::sqlite);
