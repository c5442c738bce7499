//! How much of an untrusted message is read.

/// Bounds on what is read from a peer. Everything beyond them is [`Malformed`](crate::Malformed), before any cryptography.
///
/// The defaults leave room for RSA-8192 keys and long names; a usual message is 2–4 KiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a whole message, as DER or BER.
    pub message: usize,
    /// Bytes of the query string of a GET request.
    pub query: usize,
    /// ASN.1 values within values.
    pub nesting: usize,
    /// ASN.1 values in one message.
    pub elements: usize,
    /// Certificates in one message.
    pub certificates: usize,
    /// Recipients of one envelope.
    pub recipients: usize,
    /// Attributes of one signer, and of one certification request.
    pub attributes: usize,
    /// Bytes of a transactionID.
    pub transaction_id: usize,
    /// Bytes of a nonce.
    pub nonce: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message: 64 * 1024,
            query: 32 * 1024,
            nesting: 24,
            elements: 4096,
            certificates: 8,
            recipients: 4,
            attributes: 32,
            transaction_id: 255,
            nonce: 64,
        }
    }
}
