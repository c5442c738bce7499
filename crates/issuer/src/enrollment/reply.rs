//! Signed answers. What is granted to a certification request is a [`Recorded`] certificate and nothing else.

use std::time::SystemTime;

use jiff::Timestamp;
use scepter_pki::key::ReplyDigest;
use scepter_policy::authority::Approval;
use scepter_scep::{
    CertRep, CertsOnly, DigestAlgorithm, EnvelopeSecrets, Nonce, ProvenRequest, ReplyTo, Secret, Transaction,
};
use scepter_store::certificates::Certificate;
use scepter_store::issuance::Recorded;

use super::failure::{Failure, Refused, fail_info};
use crate::authorities::{Ra, Served};

/// How the answer to a request is sealed.
pub(super) enum Seal {
    /// To the key that signed the request.
    Key,
    /// Under the request's challenge, because that key cannot decrypt (RFC 8894 §3.1).
    Challenge(Secret),
}

impl Seal {
    /// How an answer can reach the sender of a request at all; asked before anything is issued to them. A request that waits
    /// is answered to a poll, which brings no challenge.
    pub(super) fn of(to: &ReplyTo, request: &ProvenRequest, served: &Served) -> Result<Self, Refused> {
        match (request.challenge_password(), served.facts.approval) {
            (Some(challenge), Approval::Automatic) if !to.signer().public_key().can_decrypt() => {
                Ok(Self::Challenge(challenge.clone()))
            }
            (Some(_) | None, Approval::Automatic | Approval::Manual) => Self::of_key(to),
        }
    }

    /// The seal of an answer for which there is no challenge.
    pub(super) fn of_key(to: &ReplyTo) -> Result<Self, Refused> {
        if to.signer().public_key().can_decrypt() {
            return Ok(Self::Key);
        }
        let message = "the message is signed with a key that cannot decrypt its answer, and there is no challenge to seal \
                       it under; sign with RSA";
        Err(Refused::algorithm(message))
    }
}

/// CertRep SUCCESS with the certificate.
pub(super) async fn success(
    ra: &Ra,
    to: &ReplyTo,
    recorded: &Recorded,
    seal: Seal,
    now: Timestamp,
) -> Result<Vec<u8>, Failure> {
    let granted = CertsOnly { certificates: vec![recorded.der().to_vec()], crls: Vec::new() };
    let reply = match seal {
        Seal::Key => CertRep::success(to, &granted, &secrets()?)?,
        Seal::Challenge(challenge) => CertRep::success_under_password(to, &granted, &challenge, &secrets()?)?,
    };
    sign(ra, to.transaction(), reply, now).await
}

/// CertRep SUCCESS with a certificate that was recorded before.
pub(super) async fn certificate(
    ra: &Ra,
    to: &ReplyTo,
    found: &Certificate,
    now: Timestamp,
) -> Result<Vec<u8>, Failure> {
    let granted = CertsOnly { certificates: vec![found.der.clone()], crls: Vec::new() };
    sign(ra, to.transaction(), CertRep::success(to, &granted, &secrets()?)?, now).await
}

/// CertRep SUCCESS with a CRL.
pub(super) async fn revocation_list(
    ra: &Ra,
    to: &ReplyTo,
    list: Vec<u8>,
    now: Timestamp,
) -> Result<Vec<u8>, Failure> {
    let granted = CertsOnly { certificates: Vec::new(), crls: vec![list] };
    sign(ra, to.transaction(), CertRep::success(to, &granted, &secrets()?)?, now).await
}

/// CertRep PENDING.
pub(super) async fn pending(ra: &Ra, to: &ReplyTo, now: Timestamp) -> Result<Vec<u8>, Failure> {
    sign(ra, to.transaction(), CertRep::pending(to.transaction()), now).await
}

/// CertRep FAILURE.
pub(super) async fn failure(
    ra: &Ra,
    to: &Transaction,
    refused: &Refused,
    now: Timestamp,
) -> Result<Vec<u8>, Failure> {
    sign(ra, to, CertRep::failure(to, fail_info(refused.reason)), now).await
}

async fn sign(ra: &Ra, to: &Transaction, reply: CertRep, now: Timestamp) -> Result<Vec<u8>, Failure> {
    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce)?;
    let unsigned = reply.prepare(&ra.signer, &Nonce::new(nonce), SystemTime::from(now))?;
    let signature = ra.authority.reply_key().sign(reply_digest(to.digest()), &unsigned.bytes()?).await?;
    Ok(unsigned.assemble(&signature)?)
}

fn secrets() -> Result<EnvelopeSecrets, getrandom::Error> {
    let mut random = [0; EnvelopeSecrets::LENGTH];
    getrandom::fill(&mut random)?;
    Ok(EnvelopeSecrets::from_random(random))
}

/// The digest in which the client can read it; never SHA-1.
fn reply_digest(digest: DigestAlgorithm) -> ReplyDigest {
    match digest {
        DigestAlgorithm::Sha1 | DigestAlgorithm::Sha256 => ReplyDigest::Sha256,
        DigestAlgorithm::Sha384 => ReplyDigest::Sha384,
        DigestAlgorithm::Sha512 => ReplyDigest::Sha512,
    }
}
