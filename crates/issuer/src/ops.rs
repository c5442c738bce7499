//! The ops listener: probes and metrics. It answers anyone, so it names nobody.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::issuer::Issuer;
use crate::revocation_list::RevocationList;

/// The routes of the ops listener.
pub(crate) fn router(issuer: Arc<Issuer>) -> Router {
    Router::new()
        .route("/livez", get(async || "ok"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(issuer)
}

/// Ready while the store answers, the clock can be right and every authority has a current CRL.
async fn ready(State(issuer): State<Arc<Issuer>>) -> Response {
    let problem = match issuer.store.audit_head().await {
        Ok(_) => issuer.clock.check().err().map(|behind| behind.to_string()).or_else(|| stale_list(&issuer)),
        Err(_) => Some("the store does not answer".to_owned()),
    };
    match problem {
        None => "ok".into_response(),
        Some(problem) => (StatusCode::SERVICE_UNAVAILABLE, problem).into_response(),
    }
}

fn stale_list(issuer: &Issuer) -> Option<String> {
    let now = issuer.clock.now();
    let is_stale =
        |list: &RevocationList| list.current().is_none_or(|current| current.terms.next_update <= now);
    let stale = issuer.authorities.standing(now).find(|served| is_stale(&served.revocation_list))?;
    Some(format!("authority {} has no current revocation list", stale.facts.ca))
}

async fn metrics(State(issuer): State<Arc<Issuer>>) -> Response {
    const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], issuer.metrics.text()).into_response()
}
