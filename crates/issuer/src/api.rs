//! The API listener: JSON for the operator, the command line and MDMs. A handler extracts, calls and maps; errors become
//! HTTP in one place ([`error`]), tokens become tenants in one place ([`caller`]).

mod approvals;
mod caller;
mod challenges;
mod changes;
mod devices;
mod error;
mod json;
mod listings;
mod objects;
mod path;
mod put;

pub(crate) use error::Failure;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post, put};
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;
use tracing::Instrument as _;

use crate::correlation::CorrelationId;
use crate::issuer::Issuer;

/// Bytes of an object with the files that it names: an inventory of some hundred thousand records.
const MAX_OBJECT: usize = 64 * 1024 * 1024;

/// Bytes of any other body.
const MAX_BODY: usize = 64 * 1024;

/// How long a request may take.
const TIMEOUT: Duration = Duration::from_mins(1);

/// The routes of the API listener. Waiting on the feed ends with `stop`.
pub(crate) fn router(issuer: &Arc<Issuer>, stop: &CancellationToken) -> Router {
    let object = put(objects::put).get(objects::report).delete(objects::delete);
    let bounded = Router::new()
        .route("/api/v1/objects", get(objects::list))
        .route("/api/v1/authorities", get(listings::authorities))
        .route(
            "/api/v1/namespaces/{namespace}/{kind}/{name}",
            object.layer(DefaultBodyLimit::max(MAX_OBJECT)),
        )
        .route("/api/v1/namespaces/{namespace}/scepprofiles/{name}/challenges", post(challenges::mint))
        .route("/api/v1/namespaces/{namespace}/devices", get(listings::devices))
        .route("/api/v1/namespaces/{namespace}/devices/{device}/check-in", post(devices::check_in))
        .route("/api/v1/namespaces/{namespace}/devices/{device}/reports", post(devices::report))
        .route("/api/v1/namespaces/{namespace}/certificates", get(listings::certificates))
        .route("/api/v1/namespaces/{namespace}/requests", get(approvals::list))
        .route("/api/v1/namespaces/{namespace}/requests/{request}", post(approvals::decide))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, TIMEOUT))
        .with_state(Arc::clone(issuer));
    let waiting = Router::new()
        .route("/api/v1/changes", get(changes::changes))
        .with_state(changes::Waiting { issuer: Arc::clone(issuer), stop: stop.clone() });
    bounded
        .merge(waiting)
        .fallback(error::no_route)
        .method_not_allowed_fallback(error::no_method)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(middleware::from_fn_with_state(Arc::clone(issuer), observe))
}

/// Gives each request a correlation id, logs how it ended, and counts it.
async fn observe(State(issuer): State<Arc<Issuer>>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let span = tracing::info_span!("api", id = %CorrelationId::random(), %method, route);
    let response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    issuer.metrics.count_api(&route, status);
    span.in_scope(|| tracing::debug!(status, "answered"));
    response
}
