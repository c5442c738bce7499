//! The signed attributes of a pkiMessage (RFC 8894 §3.2.1).

use der::asn1::ObjectIdentifier;

use crate::{
    FailInfo, Limits, Malformed, MessageType, Nonce, PkiStatus, TransactionId,
    asn1::oid,
    signed_content::{Attributes, text},
};

/// What the attributes say. Nothing of it is authenticated until the signature has been verified.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PkiAttributes {
    pub(crate) message_type: MessageType,
    pub(crate) transaction_id: TransactionId,
    /// Required in a request; some servers leave it out of their answers.
    pub(crate) sender_nonce: Option<Nonce>,
    pub(crate) recipient_nonce: Option<Nonce>,
    pub(crate) status: Option<PkiStatus>,
    pub(crate) fail_info: Option<FailInfo>,
    pub(crate) fail_info_text: Option<String>,
}

impl PkiAttributes {
    pub(crate) fn read(attributes: &Attributes<'_>, limits: &Limits) -> Result<Self, Malformed> {
        let message_type = attributes.required(oid::MESSAGE_TYPE, "messageType")?;
        let message_type =
            MessageType::from_text(text(message_type, "messageType")?).ok_or(Malformed::MessageType)?;
        let fail_info_text = attributes.optional(oid::FAIL_INFO_TEXT, "failInfoText")?;
        let fail_info_text = fail_info_text.map(|value| text(value, "failInfoText")).transpose()?;
        Ok(Self {
            message_type,
            transaction_id: TransactionId::read(
                attributes.required(oid::TRANSACTION_ID, "transactionID")?,
                limits,
            )?,
            sender_nonce: nonce(attributes, oid::SENDER_NONCE, "senderNonce", limits)?,
            recipient_nonce: nonce(attributes, oid::RECIPIENT_NONCE, "recipientNonce", limits)?,
            status: defined(attributes, oid::PKI_STATUS, "pkiStatus", PkiStatus::from_text)?,
            fail_info: defined(attributes, oid::FAIL_INFO, "failInfo", FailInfo::from_text)?,
            fail_info_text: fail_info_text.map(|text| String::from_utf8_lossy(text).into_owned()),
        })
    }
}

fn nonce(
    attributes: &Attributes<'_>,
    oid: ObjectIdentifier,
    part: &'static str,
    limits: &Limits,
) -> Result<Option<Nonce>, Malformed> {
    let value = attributes.optional(oid, part)?;
    value.map(|value| Nonce::read(value, part, limits)).transpose()
}

/// An attribute whose values are numbered by the RFC; another number is an error (§3.2.1.3, §3.2.1.4).
fn defined<T>(
    attributes: &Attributes<'_>,
    oid: ObjectIdentifier,
    part: &'static str,
    from_text: fn(&[u8]) -> Option<T>,
) -> Result<Option<T>, Malformed> {
    let Some(value) = attributes.optional(oid, part)? else { return Ok(None) };
    from_text(text(value, part)?).map(Some).ok_or(Malformed::Value { part })
}
