//! The harness of the tests that need the world.
