//! What a proven request says, and the identities that bind a credential to it.

use aws_lc_rs::digest::{Context, SHA256};
use scepter_policy::issuance::{CertificateRequest, Refusal};
use scepter_policy::request::{KeyFingerprint, RequestFacts, RequestFingerprint};
use scepter_scep::ReplyTo;
use scepter_store::approvals::Asked;

use super::failure::Refused;

/// The request as policy judges it. `der` is a certification request whose own signature was verified.
pub(super) fn read(der: &[u8], to: &ReplyTo) -> Result<CertificateRequest, Refused> {
    let unreadable = |error| {
        let refusal = Refusal::from(error);
        Refused::anonymous(refusal.reason, refusal.message)
    };
    let facts = RequestFacts::from_der(der).map_err(unreadable)?;
    let key = KeyFingerprint(sha256(&[&facts.spki]));
    Ok(CertificateRequest { key, fingerprint: fingerprint(der, to), facts })
}

/// What a poll for the request will name.
pub(super) fn asked(der: &[u8], to: &ReplyTo) -> Asked {
    Asked {
        transaction_id: to.transaction().id().as_str().to_owned(),
        signer_key: signer_key(to),
        request_der: der.to_vec(),
    }
}

/// The key that signed the message.
pub(super) fn signer_key(to: &ReplyTo) -> KeyFingerprint {
    KeyFingerprint(sha256(&[to.signer().public_key().spki_der()]))
}

/// Equal only for the same request, from the same signer's key, in the same transaction. Each part is hashed first, so
/// that no part can pass for the end of another.
fn fingerprint(der: &[u8], to: &ReplyTo) -> RequestFingerprint {
    let parts = [der, to.signer().public_key().spki_der(), to.transaction().id().as_str().as_bytes()];
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
