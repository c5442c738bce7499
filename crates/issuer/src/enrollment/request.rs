//! What a proven request says, and the identities that bind a challenge to it.

use aws_lc_rs::digest::{Context, SHA256};
use scepter_policy::issuance::{CertificateRequest, Credential, Refusal, RefusalReason};
use scepter_policy::request::{KeyFingerprint, RequestFacts, RequestFingerprint};
use scepter_scep::{ProvenRequest, ReplyTo};

use super::failure::Refused;

/// The challenge that a request brings.
pub(super) fn credential(request: &ProvenRequest) -> Result<Credential, Refused> {
    let missing = || Refused::anonymous(RefusalReason::ChallengePasswordMissing, "no challenge password");
    let password = request.challenge_password().ok_or_else(missing)?;
    let other_form =
        || Refused::anonymous(RefusalReason::ChallengeDecodingError, "the challenge does not have our form");
    Credential::from_challenge_password(password.expose()).ok_or_else(other_form)
}

/// The request as policy judges it.
pub(super) fn read(request: &ProvenRequest, to: &ReplyTo) -> Result<CertificateRequest, Refused> {
    let unreadable = |error| {
        let refusal = Refusal::from(error);
        Refused::anonymous(refusal.reason, refusal.message)
    };
    let facts = RequestFacts::from_der(request.der()).map_err(unreadable)?;
    Ok(CertificateRequest { key: key_fingerprint(&facts.spki), fingerprint: fingerprint(request, to), facts })
}

fn key_fingerprint(spki: &[u8]) -> KeyFingerprint {
    KeyFingerprint(sha256(&[spki]))
}

/// Equal only for the same request, from the same signer's key, in the same transaction. Each part is hashed first, so
/// that no part can pass for the end of another.
fn fingerprint(request: &ProvenRequest, to: &ReplyTo) -> RequestFingerprint {
    let parts =
        [request.der(), to.signer().public_key().spki_der(), to.transaction().id().as_str().as_bytes()];
    RequestFingerprint(sha256(&parts.map(|part| sha256(&[part]))))
}

fn sha256<T: AsRef<[u8]>>(parts: &[T]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part.as_ref());
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    out
}
