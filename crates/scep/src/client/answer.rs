//! Reading a CertRep: bytes → [`ParsedAnswer`] → [`Answer`] → [`CertsOnly`].

use crate::{
    Algorithms, CertsOnly, ContentKey, FailInfo, IssuerAndSerial, Limits, Malformed, MessageType, Nonce,
    PkiStatus, Secret, TransactionId, Unreadable, Untrusted, WrappedKey, envelope::Envelope,
    pki_message::SignedMessage,
};

/// Reads an answer within `limits`. Anything but a CertRep is malformed here, and so is a CertRep that lacks its status, a
/// refusal's failInfo or a grant's envelope.
pub fn read_answer(body: &[u8], limits: &Limits) -> Result<ParsedAnswer, Malformed> {
    let message = SignedMessage::read(body, limits)?;
    if message.attributes.message_type != MessageType::CertRep {
        return Err(Malformed::MessageType);
    }
    let status = message.attributes.status.ok_or(Malformed::Missing { part: "pkiStatus" })?;
    let answer = match status {
        PkiStatus::Success => {
            let envelope = Envelope::read(message.content(), limits)?;
            Answer::Granted(SealedAnswer { envelope, limits: *limits })
        }
        PkiStatus::Failure => Answer::Refused {
            fail_info: message.attributes.fail_info.ok_or(Malformed::Missing { part: "failInfo" })?,
            text: message.attributes.fail_info_text.clone(),
        },
        PkiStatus::Pending => Answer::Pending,
    };
    Ok(ParsedAnswer { message, answer })
}

/// An answer that has been read and not verified: it cannot be looked into.
pub struct ParsedAnswer {
    message: SignedMessage,
    answer: Answer,
}

/// What an answer must match to be the answer to our request.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The transactionID of the request.
    pub transaction_id: &'a TransactionId,
    /// The senderNonce of the request.
    pub sender_nonce: &'a Nonce,
    /// The certificates, in DER, whose holders may answer.
    pub signers: &'a [Vec<u8>],
}

/// Why an answer is not the answer to our request. Terminal for this answer; the request may be sent again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unexpected {
    /// Its proof does not hold.
    #[error(transparent)]
    Untrusted(#[from] Untrusted),
    /// Somebody else signed it.
    #[error("the answer is signed by a certificate that the authority did not announce")]
    Signer,
    /// It belongs to another transaction.
    #[error("the answer has another transactionID")]
    Transaction,
    /// Its recipientNonce is not our nonce (RFC 8894 §3.2.1.5).
    #[error("the answer does not bring our nonce back")]
    Nonce,
}

/// What an authority answered.
pub enum Answer {
    /// SUCCESS: what was asked for, sealed.
    Granted(SealedAnswer),
    /// FAILURE.
    Refused {
        /// Why.
        fail_info: FailInfo,
        /// What else the authority said.
        text: Option<String>,
    },
    /// PENDING: poll later.
    Pending,
}

/// The envelope of a granted request.
pub struct SealedAnswer {
    envelope: Envelope,
    limits: Limits,
}

impl ParsedAnswer {
    /// Verifies that the answer is whole, from one of the expected signers, and an answer to our request.
    pub fn verify(self, expected: &Expected<'_>, allowed: &Algorithms) -> Result<Answer, Unexpected> {
        let signer = self.message.verify(*allowed)?;
        if !expected.signers.iter().any(|known| known == signer.der()) {
            return Err(Unexpected::Signer);
        }
        if self.message.attributes.transaction_id.as_str() != expected.transaction_id.as_str() {
            return Err(Unexpected::Transaction);
        }
        if self.message.attributes.recipient_nonce.as_ref() != Some(expected.sender_nonce) {
            return Err(Unexpected::Nonce);
        }
        Ok(self.answer)
    }
}

impl SealedAnswer {
    /// The content key that is encrypted to the certificate with which we signed.
    pub fn wrapped_key(&self, ours: &IssuerAndSerial) -> Option<WrappedKey<'_>> {
        self.envelope.wrapped_key(ours)
    }

    /// Opens an envelope that was sealed under the challenge password, because our key cannot decrypt.
    pub fn open_with_password(self, password: &Secret) -> Result<CertsOnly, Unreadable> {
        let key = self.envelope.key_under(password).ok_or(Unreadable)?;
        self.open(&key)
    }

    /// Opens the envelope: the issued certificate first, or the CRL.
    pub fn open(self, key: &ContentKey) -> Result<CertsOnly, Unreadable> {
        let read = |content: &[u8]| CertsOnly::from_ber(content, &self.limits).ok();
        self.envelope.open(key, read).ok_or(Unreadable)
    }
}
