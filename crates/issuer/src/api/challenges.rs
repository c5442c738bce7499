//! The route that mints challenges.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use scepter_issuer_api::{MintRequest, MintedChallenges};

use super::caller::{Caller, Right};
use super::error::Failure;
use super::json::Body;
use super::path::ProfilePath;
use crate::check_in;
use crate::issuer::Issuer;

/// Mints challenges of a profile.
pub(super) async fn mint(
    State(issuer): State<Arc<Issuer>>,
    caller: Caller,
    ProfilePath(namespace, profile): ProfilePath,
    Body(request): Body<MintRequest>,
) -> Result<Json<MintedChallenges>, Failure> {
    let tenant = caller.tenant(Right::Administer, namespace)?;
    Ok(Json(check_in::mint(&issuer, &tenant, &profile, request.devices).await?))
}
