//! SCEP over HTTP (RFC 8894 §4): from a request to an operation, and from its outcome to an answer.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{Method, Request, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Incoming;
use scepter_scep::Limits;
use scepter_scep::transport::{self, Operation, Query};
use tokio::time;
use tracing::Instrument as _;

use super::failure::{Answer, Failure};
use super::target::Target;
use super::{next_ca, pipeline};
use crate::authorities::Served;
use crate::correlation::CorrelationId;
use crate::issuer::Issuer;
use crate::limits::{LimitedBy, Source};
use crate::metrics::ScepLabels;
use crate::ocsp;
use crate::revocation_list;
use crate::server::Answers;

/// The reason that is counted for what is no question over HTTP.
const BAD_HTTP_REQUEST: &str = "BadHttpRequest";

/// When to come again after an outage.
const OUTAGE_FOR: Duration = Duration::from_secs(5);

/// What answers on the SCEP listeners. Paths are read as clients write them, so a router's patterns do not help; and of what
/// an enrolment costs beside its cryptography, layers were a part that could be seen (decision 0263).
#[derive(Clone)]
pub(crate) struct Endpoint {
    issuer: Arc<Issuer>,
    timeout: Duration,
}

impl Endpoint {
    /// A whole request may take `timeout`, the reading of its body included.
    pub(crate) fn new(issuer: Arc<Issuer>, timeout: Duration) -> Self {
        Self { issuer, timeout }
    }
}

impl Answers for Endpoint {
    async fn answer(self, peer: SocketAddr, request: Request<Incoming>) -> Response {
        let Self { issuer, timeout } = self;
        let answered = time::timeout(timeout, answer(&issuer, peer, request)).await;
        // The request is given up, with whatever it was at.
        answered
            .unwrap_or_else(|_| count(&issuer, "RequestTimeout", StatusCode::REQUEST_TIMEOUT.into_response()))
    }
}

async fn answer(issuer: &Arc<Issuer>, peer: SocketAddr, request: Request<Incoming>) -> Response {
    let (Parts { method, uri, headers, .. }, body) = request.into_parts();
    let body = match Limited::new(body, Limits::default().message).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => return count(issuer, BAD_HTTP_REQUEST, no_body(error.as_ref())),
    };
    let source = issuer.proxies.source(peer.ip(), &headers);
    match Target::of(uri.path()) {
        Some(Target::RevocationList(_) | Target::CaCertificate(_)) if !is_read(&method) => {
            count(issuer, BAD_HTTP_REQUEST, method_not_allowed("GET, HEAD"))
        }
        Some(Target::RevocationList(name)) => {
            let list = issuer.authorities.published(name).and_then(|served| served.revocation_list.current());
            list.map_or_else(no_authority, |list| revocation_list::answer(issuer, list, &headers))
        }
        Some(Target::Ocsp(name, encoded)) => match issuer.authorities.published(name) {
            Some(served) => ocsp::answer(issuer, served, &method, encoded, &body, source).await,
            None => no_authority(),
        },
        Some(Target::CaCertificate(name)) => ca_certificate(issuer.authorities.published(name)),
        Some(Target::Scep(name)) => {
            let served = issuer.authorities.issuing(name, issuer.clock.now());
            scep(issuer, served, &method, &uri, body, source).await
        }
        Some(Target::DefaultScep) => {
            let served = issuer.authorities.default(issuer.clock.now());
            scep(issuer, served, &method, &uri, body, source).await
        }
        None => text(StatusCode::NOT_FOUND, "there is nothing here"),
    }
}

/// To a body that could not be read to its end.
fn no_body(error: &(dyn Error + 'static)) -> Response {
    if error.is::<LengthLimitError>() {
        text(StatusCode::PAYLOAD_TOO_LARGE, "the body is too long")
    } else {
        text(StatusCode::BAD_REQUEST, "the body cannot be read")
    }
}

/// Answers one SCEP request, and counts it.
async fn scep(
    issuer: &Issuer,
    served: Option<&Arc<Served>>,
    method: &Method,
    uri: &Uri,
    body: Bytes,
    source: Source,
) -> Response {
    let Some(served) = served else { return no_authority() };
    let next = issuer.authorities.next(&served.facts.name, issuer.clock.now());
    match asked(method, uri.query().unwrap_or_default(), body) {
        Ok(Asked::Capabilities) => {
            let capabilities = transport::capabilities(&served.algorithms, next.is_some());
            succeeded(
                issuer,
                Operation::GetCaCaps,
                typed(transport::CA_CAPABILITIES, capabilities.into_bytes()),
            )
        }
        Ok(Asked::CaCertificates) => {
            let certificates = &served.front().ca_certificates;
            let answer = typed(certificates.content_type, certificates.body.clone());
            succeeded(issuer, Operation::GetCaCert, answer)
        }
        Ok(Asked::NextCaCertificates) => match next {
            Some((_, next)) => next_ca_certificates(issuer, served, next, source).await,
            None => count(issuer, BAD_HTTP_REQUEST, text(StatusCode::BAD_REQUEST, "there is no next CA")),
        },
        Ok(Asked::PkiOperation(message)) => pki_operation(issuer, served, &message, source).await,
        Err(NotScep::Method { allowed }) => count(issuer, BAD_HTTP_REQUEST, method_not_allowed(allowed)),
        Err(NotScep::Query(problem)) => {
            count(issuer, BAD_HTTP_REQUEST, text(StatusCode::BAD_REQUEST, &problem))
        }
    }
}

/// Whether a method asks for what is there, and changes nothing (RFC 9110 §9.2.1).
fn is_read(method: &Method) -> bool {
    *method == Method::GET || *method == Method::HEAD
}

/// What a request asks.
enum Asked {
    Capabilities,
    CaCertificates,
    NextCaCertificates,
    PkiOperation(Bytes),
}

/// A request that asks nothing of SCEP.
enum NotScep {
    /// Its method is none of those that are `allowed` for what it asks.
    Method {
        /// As the header Allow lists them.
        allowed: &'static str,
    },
    /// Its query is wrong, and how.
    Query(String),
}

fn asked(method: &Method, query: &str, body: Bytes) -> Result<Asked, NotScep> {
    let wrong = |bad: transport::BadQuery| NotScep::Query(bad.to_string());
    let query = Query::parse(query, &Limits::default()).map_err(wrong)?;
    let is_post = *method == Method::POST;
    if !is_post && !is_read(method) {
        return Err(NotScep::Method { allowed: "GET, HEAD, POST" });
    }
    match query.operation() {
        Some(Operation::GetCaCaps) => Ok(Asked::Capabilities),
        Some(Operation::GetCaCert) => Ok(Asked::CaCertificates),
        // A POST without an operation can be nothing else (§4.3).
        Some(Operation::PkiOperation) | None if is_post => Ok(Asked::PkiOperation(body)),
        // It may issue a certificate.
        Some(Operation::PkiOperation) if *method == Method::HEAD => {
            Err(NotScep::Method { allowed: "GET, POST" })
        }
        Some(Operation::PkiOperation) => {
            let message = query.pki_message().map_err(wrong)?;
            Ok(Asked::PkiOperation(message.into()))
        }
        Some(Operation::GetNextCaCert) => Ok(Asked::NextCaCertificates),
        None => {
            let problem = "the operation is missing; a SCEP client asks ?operation=GetCACert";
            Err(NotScep::Query(problem.to_owned()))
        }
    }
}

async fn next_ca_certificates(issuer: &Issuer, served: &Served, next: &Served, source: Source) -> Response {
    let operation = Operation::GetNextCaCert;
    if let Err(limited) = issuer.limits.message(source, &served.facts.name) {
        return failed(issuer, operation, &limited.into(), CorrelationId::random());
    }
    match next_ca::answer(served, next, issuer.clock.now()).await {
        Ok(signed) => succeeded(issuer, operation, typed(transport::NEXT_CA_CERTIFICATES, signed)),
        Err(failure) => {
            let id = CorrelationId::random();
            tracing::error!(%id, %failure, "GetNextCACert was not answered");
            failed(issuer, operation, &failure, id)
        }
    }
}

/// Runs the pipeline under a correlation id, so that every line of its log can be found.
async fn pki_operation(issuer: &Issuer, served: &Served, message: &[u8], source: Source) -> Response {
    let began = Instant::now();
    let id = CorrelationId::random();
    let span = tracing::info_span!("pki_operation", %id, authority = %served.facts.name);
    let outcome = pipeline::answer(issuer, served, message, source).instrument(span.clone()).await;
    issuer.metrics.observe_enrollment(began.elapsed().as_secs_f64());
    let _entered = span.enter();
    match outcome {
        Ok(Answer::Success(reply)) => {
            succeeded(issuer, Operation::PkiOperation, typed(transport::PKI_MESSAGE, reply))
        }
        Ok(Answer::Pending(reply)) => {
            let labels =
                ScepLabels { operation: Operation::PkiOperation.as_str(), result: "pending", reason: "" };
            issuer.metrics.count_scep(&labels);
            typed(transport::PKI_MESSAGE, reply)
        }
        Ok(Answer::Refused { reply, reason }) => {
            let labels =
                ScepLabels { operation: Operation::PkiOperation.as_str(), result: "failure", reason };
            issuer.metrics.count_scep(&labels);
            // A refusal is an answer: some clients read nothing but 200.
            typed(transport::PKI_MESSAGE, reply)
        }
        Err(failure) => failed(issuer, Operation::PkiOperation, &failure, id),
    }
}

/// Counts and answers what gets no pkiMessage.
fn failed(issuer: &Issuer, operation: Operation, failure: &Failure, id: CorrelationId) -> Response {
    let labels = ScepLabels { operation: operation.as_str(), result: "error", reason: failure.reason() };
    issuer.metrics.count_scep(&labels);
    told(failure, id)
}

/// An answer without a pkiMessage: to what is none, and when we cannot sign one.
fn told(failure: &Failure, id: CorrelationId) -> Response {
    match failure {
        Failure::Malformed(problem) => text(StatusCode::BAD_REQUEST, &problem.to_string()),
        Failure::Refused(_) | Failure::Fault(_) => {
            text(StatusCode::INTERNAL_SERVER_ERROR, &format!("the issuer failed; its log has {id}"))
        }
        Failure::Limited(limited) => later(limited_status(limited.by), &limited.by.to_string(), limited.wait),
        Failure::Unavailable(_) => {
            later(StatusCode::SERVICE_UNAVAILABLE, "the issuer cannot answer now; try again", OUTAGE_FOR)
        }
    }
}

/// What one client did is not our outage: a proxy that counts 5xx would take a healthy issuer out for it.
fn limited_status(by: LimitedBy) -> StatusCode {
    match by {
        LimitedBy::Source | LimitedBy::Device => StatusCode::TOO_MANY_REQUESTS,
        LimitedBy::Authority | LimitedBy::Queue => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// An answer that asks for another try, in whole seconds.
fn later(status: StatusCode, message: &str, wait: Duration) -> Response {
    let seconds = wait.as_millis().div_ceil(1000).max(1).to_string();
    ([(header::RETRY_AFTER, seconds)], text(status, message)).into_response()
}

/// The issuing certificate of an authority.
fn ca_certificate(served: Option<&Arc<Served>>) -> Response {
    match served {
        Some(served) => typed("application/pkix-cert", served.authority.issuing_certificate().to_vec()),
        None => no_authority(),
    }
}

fn method_not_allowed(allowed: &'static str) -> Response {
    let answer = text(StatusCode::METHOD_NOT_ALLOWED, &format!("the methods here are {allowed}"));
    ([(header::ALLOW, allowed)], answer).into_response()
}

fn no_authority() -> Response {
    text(StatusCode::NOT_FOUND, "there is no such authority")
}

fn succeeded(issuer: &Issuer, operation: Operation, answer: Response) -> Response {
    issuer.metrics.count_scep(&ScepLabels { operation: operation.as_str(), result: "success", reason: "" });
    answer
}

/// Counts what came to no operation.
fn count(issuer: &Issuer, reason: &'static str, answer: Response) -> Response {
    issuer.metrics.count_scep(&ScepLabels { operation: "none", result: "error", reason });
    answer
}

/// Clients compare the Content-Type character by character.
fn typed(content_type: &'static str, body: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, content_type)], body).into_response()
}

fn text(status: StatusCode, message: &str) -> Response {
    (status, [(header::CONTENT_TYPE, "text/plain")], format!("{message}\n")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limited;

    #[test]
    fn an_outage_asks_for_another_try_and_tells_nothing() {
        let outage = Failure::Unavailable("postgres://user:secret@host is down".to_owned());
        let answer = told(&outage, CorrelationId::random());
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.headers()[header::RETRY_AFTER], "5");
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/plain");
    }

    #[test]
    fn a_client_that_asks_too_much_is_told_so_and_a_busy_authority_is_our_outage() {
        let wait = Duration::from_millis(2001);
        for (by, status) in [
            (LimitedBy::Source, 429),
            (LimitedBy::Device, 429),
            (LimitedBy::Authority, 503),
            (LimitedBy::Queue, 503),
        ] {
            let answer = told(&Limited { by, wait }.into(), CorrelationId::random());
            assert_eq!(answer.status(), status, "{by}");
            assert_eq!(answer.headers()[header::RETRY_AFTER], "3", "{by}");
        }
    }

    #[test]
    fn a_post_without_an_operation_is_a_pki_operation() {
        let asked = asked(&Method::POST, "", Bytes::from_static(b"message"));
        assert!(matches!(asked, Ok(Asked::PkiOperation(message)) if message == b"message"[..]));
    }

    #[test]
    fn a_head_is_answered_as_long_as_it_changes_nothing() {
        let head = |query| asked(&Method::HEAD, query, Bytes::new());
        assert!(matches!(head("operation=GetCACaps"), Ok(Asked::Capabilities)));
        let refused = head("operation=PKIOperation&message=AAAA");
        assert!(matches!(refused, Err(NotScep::Method { allowed: "GET, POST" })));
    }
}
