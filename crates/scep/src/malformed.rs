//! Why bytes are not a SCEP message.

use crate::asn1::ber::NotBer;

/// The bytes are not a SCEP message that this crate reads. Nobody has been authenticated and nothing has been decrypted:
/// answer with HTTP 400, or drop the peer. Terminal: the same bytes will fail again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// Longer than [`Limits::message`](crate::Limits::message) or [`Limits::query`](crate::Limits::query).
    #[error("the message is longer than {limit} bytes")]
    TooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// Not BER, or beyond the limits on nesting and number of values.
    #[error("the message is not ASN.1: {0}")]
    NotBer(#[from] NotBer),
    /// A part has another ASN.1 structure than its standard says.
    #[error("{part} is not as its standard says: {source}")]
    Structure {
        /// The part of the message.
        part: &'static str,
        /// Where reading stopped.
        source: der::Error,
    },
    /// A part has another ASN.1 type than its standard says.
    #[error("{part} has the unexpected type {tag}")]
    UnexpectedType {
        /// The part of the message.
        part: &'static str,
        /// The type that was found.
        tag: der::Tag,
    },
    /// A CMS content of another type than SCEP uses (RFC 8894 §3).
    #[error("{part} has the content type {found}")]
    ContentType {
        /// The part of the message.
        part: &'static str,
        /// The type that was found.
        found: der::asn1::ObjectIdentifier,
    },
    /// A required part is missing (RFC 8894 §3.2.1).
    #[error("{part} is missing")]
    Missing {
        /// The part of the message.
        part: &'static str,
    },
    /// A part that must be there once is there again.
    #[error("{part} is there more than once")]
    Repeated {
        /// The part of the message.
        part: &'static str,
    },
    /// More elements than [`Limits`](crate::Limits) allow.
    #[error("{part}: more than {limit}")]
    TooMany {
        /// The part of the message.
        part: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A value outside its bounds or its alphabet.
    #[error("{part} has an impossible value")]
    Value {
        /// The part of the message.
        part: &'static str,
    },
    /// A messageType that RFC 8894 §3.2.1.2 does not define, or one that this side does not receive.
    #[error("the messageType is not one that is answered here")]
    MessageType,
}

impl Malformed {
    pub(crate) fn asn1(part: &'static str, source: der::Error) -> Self {
        Self::Structure { part, source }
    }
}
