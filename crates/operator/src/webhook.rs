//! The admission webhook: an object that breaks a rule is answered while its author is still there.
//!
//! It says what `scepter lint` says, since both ask the same judgement, and it is never needed for safety: the reconciler
//! judges every object again. So it needs neither the API server nor the issuer, and every replica serves it, whoever
//! leads (docs/decisions/0150).
//!
//! `listener` accepts connections, `tls` keeps the certificate fresh, `review` decides what is to be judged, `answer` puts
//! findings into the words that `kubectl` shows.

mod answer;
mod listener;
mod review;
mod tls;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use jiff::Timestamp;
use kube::core::DynamicObject;
use kube::core::admission::{AdmissionRequest, AdmissionReview};
use tokio_util::sync::CancellationToken;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

use crate::OperatorError;
use listener::Listener;
use tls::Tls;

/// Bytes of a review: the API server takes objects of 3 MiB, and sends the new one and the old one.
const MAX_BODY: usize = 7 * 1024 * 1024;

/// How many reviews are read and judged at once. Anybody who reaches the port can send some.
const MAX_REVIEWS: usize = 16;

/// How long a review may take. The API server waits for ten seconds by default, and for as long at most.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Where the webhook is served, and as whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookConfig {
    /// The address to bind.
    pub address: SocketAddr,
    /// The PEM file of the certificate and its chain. It is read again when it changes.
    pub certificate: PathBuf,
    /// The PEM file of the certificate's key. It is read again when it changes.
    pub key: PathBuf,
}

/// A bound webhook that does not answer yet.
pub(crate) struct Webhook {
    listener: Listener,
}

impl Webhook {
    /// Reads the certificate and binds the address.
    pub(crate) async fn bind(config: WebhookConfig) -> Result<Self, OperatorError> {
        let tls = Tls::read(config.certificate, config.key).await?;
        Ok(Self { listener: Listener::bind(config.address, tls).await? })
    }

    /// Answers until `stop`, then lets reviews under way end.
    pub(crate) async fn serve(self, stop: CancellationToken) {
        self.listener.serve(router(), stop).await;
    }
}

fn router() -> Router {
    Router::new()
        .route("/validate", post(validate))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(GlobalConcurrencyLimitLayer::new(MAX_REVIEWS))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, TIMEOUT))
        .layer(CatchPanicLayer::new())
}

/// A body that is no review is answered 4xx, which the API server treats as a webhook that is not there.
async fn validate(
    Json(review): Json<AdmissionReview<DynamicObject>>,
) -> Result<Json<AdmissionReview<DynamicObject>>, StatusCode> {
    let request: AdmissionRequest<_> = review.try_into().map_err(|_| StatusCode::BAD_REQUEST)?;
    Ok(Json(review::decide(&request, Timestamp::now()).into_review()))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::{Request, header};
    use tower::ServiceExt as _;

    use super::*;

    async fn status(body: impl Into<Body>) -> StatusCode {
        let request = Request::post("/validate").header(header::CONTENT_TYPE, "application/json");
        router().oneshot(request.body(body.into()).unwrap()).await.unwrap().status()
    }

    #[tokio::test]
    async fn what_is_no_review_is_answered_with_an_error_and_not_with_a_verdict() {
        assert_eq!(status("{").await, StatusCode::BAD_REQUEST);
        assert_eq!(status("[]").await, StatusCode::UNPROCESSABLE_ENTITY);
        let answer = r#"{"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}"#;
        assert_eq!(status(answer).await, StatusCode::BAD_REQUEST, "it asks nothing");
    }

    #[tokio::test]
    async fn a_body_larger_than_two_objects_is_refused() {
        assert_eq!(status(vec![b' '; MAX_BODY + 1]).await, StatusCode::PAYLOAD_TOO_LARGE);
    }
}
