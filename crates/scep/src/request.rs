//! The server's half, reading: bytes → [`Parsed`] → [`Verified`] → [`Opened`]. Each step consumes the one before.

mod opened;
mod parsed;
mod verified;

pub use opened::{Opened, Request, Unreadable};
pub use parsed::{Parsed, parse};
pub use verified::{ReplyTo, Verified};
