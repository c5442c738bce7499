//! What lets a request be answered: a challenge, or a certificate of ours that it is signed with.

use scepter_policy::issuance::{Credential, Grant, ProvenCertificate, Refusal, RefusalReason};
use scepter_scep::{ProvenRequest, ReplyTo};

use super::failure::{Failure, Refused};
use crate::authorities::Served;
use crate::issuer::Issuer;

/// A challenge, where the request brings one, decides alone: a bad one does not fall back to the signer (TH-11). Without
/// one, the signer must be a certificate that this authority's key has signed; a self-made one proves nothing (RFC 8894
/// §2.4).
pub(super) fn presented(
    served: &Served,
    request: &ProvenRequest,
    to: &ReplyTo,
) -> Result<Credential, Refused> {
    let Some(password) = request.challenge_password() else {
        return proven(served, to).map(Credential::Renewal).ok_or_else(|| {
            let message =
                "no challenge password, and the signer's certificate is not one of this authority's";
            Refused::anonymous(RefusalReason::ChallengePasswordMissing, message)
        });
    };
    let other_form =
        || Refused::anonymous(RefusalReason::ChallengeDecodingError, "the challenge does not have our form");
    Credential::from_challenge_password(password.expose()).ok_or_else(other_form)
}

/// The signer's certificate, if this authority has signed it, by its CA or the one before. The message's own signature has
/// proven that its sender holds the key.
pub(super) fn proven(served: &Served, to: &ReplyTo) -> Option<ProvenCertificate> {
    served.and_predecessor().find_map(|ca| ProvenCertificate::prove(to.signer().der(), &ca.authority))
}

/// A challenge in a message that another device's certificate has signed was taken from its device (TH-02).
pub(super) async fn check_signer(
    issuer: &Issuer,
    served: &Served,
    to: &ReplyTo,
    grant: &Grant,
) -> Result<(), Failure> {
    let Some(proven) = proven(served, to) else { return Ok(()) };
    let (authority, serial) = (proven.authority(), proven.serial());
    let signer = issuer.store.certificate_with_der(authority, serial, proven.der()).await?;
    let is_own = |key: &scepter_policy::identity::AssignmentKey| {
        key.tenant == grant.key.tenant && key.device == grant.key.device
    };
    if signer.is_none_or(|signer| is_own(&signer.key)) {
        return Ok(());
    }
    let message = "the message is signed with another device's certificate";
    let refusal = Refusal::new(RefusalReason::SigningCertThumbprintMismatch, message);
    Err(Failure::refused_for(&grant.key, refusal))
}
