//! What ties an answer to its request (RFC 8894 §3.2.1.1 and §3.2.1.5).

use der::{
    Tag, Tagged,
    asn1::{AnyRef, OctetStringRef},
};

use crate::{Limits, Malformed, algorithms::DigestAlgorithm, asn1::raw::tagged};

/// `transactionID`: opaque text chosen by the client. Not unique among clients, so never a key on its own.
///
/// It keeps the ASN.1 string type in which it came, because some clients refuse an answer in another one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TransactionId {
    kind: Kind,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Printable,
    Utf8,
    Ia5,
}

impl TransactionId {
    /// An identifier of a client's own, sent as `PrintableString`; `None` unless it is 1–255 letters, digits or
    /// `'()+,-./:=? `.
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        let printable = |octet: u8| octet.is_ascii_alphanumeric() || b"'()+,-./:=? ".contains(&octet);
        let valid = (1..=255).contains(&text.len()) && text.bytes().all(printable);
        valid.then_some(Self { kind: Kind::Printable, text })
    }

    /// The text, visible ASCII and blanks.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn read(value: AnyRef<'_>, limits: &Limits) -> Result<Self, Malformed> {
        const PART: &str = "transactionID";
        let octets = tagged(value, PART, &[Tag::PrintableString, Tag::Utf8String, Tag::Ia5String])?;
        let kind = match value.tag() {
            Tag::Utf8String => Kind::Utf8,
            Tag::Ia5String => Kind::Ia5,
            _printable => Kind::Printable,
        };
        let visible = |octet: &u8| octet.is_ascii_graphic() || *octet == b' ';
        if octets.is_empty() || octets.len() > limits.transaction_id || !octets.iter().all(visible) {
            return Err(Malformed::Value { part: PART });
        }
        let text = String::from_utf8(octets.to_vec()).map_err(|_| Malformed::Value { part: PART })?;
        Ok(Self { kind, text })
    }

    pub(crate) fn value(&self) -> der::Result<AnyRef<'_>> {
        let tag = match self.kind {
            Kind::Printable => Tag::PrintableString,
            Kind::Utf8 => Tag::Utf8String,
            Kind::Ia5 => Tag::Ia5String,
        };
        AnyRef::new(tag, self.text.as_bytes())
    }
}

/// A nonce: 16 fresh random bytes from us, any length from others, echoed as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nonce(Vec<u8>);

impl Nonce {
    /// A nonce of our own from fresh random bytes. jscep refuses one that it has seen before.
    pub fn new(random: [u8; 16]) -> Self {
        Self(random.to_vec())
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn read(value: AnyRef<'_>, part: &'static str, limits: &Limits) -> Result<Self, Malformed> {
        let octets = tagged(value, part, &[Tag::OctetString])?;
        if octets.is_empty() || octets.len() > limits.nonce {
            return Err(Malformed::Value { part });
        }
        Ok(Self(octets.to_vec()))
    }

    pub(crate) fn value(&self) -> der::Result<AnyRef<'_>> {
        Ok(OctetStringRef::new(&self.0)?.into())
    }
}

/// What an answer must echo, and the digest in which the client can read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    pub(crate) id: TransactionId,
    pub(crate) sender_nonce: Nonce,
    pub(crate) digest: DigestAlgorithm,
}

impl Transaction {
    /// The transactionID.
    pub fn id(&self) -> &TransactionId {
        &self.id
    }

    /// The senderNonce of the request, which becomes the recipientNonce of the answer.
    pub fn sender_nonce(&self) -> &Nonce {
        &self.sender_nonce
    }

    /// The digest of the answer: the request's own where it is SHA-256 or better, else SHA-256.
    pub fn digest(&self) -> DigestAlgorithm {
        self.digest
    }
}
