//! From a message to a certificate. The order of the checks is the body of [`certify`] (design §2, step 5): what costs
//! little and proves much comes first, and nothing is authorised before everything else has held.

use scepter_policy::identity::{AssignmentKey, Namespace};
use scepter_policy::issuance::{self, CertificateRequest, Grant, Refusal, RefusalReason};
use scepter_scep::{
    CertificationRequest, IssuerAndSubject, Limits, ReplyTo, SealedRequest, Unreadable, Verified,
};
use scepter_store::approvals::Asked;
use scepter_store::issuance::{Recorded, Reservation};

use super::addressee::Addressee;
use super::failure::{Answer, Failure, Refused};
use super::reply::Seal;
use super::{credential, envelope, inquiry, reply, request};
use crate::authorities::{Ra, Served};
use crate::issuer::Issuer;
use crate::limits::Source;
use crate::serial::new_serial;

/// Answers one pkiMessage with a signed CertRep, unless it is no message, or we cannot answer now.
pub(super) async fn answer(
    issuer: &Issuer,
    served: &Served,
    message: &[u8],
    source: Source,
) -> Result<Answer, Failure> {
    let parsed = scepter_scep::parse(message, &Limits::default()).map_err(Failure::Malformed)?;
    issuer.clock.check().map_err(|behind| Failure::Unavailable(behind.to_string()))?;
    let transaction = parsed.transaction().clone();
    let addressee = Addressee::of(&parsed, served, issuer.clock.now());
    let verified = parsed.verify(&addressee.served.algorithms);
    // From here on an answer costs a private-key operation, a refusal too.
    issuer.limits.message(source, &served.facts.name)?;
    let _in_work = issuer.precedence.device();
    let decided = match verified {
        Ok(verified) => decide(issuer, &addressee, verified).await,
        Err(untrusted) => Err(untrusted.into()),
    };
    match decided {
        Ok(answer) => Ok(answer),
        Err(Failure::Refused(refused)) => {
            note(issuer, &refused).await?;
            let reply = reply::failure(&addressee.ra, &transaction, &refused, issuer.clock.now()).await?;
            Ok(Answer::Refused { reply, reason: refused.reason.as_str() })
        }
        Err(limited @ Failure::Limited(_)) => Err(limited),
        Err(failure) => {
            tracing::error!(%failure, "not answered");
            Err(failure)
        }
    }
}

/// Every type of message has its own way and its own opener; there is no other (CVE-2026-30836). Whether a certification
/// request enrolls or renews says its credential, for clients do not agree on the type.
async fn decide(issuer: &Issuer, addressee: &Addressee<'_>, verified: Verified) -> Result<Answer, Failure> {
    match verified {
        Verified::Enrollment(sealed) | Verified::Renewal(sealed) => certify(issuer, addressee, sealed).await,
        Verified::CertPoll(sealed) => poll(issuer, addressee, &sealed).await,
        Verified::GetCert(sealed) => inquiry::certificate(issuer, addressee, sealed).await,
        Verified::GetCrl(sealed) => inquiry::revocation_list(issuer, addressee, sealed).await,
    }
}

/// Every check, in order; then the certificate, durably recorded before it leaves.
async fn certify(
    issuer: &Issuer,
    addressee: &Addressee<'_>,
    sealed: SealedRequest<CertificationRequest>,
) -> Result<Answer, Failure> {
    let (served, to) = (addressee.served, sealed.reply_to().clone());
    let content_key = envelope::content_key(&addressee.ra, &sealed).await?;
    let proven = sealed.open(&content_key)?.verify(&served.algorithms)?;
    let seal = Seal::of(&to, &proven, served)?;
    let credential = credential::presented(served, &proven, &to)?;
    let request = request::read(proven.der(), &to)?;
    let grant = issuer.store.grant(&credential, request.key).await?;
    credential::check_signer(issuer, served, &to, &grant).await?;
    let certificate = issue(issuer, served, grant, request, &request::asked(proven.der(), &to)).await?;
    respond(issuer, &addressee.ra, &to, certificate, seal).await
}

/// Answers for a request that waits, or waited, to the key that made it. The envelope stays closed: transactionID,
/// recipient and signer say everything (RFC 8894 §3.3.3), and what is asked is judged anew.
async fn poll(
    issuer: &Issuer,
    addressee: &Addressee<'_>,
    sealed: &SealedRequest<IssuerAndSubject>,
) -> Result<Answer, Failure> {
    let (served, to) = (addressee.served, sealed.reply_to());
    sealed.wrapped_key(&addressee.ra.recipient).ok_or(Unreadable)?;
    let (transaction, signer_key) = (to.transaction().id().as_str(), request::signer_key(to));
    let waiting = issuer.store.waiting_request(&served.facts.name, transaction, signer_key).await?;
    let waiting = waiting.ok_or_else(|| {
        Refused::anonymous(
            RefusalReason::TransactionUnknown,
            "this key asked for nothing in this transaction",
        )
    })?;
    let request = request::read(waiting.request_der(), to)?;
    let grant = issuer.store.grant_waiting(&waiting, request.key).await?;
    let asked = request::asked(waiting.request_der(), to);
    let certificate = issue(issuer, served, grant, request, &asked).await?;
    respond(issuer, &addressee.ra, to, certificate, Seal::Key).await
}

/// From what is known of a request to its certificate; `None` while somebody has to approve it.
async fn issue(
    issuer: &Issuer,
    served: &Served,
    grant: Grant,
    request: CertificateRequest,
    asked: &Asked,
) -> Result<Option<Recorded>, Failure> {
    let key = grant.key.clone();
    heed_device(issuer, &key).await?;
    let refused = |refusal| Failure::refused_for(&key, refusal);
    check_namespace(served, &key.tenant.namespace).map_err(refused)?;
    let authorized =
        issuance::authorize(grant, &served.facts, request, issuer.clock.now()).map_err(refused)?;
    served
        .authority
        .check_names(authorized.subject(), authorized.subject_alternative_names())
        .map_err(|violation| Failure::constrained(&key, &violation))?;
    let now = issuer.clock.now();
    match issuer.store.reserve(authorized, asked, new_serial(now)?, now).await? {
        Reservation::Waiting => Ok(None),
        Reservation::Replay(recorded) => Ok(Some(recorded)),
        Reservation::Fresh(order) => {
            let certificate =
                served.authority.issue(*order).await.map_err(|error| Failure::of_issuing(&key, error))?;
            let now = issuer.clock.now();
            let recorded = issuer.store.record(certificate, now).await?;
            issuer.clock.witness(now);
            Ok(Some(recorded))
        }
    }
}

/// SUCCESS with the recorded certificate, or PENDING.
async fn respond(
    issuer: &Issuer,
    ra: &Ra,
    to: &ReplyTo,
    certificate: Option<Recorded>,
    seal: Seal,
) -> Result<Answer, Failure> {
    let now = issuer.clock.now();
    let Some(recorded) = certificate else {
        tracing::info!("waits for approval");
        return Ok(Answer::Pending(reply::pending(ra, to, now).await?));
    };
    let key = recorded.key();
    tracing::info!(serial = %recorded.serial(), tenant = %key.tenant, profile = %key.profile, device = %key.device, "issued");
    Ok(Answer::Success(reply::success(ra, to, &recorded, seal, now).await?))
}

/// A device that asks too often is not heard for a while, and its row says so once in a while. Its credential stays good.
pub(super) async fn heed_device(issuer: &Issuer, key: &AssignmentKey) -> Result<(), Failure> {
    let Err(limited) = issuer.limits.device(key) else { return Ok(()) };
    if issuer.limits.is_news(key) {
        let message = "the device asks too often; it is heard again later";
        let refusal = Refusal::new(RefusalReason::RateLimited, message);
        note_on_row(issuer, key, &refusal).await?;
    }
    Err(limited.into())
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
    let Refused { reason, message, row } = refused;
    let Some(row) = row else {
        tracing::debug!(%reason, message, "refused");
        return Ok(());
    };
    let (key, refusal) = row.as_ref();
    note_on_row(issuer, key, refusal).await
}

async fn note_on_row(issuer: &Issuer, key: &AssignmentKey, refusal: &Refusal) -> Result<(), Failure> {
    let (tenant, profile, device) = (&key.tenant, &key.profile, &key.device);
    let Refusal { reason, message, .. } = refusal;
    tracing::warn!(%tenant, %profile, %device, %reason, message, "refused");
    Ok(issuer.store.refuse(key, refusal, issuer.clock.now()).await?)
}
