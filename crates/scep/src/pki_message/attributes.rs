//! The signed attributes of a pkiMessage (RFC 8894 §3.2.1).

use der::{
    Decode, Tag,
    asn1::{AnyRef, ObjectIdentifier},
};

use crate::{
    FailInfo, Limits, Malformed, MessageType, Nonce, PkiStatus, TransactionId,
    asn1::{
        oid,
        raw::{RawSet, tagged},
        signed_data::Attribute,
    },
};

/// What the attributes say. Nothing of it is authenticated until the signature has been verified.
pub(crate) struct PkiAttributes {
    pub(crate) message_type: MessageType,
    pub(crate) message_digest: Vec<u8>,
    pub(crate) transaction_id: TransactionId,
    /// Required in a request; some servers leave it out of their answers.
    pub(crate) sender_nonce: Option<Nonce>,
    pub(crate) recipient_nonce: Option<Nonce>,
    pub(crate) status: Option<PkiStatus>,
    pub(crate) fail_info: Option<FailInfo>,
    pub(crate) fail_info_text: Option<String>,
}

impl PkiAttributes {
    pub(crate) fn read(set: RawSet<'_>, limits: &Limits) -> Result<Self, Malformed> {
        let attributes = Attributes::read(set, limits)?;
        let message_type = attributes.required(oid::MESSAGE_TYPE, "messageType")?;
        let message_type =
            MessageType::from_text(text(message_type, "messageType")?).ok_or(Malformed::MessageType)?;
        attributes.check_content_type()?;
        let message_digest = attributes.required(oid::MESSAGE_DIGEST, "messageDigest")?;
        Ok(Self {
            message_type,
            message_digest: tagged(message_digest, "messageDigest", &[Tag::OctetString])?.to_vec(),
            transaction_id: TransactionId::read(
                attributes.required(oid::TRANSACTION_ID, "transactionID")?,
                limits,
            )?,
            sender_nonce: attributes.nonce(oid::SENDER_NONCE, "senderNonce", limits)?,
            recipient_nonce: attributes.nonce(oid::RECIPIENT_NONCE, "recipientNonce", limits)?,
            status: attributes.defined(oid::PKI_STATUS, "pkiStatus", PkiStatus::from_text)?,
            fail_info: attributes.defined(oid::FAIL_INFO, "failInfo", FailInfo::from_text)?,
            fail_info_text: attributes
                .optional(oid::FAIL_INFO_TEXT, "failInfoText")?
                .map(|value| {
                    text(value, "failInfoText").map(|text| String::from_utf8_lossy(text).into_owned())
                })
                .transpose()?,
        })
    }
}

struct Attributes<'a>(Vec<Attribute<'a>>);

impl<'a> Attributes<'a> {
    fn read(set: RawSet<'a>, limits: &Limits) -> Result<Self, Malformed> {
        const PART: &str = "signed attributes";
        let elements = set.elements(PART, limits.attributes)?;
        let attributes = elements.into_iter().map(Attribute::from_der).collect::<der::Result<_>>();
        attributes.map(Self).map_err(|error| Malformed::asn1(PART, error))
    }

    /// The only value of an attribute that may be absent, but not be there twice.
    fn optional(&self, oid: ObjectIdentifier, part: &'static str) -> Result<Option<AnyRef<'a>>, Malformed> {
        let mut found = self.0.iter().filter(|attribute| attribute.oid == oid);
        match (found.next(), found.next()) {
            (None, _) => Ok(None),
            (Some(attribute), None) => attribute.values.only(part).map(Some),
            (Some(_), Some(_)) => Err(Malformed::Repeated { part }),
        }
    }

    fn required(&self, oid: ObjectIdentifier, part: &'static str) -> Result<AnyRef<'a>, Malformed> {
        self.optional(oid, part)?.ok_or(Malformed::Missing { part })
    }

    fn nonce(
        &self,
        oid: ObjectIdentifier,
        part: &'static str,
        limits: &Limits,
    ) -> Result<Option<Nonce>, Malformed> {
        let value = self.optional(oid, part)?;
        value.map(|value| Nonce::read(value, part, limits)).transpose()
    }

    /// An attribute whose values are numbered by the RFC; another number is an error (§3.2.1.3, §3.2.1.4).
    fn defined<T>(
        &self,
        oid: ObjectIdentifier,
        part: &'static str,
        from_text: fn(&[u8]) -> Option<T>,
    ) -> Result<Option<T>, Malformed> {
        let Some(value) = self.optional(oid, part)? else { return Ok(None) };
        from_text(text(value, part)?).map(Some).ok_or(Malformed::Value { part })
    }

    /// The contentType attribute must name the type of the content, which is `id-data` (RFC 5652 §11.1, RFC 8894 §3.2).
    fn check_content_type(&self) -> Result<(), Malformed> {
        const PART: &str = "contentType";
        let value = self.required(oid::CONTENT_TYPE, PART)?;
        let found = value.decode_as::<ObjectIdentifier>().map_err(|error| Malformed::asn1(PART, error))?;
        if found == oid::ID_DATA { Ok(()) } else { Err(Malformed::ContentType { part: PART, found }) }
    }
}

fn text<'a>(value: AnyRef<'a>, part: &'static str) -> Result<&'a [u8], Malformed> {
    tagged(value, part, &[Tag::PrintableString, Tag::Utf8String, Tag::Ia5String])
}
