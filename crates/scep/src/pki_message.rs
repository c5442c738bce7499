//! The outer layer of every message: `SignedData` with SCEP's attributes (RFC 8894 §3.2), read and written.

mod attributes;
mod read;
mod write;

pub(crate) use read::{SignedMessage, content_of};
pub(crate) use write::{Draft, Verdict, attribute, content_info, der_set, rsa_encryption};
pub use write::{ToBeSigned, Unwritable};
