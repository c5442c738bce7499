//! The server's half, reading: bytes → [`Parsed`] → [`Verified`] → what was asked. Each step consumes the one before.

mod message_data;
mod parsed;
mod sealed;
mod verified;

pub use parsed::{Parsed, parse};
pub use sealed::{SealedRequest, Unreadable};
pub use verified::{ReplyTo, Verified};

#[cfg(test)]
mod tests;
