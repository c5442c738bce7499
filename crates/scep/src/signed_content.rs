//! `SignedData` by one signer (RFC 5652 §5): what a pkiMessage is, and the answer to GetNextCACert.

mod attributes;
mod read;
mod write;

pub(crate) use attributes::{Attributes, text};
pub(crate) use read::{SignedContent, content_of};
pub use write::{ToBeSigned, Unwritable};
pub(crate) use write::{attribute, content_info, der_set};
