//! The inner layer: `EnvelopedData` (RFC 8894 §3.2.2), read and sealed.

mod open;
mod password;
mod seal;

pub(crate) use open::Envelope;
pub use open::{RecipientId, WrappedKey};
pub use seal::EnvelopeSecrets;
pub(crate) use seal::{Recipient, seal};
