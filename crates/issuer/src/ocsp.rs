//! OCSP on the SCEP listener: from what a relying party asks to what the store knows (RFC 6960, RFC 5019).
//!
//! Whatever fails, nothing is `good` that was not looked up: a store that does not answer is `tryLater`.

mod http;
mod responder;

use std::sync::Arc;

use axum::http::Method;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use scepter_pki::ocsp::{Answer, CertId, CertificateStatus, OcspRequest, Refusal};
use scepter_store::StoreError;
use scepter_store::certificates::Certificate;

use crate::authorities::Served;
use crate::issuer::Issuer;
use crate::limits::{Limited, Source};
use crate::precedence::Patience;

pub(crate) use responder::Responder;

/// How long an answer is good for. Relying parties may keep it that long, so a revocation takes that long to reach them.
const LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// Answers one HTTP request. `encoded` is what stands in the path after the authority's name.
pub(crate) async fn answer(
    issuer: &Issuer,
    served: &Served,
    method: &Method,
    encoded: &str,
    body: &[u8],
    source: Source,
) -> Response {
    let now = issuer.clock.now();
    let request = match http::request(method, encoded, body) {
        Ok(request) => request,
        Err(http::NotOcsp::Method) => return http::method_not_allowed(),
        Err(http::NotOcsp::Malformed) => {
            return refused(issuer, Refusal::MalformedRequest, "malformedRequest");
        }
    };
    match answer_to(issuer, served, &request, source, now).await {
        Ok(answer) => {
            issuer.metrics.count_ocsp("answered");
            // Only a GET without a nonce is the same question when it is asked again (RFC 5019 §5).
            let may_be_kept = *method == Method::GET && request.cacheable().is_some();
            if may_be_kept { http::kept(&answer, now) } else { http::once(answer.der.clone()) }
        }
        Err(Unanswered::Foreign) => refused(issuer, Refusal::Unauthorized, "unauthorized"),
        Err(Unanswered::Limited(_)) => refused(issuer, Refusal::TryLater, "rateLimited"),
        Err(Unanswered::Store(error)) => {
            tracing::error!(%error, "an OCSP request was not answered");
            refused(issuer, Refusal::TryLater, "tryLater")
        }
        Err(Unanswered::Signing(error)) => {
            tracing::error!(%error, "an OCSP answer was not signed");
            refused(issuer, Refusal::InternalError, "internalError")
        }
    }
}

/// Why there is no signed answer.
#[derive(Debug, thiserror::Error)]
enum Unanswered {
    /// It asks about no certificate of this authority.
    #[error("it asks about other CAs' certificates")]
    Foreign,
    /// Its sender asks for too many answers that have to be signed.
    #[error(transparent)]
    Limited(#[from] Limited),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The responder failed, or has no time left.
    #[error(transparent)]
    Signing(#[from] responder::NoAnswer),
}

async fn answer_to(
    issuer: &Issuer,
    served: &Served,
    request: &OcspRequest,
    source: Source,
    now: Timestamp,
) -> Result<Arc<Answer>, Unanswered> {
    if !request.certificates().iter().any(|id| served.authority.is_issuer_of(id)) {
        return Err(Unanswered::Foreign);
    }
    // Taken before the store is asked: what is revoked in between ends this answer's time in the cache.
    let revocations = served.revocation_list.current().map_or(0, |list| list.revoked);
    if let Some(answer) = served.ocsp.kept(request, revocations, now) {
        return Ok(answer);
    }
    issuer.limits.ocsp(source)?;
    let mut patience = Patience::ANSWER;
    issuer.precedence.give_way(&mut patience).await;
    let mut statuses = Vec::with_capacity(request.certificates().len());
    for id in request.certificates() {
        statuses.push(status(issuer, served, id).await?);
    }
    let next_update = now.checked_add(LIFETIME).unwrap_or(now);
    Ok(served.ocsp.sign(request, &statuses, revocations, now, next_update).await?)
}

async fn status(issuer: &Issuer, served: &Served, id: &CertId) -> Result<CertificateStatus, StoreError> {
    let Some(serial) = id.serial().filter(|_| served.authority.is_issuer_of(id)) else {
        return Ok(CertificateStatus::Unknown);
    };
    let found = issuer.store.certificate(served.authority.name(), serial).await?;
    Ok(match found.filter(|certificate| served.authority.has_signed(&certificate.der)) {
        None => CertificateStatus::Unknown,
        Some(Certificate { revoked: None, .. }) => CertificateStatus::Good,
        Some(Certificate { revoked: Some((at, reason)), .. }) => CertificateStatus::Revoked { at, reason },
    })
}

fn refused(issuer: &Issuer, refusal: Refusal, counted: &'static str) -> Response {
    issuer.metrics.count_ocsp(counted);
    http::once(refusal.to_der())
}

#[cfg(test)]
mod tests;
