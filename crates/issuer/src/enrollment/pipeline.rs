//! From a message to a certificate. The order of the checks is the body of [`issue`] (design §2, step 5): what costs
//! little and proves much comes first, and nothing is authorised before everything else has held.

use scepter_policy::identity::Namespace;
use scepter_policy::issuance::{self, Refusal, RefusalReason};
use scepter_scep::{Algorithms, CertificationRequest, Limits, Parsed, ReplyTo, SealedRequest, Verified};
use scepter_store::issuance::{Recorded, Reservation};

use super::failure::{Answer, Failure, Refused};
use super::{envelope, reply, request};
use crate::authorities::Served;
use crate::issuer::Issuer;
use crate::serial::random_serial;

/// Answers one pkiMessage with a signed CertRep, unless it is no message, or we cannot answer now.
pub(super) async fn answer(issuer: &Issuer, served: &Served, message: &[u8]) -> Result<Answer, Failure> {
    let parsed = scepter_scep::parse(message, &Limits::default()).map_err(Failure::Malformed)?;
    let transaction = parsed.transaction().clone();
    match issue(issuer, served, parsed).await {
        Ok((to, recorded)) => {
            let key = recorded.key();
            tracing::info!(serial = %recorded.serial(), tenant = %key.tenant, profile = %key.profile, device = %key.device, "issued");
            let reply = reply::success(served, &to, &recorded, issuer.clock.now()).await?;
            Ok(Answer::Success(reply))
        }
        Err(Failure::Refused(refused)) => {
            note(issuer, &refused).await?;
            let reply = reply::failure(served, &transaction, refused.fail_info, issuer.clock.now()).await?;
            Ok(Answer::Refused { reply, reason: refused.reason })
        }
        Err(failure) => {
            tracing::error!(%failure, "not answered");
            Err(failure)
        }
    }
}

/// Every check, in order; then the certificate, durably recorded before it leaves.
async fn issue(issuer: &Issuer, served: &Served, parsed: Parsed) -> Result<(ReplyTo, Recorded), Failure> {
    let allowed = Algorithms::default();
    let sealed = certification_request(parsed.verify(&allowed)?)?;
    let to = sealed.reply_to().clone();
    reply::check_recipient(&to)?;
    let content_key = envelope::content_key(served, &sealed).await?;
    let proven = sealed.open(&content_key)?.verify(&allowed)?;
    let credential = request::credential(&proven)?;
    let request = request::read(&proven, &to)?;
    let grant = issuer.store.grant(&credential, request.key).await?;
    let key = grant.key.clone();
    let refused = |refusal| Failure::refused_for(&key, refusal);
    check_namespace(served, &key.tenant.namespace).map_err(refused)?;
    let authorized =
        issuance::authorize(grant, &served.facts, request, issuer.clock.now()).map_err(refused)?;
    let reservation = issuer.store.reserve(authorized, random_serial()?, issuer.clock.now()).await?;
    let recorded = match reservation {
        Reservation::Replay(recorded) => recorded,
        Reservation::Fresh(order) => {
            let certificate = served.authority.issue(*order).await?;
            issuer.store.record(certificate, issuer.clock.now()).await?
        }
    };
    Ok((to, recorded))
}

/// The types that are authorised below. Every other one ends here, before anything is looked up (CVE-2026-30836).
fn certification_request(verified: Verified) -> Result<SealedRequest<CertificationRequest>, Refused> {
    match verified {
        Verified::Enrollment(sealed) => Ok(sealed),
        Verified::Renewal(_) => Err(Refused::unsupported(
            "renewal by the old certificate is not offered; check in for a challenge",
        )),
        Verified::CertPoll(_) => Err(Refused::unsupported("no request is ever pending here")),
        Verified::GetCert(_) => {
            Err(Refused::unsupported("certificates are not handed out again by serial number"))
        }
        Verified::GetCrl(_) => {
            Err(Refused::unsupported("the revocation list is at the certificate's distribution point"))
        }
    }
}

/// An authority works for its namespaces only (TH-47).
fn check_namespace(served: &Served, namespace: &Namespace) -> Result<(), Refusal> {
    if served.serves(namespace) {
        return Ok(());
    }
    let message = format!("authority {} does not serve namespace {namespace}", served.facts.name);
    Err(Refusal::new(RefusalReason::AuthorityMismatch, message))
}

/// A refusal that is somebody's is noted on their row; one of an unproven sender is counted only (TH-24).
async fn note(issuer: &Issuer, refused: &Refused) -> Result<(), Failure> {
    let Refused { reason, message, row, .. } = refused;
    let Some(row) = row else {
        tracing::debug!(reason, message, "refused");
        return Ok(());
    };
    let (key, refusal) = row.as_ref();
    let (tenant, profile, device) = (&key.tenant, &key.profile, &key.device);
    tracing::warn!(%tenant, %profile, %device, reason, message, "refused");
    Ok(issuer.store.refuse(key, refusal, issuer.clock.now()).await?)
}
