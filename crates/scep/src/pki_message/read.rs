//! Reading a pkiMessage: the signed content, and what its attributes say. The signature is verified apart from it.

use super::attributes::PkiAttributes;
use crate::{
    Algorithms, Limits, Malformed, SignerCertificate, Untrusted,
    algorithms::{DigestAlgorithm, Recognised},
    signed_content::SignedContent,
};

/// A pkiMessage that has been read and not yet verified.
pub(crate) struct SignedMessage {
    pub(crate) attributes: PkiAttributes,
    signed: SignedContent,
    limits: Limits,
}

impl SignedMessage {
    pub(crate) fn read(body: &[u8], limits: &Limits) -> Result<Self, Malformed> {
        let signed = SignedContent::read(body, "pkiMessage", limits)?;
        let attributes = PkiAttributes::read(&signed.attributes(limits)?, limits)?;
        Ok(Self { attributes, signed, limits: *limits })
    }

    /// The encapsulated content; empty where there is none.
    pub(crate) fn content(&self) -> &[u8] {
        &self.signed.content
    }

    /// The digest, if it is one that the signer may also be answered in.
    pub(crate) fn digest(&self) -> Recognised<DigestAlgorithm> {
        self.signed.digest()
    }

    /// Verifies digest and signature with the signer's certificate that the message itself brings.
    pub(crate) fn verify(&self, allowed: Algorithms) -> Result<SignerCertificate, Untrusted> {
        self.signed.verify(allowed, &self.limits)
    }
}
