//! Writing a pkiMessage, up to its signature.

use std::time::SystemTime;

use der::{
    Tag,
    asn1::{AnyRef, Utf8StringRef},
};

use crate::{
    DigestAlgorithm, FailInfo, MessageType, Nonce, PkiStatus, SignerCertificate, ToBeSigned, TransactionId,
    Unwritable, asn1::oid, signed_content::attribute,
};

/// What a message will say, before it is signed.
pub(crate) struct Draft<'a> {
    pub(crate) message_type: MessageType,
    pub(crate) transaction_id: &'a TransactionId,
    pub(crate) sender_nonce: &'a Nonce,
    pub(crate) verdict: Option<Verdict<'a>>,
    pub(crate) digest: DigestAlgorithm,
    /// Empty for a FAILURE or PENDING. It is written all the same: some clients cannot read a message without content.
    pub(crate) content: Vec<u8>,
}

/// What only a CertRep says.
pub(crate) struct Verdict<'a> {
    pub(crate) recipient_nonce: &'a Nonce,
    pub(crate) status: PkiStatus,
    pub(crate) fail_info: Option<FailInfo>,
    pub(crate) fail_info_text: Option<&'a str>,
}

impl Draft<'_> {
    /// Completes the message for the holder of the certificate `signer`, whose signature will be asked for.
    pub(crate) fn prepare(
        self,
        signer: &SignerCertificate,
        at: SystemTime,
    ) -> Result<ToBeSigned, Unwritable> {
        let attributes = self.attributes()?;
        ToBeSigned::new(self.content, attributes, self.digest, signer, at)
    }

    fn attributes(&self) -> der::Result<Vec<Vec<u8>>> {
        let mut attributes = vec![
            attribute(oid::MESSAGE_TYPE, &printable(self.message_type.as_str())?)?,
            attribute(oid::TRANSACTION_ID, &self.transaction_id.value()?)?,
            attribute(oid::SENDER_NONCE, &self.sender_nonce.value()?)?,
        ];
        if let Some(verdict) = &self.verdict {
            attributes.push(attribute(oid::PKI_STATUS, &printable(verdict.status.as_str())?)?);
            attributes.push(attribute(oid::RECIPIENT_NONCE, &verdict.recipient_nonce.value()?)?);
            if let Some(fail_info) = verdict.fail_info {
                attributes.push(attribute(oid::FAIL_INFO, &printable(fail_info.as_str())?)?);
            }
            if let Some(text) = verdict.fail_info_text {
                attributes.push(attribute(oid::FAIL_INFO_TEXT, &Utf8StringRef::new(text)?)?);
            }
        }
        Ok(attributes)
    }
}

fn printable(text: &'static str) -> der::Result<AnyRef<'static>> {
    AnyRef::new(Tag::PrintableString, text.as_bytes())
}
