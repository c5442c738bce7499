//! A whole request whose envelope is closed, and what is in it.

use std::marker::PhantomData;

use super::message_data::MessageData;
use crate::{ContentKey, FailInfo, IssuerAndSerial, Limits, ReplyTo, WrappedKey, envelope::Envelope};

/// A request whose signature verifies and whose algorithms are accepted. Its envelope is closed, and opens to `Data`
/// alone. Nobody has been authorised yet.
pub struct SealedRequest<Data> {
    reply_to: ReplyTo,
    envelope: Envelope,
    limits: Limits,
    data: PhantomData<fn() -> Data>,
}

/// The envelope does not open. The reason is not known on purpose: key, cipher, padding and content must not be told apart.
/// Terminal; answer with [`Unreadable::fail_info`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the envelope does not open")]
pub struct Unreadable;

impl Unreadable {
    /// How the RFC calls it (§3.2.1.4.1).
    pub fn fail_info(self) -> FailInfo {
        FailInfo::BadMessageCheck
    }
}

impl<Data> SealedRequest<Data> {
    pub(super) fn new(reply_to: ReplyTo, envelope: Envelope, limits: Limits) -> Self {
        Self { reply_to, envelope, limits, data: PhantomData }
    }

    /// Whom an answer goes to.
    pub fn reply_to(&self) -> &ReplyTo {
        &self.reply_to
    }

    /// All recipients' content keys. Some clients encrypt to every certificate that GetCACert returned.
    pub fn wrapped_keys(&self) -> impl Iterator<Item = WrappedKey<'_>> {
        self.envelope.wrapped_keys()
    }

    /// The content key that is encrypted to our certificate named `ours`; `None` where the request is for somebody else.
    pub fn wrapped_key(&self, ours: &IssuerAndSerial) -> Option<WrappedKey<'_>> {
        self.envelope.wrapped_key(ours)
    }
}

impl<Data: MessageData> SealedRequest<Data> {
    /// Opens the envelope. A wrong key, a wrong padding and wrong content fail alike.
    pub fn open(self, key: &ContentKey) -> Result<Data, Unreadable> {
        let read = |content: &[u8]| Data::read(content, &self.limits);
        self.envelope.open(key, read).ok_or(Unreadable)
    }
}
