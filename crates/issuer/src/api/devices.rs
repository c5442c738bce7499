//! Routes of a device's MDM: check-in and reports.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use scepter_issuer_api::{CheckIn, DeviceReport};

use super::caller::{Caller, Right};
use super::error::Failure;
use super::json::Body;
use super::path::DevicePath;
use crate::check_in;
use crate::issuer::Issuer;

/// Checks a device in.
pub(super) async fn check_in(
    State(issuer): State<Arc<Issuer>>,
    caller: Caller,
    DevicePath(namespace, device): DevicePath,
) -> Result<Json<CheckIn>, Failure> {
    let tenant = caller.tenant(Right::ActAsDevice, namespace)?;
    let answer = check_in::check_in(&issuer, &tenant, &device).await?;
    answer.map(Json).ok_or_else(|| Failure::not_found(format_args!("device {device}")))
}

/// Takes a device's report.
pub(super) async fn report(
    State(issuer): State<Arc<Issuer>>,
    caller: Caller,
    DevicePath(namespace, device): DevicePath,
    Body(report): Body<DeviceReport>,
) -> Result<Json<serde_json::Value>, Failure> {
    let tenant = caller.tenant(Right::ActAsDevice, namespace)?;
    check_in::report(&issuer, &tenant, &device, report).await?;
    Ok(Json(serde_json::json!({})))
}
