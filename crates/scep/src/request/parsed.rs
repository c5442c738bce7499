//! A request that is well-formed, and no more.

use crate::{
    Algorithms, DigestAlgorithm, IssuerAndSerial, Limits, Malformed, ReplyTo, RequestType, Transaction,
    Untrusted, Verified, envelope::Envelope, pki_message::SignedMessage,
};

/// Reads a request, DER or BER, within `limits`. A messageType that is no request dies here.
pub fn parse(body: &[u8], limits: &Limits) -> Result<Parsed, Malformed> {
    let message = SignedMessage::read(body, limits)?;
    let request_type = RequestType::of(message.attributes.message_type).ok_or(Malformed::MessageType)?;
    let sender_nonce =
        message.attributes.sender_nonce.clone().ok_or(Malformed::Missing { part: "senderNonce" })?;
    let envelope = Envelope::read(message.content(), limits)?;
    let transaction = Transaction {
        id: message.attributes.transaction_id.clone(),
        sender_nonce,
        digest: reply_digest(&message),
    };
    Ok(Parsed { message, request_type, envelope, transaction, limits: *limits })
}

/// A request that has been read. Anybody can make one: nothing in it is authenticated.
pub struct Parsed {
    message: SignedMessage,
    request_type: RequestType,
    envelope: Envelope,
    transaction: Transaction,
    limits: Limits,
}

impl Parsed {
    /// What an answer must echo.
    pub fn transaction(&self) -> &Transaction {
        &self.transaction
    }

    /// What is asked.
    pub fn request_type(&self) -> RequestType {
        self.request_type
    }

    /// Whether its envelope is sealed to our certificate named `ours`, among others perhaps.
    pub fn is_sealed_to(&self, ours: &IssuerAndSerial) -> bool {
        self.envelope.wrapped_key(ours).is_some()
    }

    /// Applies the algorithm policy, then verifies the signature with the certificate that the message brings: the
    /// message is whole and its sender holds that key. Who the sender is remains open.
    pub fn verify(self, allowed: &Algorithms) -> Result<Verified, Untrusted> {
        let refused = |oid| Untrusted::Algorithm { part: "content cipher", oid };
        let cipher = self.envelope.cipher().map_err(refused)?;
        if !allowed.allow_cipher(cipher) {
            return Err(refused(cipher.oid()));
        }
        let recipient = self.message.verify(*allowed)?;
        let reply_to = ReplyTo { transaction: self.transaction, recipient, cipher };
        Ok(Verified::new(self.request_type, reply_to, self.envelope, self.limits))
    }
}

fn reply_digest(message: &SignedMessage) -> DigestAlgorithm {
    match message.digest() {
        Ok(digest @ (DigestAlgorithm::Sha256 | DigestAlgorithm::Sha384 | DigestAlgorithm::Sha512)) => digest,
        Ok(DigestAlgorithm::Sha1) | Err(_) => DigestAlgorithm::Sha256,
    }
}
