//! The routes that list and decide about requests which wait for approval.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use scepter_issuer_api::{Decision, DecisionRequest, RequestList, RequestRecord};
use scepter_policy::issuance::CredentialId;
use scepter_store::approvals::{self, UndecidedRequest};

use super::caller::{Caller, Right};
use super::error::Failure;
use super::json::Body;
use super::path::{NamespacePath, RequestPath};
use crate::issuer::Issuer;

/// The most requests in a list.
const MAX_REQUESTS: u32 = 10_000;

/// A namespace's requests that wait, oldest first. For whoever decides alone: a certification request holds its challenge,
/// which no reader is shown.
pub(super) async fn list(
    State(issuer): State<Arc<Issuer>>,
    caller: Caller,
    NamespacePath(namespace): NamespacePath,
) -> Result<Json<RequestList>, Failure> {
    let tenant = caller.tenant(Right::Administer, namespace)?;
    let undecided = issuer.store.undecided_requests(&tenant, MAX_REQUESTS, issuer.clock.now()).await?;
    Ok(Json(RequestList { items: undecided.into_iter().map(record).collect() }))
}

/// Approves or denies one.
pub(super) async fn decide(
    State(issuer): State<Arc<Issuer>>,
    caller: Caller,
    RequestPath(namespace, id): RequestPath,
    Body(request): Body<DecisionRequest>,
) -> Result<Json<serde_json::Value>, Failure> {
    let tenant = caller.tenant(Right::Administer, namespace)?;
    let not_waiting = || Failure::not_found(format_args!("request {id:?} that waits for a decision"));
    let credential: CredentialId = id.parse().map_err(|_| not_waiting())?;
    let decision = match request.decision {
        Decision::Approve => approvals::Decision::Approve,
        Decision::Deny => approvals::Decision::Deny,
    };
    if issuer.store.decide(&tenant, &credential, decision, issuer.clock.now()).await? {
        Ok(Json(serde_json::json!({})))
    } else {
        Err(not_waiting())
    }
}

fn record(request: UndecidedRequest) -> RequestRecord {
    RequestRecord {
        id: request.id.to_string(),
        profile: request.key.profile,
        device: request.key.device,
        association: request.key.association,
        requested_at: request.requested_at,
        expires_at: request.expires_at,
        request: request.request_der,
    }
}
