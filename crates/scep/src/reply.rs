//! The server's half, writing: CertRep (RFC 8894 §3.3.2).

use std::time::SystemTime;

use crate::{
    CertsOnly, DigestAlgorithm, FailInfo, KeyTransport, MessageType, Nonce, PkiStatus, ReplyTo, Secret,
    SignerCertificate, ToBeSigned, Transaction, Unwritable,
    envelope::{EnvelopeSecrets, Recipient, seal},
    pki_message::{Draft, Verdict},
};

/// An answer that is complete but for its signature.
#[derive(Debug, Clone)]
pub struct CertRep {
    transaction: Transaction,
    outcome: Outcome,
}

#[derive(Debug, Clone)]
enum Outcome {
    Success { envelope: Vec<u8> },
    Failure { fail_info: FailInfo, text: Option<String> },
    Pending,
}

impl CertRep {
    /// SUCCESS: `granted` sealed to the signer of the request, and to nobody else, with the client's own cipher, and with
    /// RSAES-PKCS1-v1_5 as every client reads it.
    ///
    /// For an enrollment `granted` is the issued certificate alone, or first; for GetCRL it is the CRL. Fails with
    /// [`Unwritable::RecipientKey`] where the signer's key [cannot decrypt](crate::PublicKey::can_decrypt).
    pub fn success(to: &ReplyTo, granted: &CertsOnly, secrets: &EnvelopeSecrets) -> Result<Self, Unwritable> {
        Self::sealed(to, granted, &Recipient::Certificate(&to.recipient, KeyTransport::RsaPkcs1), secrets)
    }

    /// SUCCESS for a signer whose key cannot decrypt: `granted` sealed under the challenge password of the request (RFC
    /// 8894 §3.1).
    pub fn success_under_password(
        to: &ReplyTo,
        granted: &CertsOnly,
        password: &Secret,
        secrets: &EnvelopeSecrets,
    ) -> Result<Self, Unwritable> {
        Self::sealed(to, granted, &Recipient::Password(password), secrets)
    }

    fn sealed(
        to: &ReplyTo,
        granted: &CertsOnly,
        recipient: &Recipient<'_>,
        secrets: &EnvelopeSecrets,
    ) -> Result<Self, Unwritable> {
        let envelope = seal(&granted.to_der()?, recipient, to.cipher, secrets)?;
        Ok(Self { transaction: to.transaction.clone(), outcome: Outcome::Success { envelope } })
    }

    /// FAILURE: tells `fail_info` and no more.
    pub fn failure(to: &Transaction, fail_info: FailInfo) -> Self {
        Self { transaction: to.clone(), outcome: Outcome::Failure { fail_info, text: None } }
    }

    /// FAILURE with failInfoText. Everybody on the way can read it: say nothing that helps to guess.
    pub fn failure_with_text(to: &Transaction, fail_info: FailInfo, text: impl Into<String>) -> Self {
        Self { transaction: to.clone(), outcome: Outcome::Failure { fail_info, text: Some(text.into()) } }
    }

    /// PENDING: the client shall poll.
    pub fn pending(to: &Transaction) -> Self {
        Self { transaction: to.clone(), outcome: Outcome::Pending }
    }

    /// The pkiStatus of the answer.
    pub fn status(&self) -> PkiStatus {
        match self.outcome {
            Outcome::Success { .. } => PkiStatus::Success,
            Outcome::Failure { .. } => PkiStatus::Failure,
            Outcome::Pending => PkiStatus::Pending,
        }
    }

    /// Completes the answer for the RA whose certificate is `signer`. `sender_nonce` is fresh; `at` is the signingTime.
    pub fn prepare(
        self,
        signer: &SignerCertificate,
        sender_nonce: &Nonce,
        at: SystemTime,
    ) -> Result<ToBeSigned, Unwritable> {
        let status = self.status();
        let (content, fail_info, fail_info_text) = match self.outcome {
            Outcome::Success { envelope } => (envelope, None, None),
            Outcome::Failure { fail_info, text } => (Vec::new(), Some(fail_info), text),
            Outcome::Pending => (Vec::new(), None, None),
        };
        let verdict = Verdict {
            recipient_nonce: &self.transaction.sender_nonce,
            status,
            fail_info,
            fail_info_text: fail_info_text.as_deref(),
        };
        let digest: DigestAlgorithm = self.transaction.digest;
        let draft = Draft {
            message_type: MessageType::CertRep,
            transaction_id: &self.transaction.id,
            sender_nonce,
            verdict: Some(verdict),
            digest,
            content,
        };
        draft.prepare(signer, at)
    }
}
