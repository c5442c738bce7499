//! Signed answers. A SUCCESS is made of a [`Recorded`] certificate and of nothing else.

use std::time::SystemTime;

use jiff::Timestamp;
use scepter_pki::key::ReplyDigest;
use scepter_scep::{
    CertRep, CertsOnly, DigestAlgorithm, EnvelopeSecrets, FailInfo, KeyAlgorithm, Nonce, ReplyTo, Transaction,
};
use scepter_store::issuance::Recorded;

use super::failure::{Failure, Refused};
use crate::authorities::Served;

/// Whether an answer can be sealed to the sender at all; asked before anything is issued to them.
pub(super) fn check_recipient(to: &ReplyTo) -> Result<(), Refused> {
    match to.signer().public_key().algorithm() {
        KeyAlgorithm::Rsa { .. } => Ok(()),
        other @ (KeyAlgorithm::P256
        | KeyAlgorithm::P384
        | KeyAlgorithm::P521
        | KeyAlgorithm::Unsupported(_)) => Err(Refused::algorithm(format!(
            "the message is signed with a key of the kind {other:?}, to which no answer can be encrypted; sign it with RSA"
        ))),
    }
}

/// CertRep SUCCESS with the certificate, sealed to the signer of the request.
pub(super) async fn success(
    served: &Served,
    to: &ReplyTo,
    recorded: &Recorded,
    now: Timestamp,
) -> Result<Vec<u8>, Failure> {
    let mut random = [0; EnvelopeSecrets::LENGTH];
    getrandom::fill(&mut random)?;
    let granted = CertsOnly { certificates: vec![recorded.der().to_vec()], crls: Vec::new() };
    let reply = CertRep::success(to, &granted, &EnvelopeSecrets::from_random(random))?;
    sign(served, to.transaction(), reply, now).await
}

/// CertRep FAILURE.
pub(super) async fn failure(
    served: &Served,
    to: &Transaction,
    fail_info: FailInfo,
    now: Timestamp,
) -> Result<Vec<u8>, Failure> {
    sign(served, to, CertRep::failure(to, fail_info), now).await
}

async fn sign(served: &Served, to: &Transaction, reply: CertRep, now: Timestamp) -> Result<Vec<u8>, Failure> {
    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce)?;
    let signer = served.authority.ra_signing_certificate();
    let unsigned = reply.prepare(signer, &Nonce::new(nonce), SystemTime::from(now))?;
    let signature = served.authority.reply_key().sign(reply_digest(to.digest()), &unsigned.bytes()?).await?;
    Ok(unsigned.assemble(&signature)?)
}

/// The digest in which the client can read it; never SHA-1.
fn reply_digest(digest: DigestAlgorithm) -> ReplyDigest {
    match digest {
        DigestAlgorithm::Sha1 | DigestAlgorithm::Sha256 => ReplyDigest::Sha256,
        DigestAlgorithm::Sha384 => ReplyDigest::Sha384,
        DigestAlgorithm::Sha512 => ReplyDigest::Sha512,
    }
}
