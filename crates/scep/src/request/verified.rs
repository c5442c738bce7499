//! A request that is whole.

use crate::{
    ContentCipher, ContentKey, IssuerAndSerial, Limits, Opened, RequestType, SignerCertificate, Transaction,
    Unreadable, WrappedKey, envelope::Envelope, request::opened,
};

/// A request whose signature verifies and whose algorithms are accepted. Its envelope is still closed.
pub struct Verified {
    pub(super) reply_to: ReplyTo,
    pub(super) request_type: RequestType,
    pub(super) envelope: Envelope,
    pub(super) limits: Limits,
}

/// Whom an answer goes to: what it echoes, to whose key its envelope is sealed, and with which cipher.
#[derive(Debug, Clone)]
pub struct ReplyTo {
    pub(crate) transaction: Transaction,
    pub(crate) recipient: SignerCertificate,
    pub(crate) cipher: ContentCipher,
}

impl ReplyTo {
    /// What the answer echoes.
    pub fn transaction(&self) -> &Transaction {
        &self.transaction
    }

    /// The signer of the request: self-made, or a certificate of some CA. RFC 8894 §2.3 seals the answer to it.
    pub fn signer(&self) -> &SignerCertificate {
        &self.recipient
    }

    /// The client's own content cipher.
    pub fn cipher(&self) -> ContentCipher {
        self.cipher
    }
}

impl Verified {
    /// What is asked.
    pub fn request_type(&self) -> RequestType {
        self.request_type
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

    /// Opens the envelope. A wrong key, a wrong padding and wrong content fail alike.
    pub fn open(self, key: &ContentKey) -> Result<Opened, Unreadable> {
        let read = |content: &[u8]| opened::read(self.request_type, content, &self.limits);
        let request = self.envelope.open(key, read).ok_or(Unreadable)?;
        Ok(Opened { reply_to: self.reply_to, request })
    }
}
