//! What targets need to get behind what a fuzzer cannot guess: a good signature, a content key, an authority.

mod device;
mod responder;

pub use device::{content_key, envelope, verified};
pub use responder::{NOW, responder};
