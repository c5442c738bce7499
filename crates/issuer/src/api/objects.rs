//! Routes of declared objects.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use scepter_issuer_api::{
    DeleteOutcome, Document, ErrorCode, Mode, ObjectList, ObjectReport, PutOutcome, RejectedRecord,
    SourceReport,
};
use scepter_pki::certificate::describe_certificate;
use scepter_policy::identity::{ObjectKey, ObjectKind, Tenant};
use scepter_policy::report::CertificateFacts;
use scepter_store::interpreter::Interpreter as _;
use scepter_store::objects::StoredObject;
use serde::Deserialize;

use super::caller::{Caller, Right};
use super::error::Failure;
use super::json::Body;
use super::path::ObjectPath;
use super::put::declare;
use crate::check_in::root_certificate;
use crate::declared::{self, Declared};
use crate::issuer::Issuer;

/// Rows in a report that does not say how many.
const DEFAULT_ROWS: u32 = 20;

/// The most rows in a report.
const MAX_ROWS: u32 = 1000;

/// The most refused records in a report.
const MAX_REJECTED: usize = 20;

/// `?dryRun=All`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DryRun {
    dry_run: Option<String>,
}

impl DryRun {
    fn mode(&self) -> Result<Mode, Failure> {
        match self.dry_run.as_deref() {
            None => Ok(Mode::Apply),
            Some("All") => Ok(Mode::DryRun),
            Some(other) => {
                let message = format!("dryRun={other:?} is unknown");
                Err(Failure::new(ErrorCode::BadRequest, message, "write dryRun=All, or leave it out"))
            }
        }
    }
}

/// `?devices=N`.
#[derive(Debug, Deserialize)]
pub(super) struct Rows {
    devices: Option<u32>,
}

/// Declares an object. A refusal is 422 with the outcome as its body.
pub(super) async fn put(
    State(issuer): State<Arc<Issuer>>,
    caller: Caller,
    ObjectPath(key): ObjectPath,
    Query(dry_run): Query<DryRun>,
    Body(document): Body<Document>,
) -> Result<Response, Failure> {
    let tenant = caller.tenant(Right::Administer, key.namespace.clone())?;
    let outcome = declare(&issuer, &tenant, &key, &document, dry_run.mode()?).await?;
    let status = match outcome {
        PutOutcome::Applied(_) | PutOutcome::Held(_) => StatusCode::OK,
        PutOutcome::Refused { .. } => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Ok((status, Json(outcome)).into_response())
}

/// Withdraws an object.
pub(super) async fn delete(
    State(issuer): State<Arc<Issuer>>,
    caller: Caller,
    ObjectPath(ObjectKey { kind, namespace, name }): ObjectPath,
    Query(dry_run): Query<DryRun>,
) -> Result<Json<DeleteOutcome>, Failure> {
    let tenant = caller.tenant(Right::Administer, namespace)?;
    let (store, mode, now) = (&issuer.store, store_mode(dry_run.mode()?), issuer.clock.now());
    let counts = match kind {
        ObjectKind::ScepProfile => store.delete_profile(&tenant, &name, mode, now).await?,
        ObjectKind::TrustedRootProfile => store.delete_root(&tenant, &name, mode, now).await?,
        ObjectKind::InventorySource => store.delete_source(&tenant, &name, mode, now).await?,
    };
    Ok(Json(match counts {
        Some(counts) => DeleteOutcome::Deleted { revoked: counts.revoked },
        None => DeleteOutcome::Absent,
    }))
}

/// The caller's objects.
pub(super) async fn list(
    State(issuer): State<Arc<Issuer>>,
    caller: Caller,
) -> Result<Json<ObjectList>, Failure> {
    caller.require(Right::Read)?;
    let mut items = issuer.store.objects(caller.owner()).await?;
    items.retain(|key| caller.reaches(&key.namespace));
    Ok(Json(ObjectList { items }))
}

/// What became of an object.
pub(super) async fn report(
    State(issuer): State<Arc<Issuer>>,
    caller: Caller,
    ObjectPath(key): ObjectPath,
    Query(rows): Query<Rows>,
) -> Result<Json<ObjectReport>, Failure> {
    let tenant = caller.tenant(Right::Read, key.namespace.clone())?;
    let stored = issuer.store.object(&tenant, key.kind, &key.name).await?;
    let stored = stored.ok_or_else(|| Failure::not_found(&key))?;
    let limit = rows.devices.unwrap_or(DEFAULT_ROWS).min(MAX_ROWS);
    let found = issuer.store.report(&tenant, key.kind, &key.name, limit).await?;
    Ok(Json(ObjectReport {
        platform: declared::platform(&stored.document),
        programmed_generation: stored.generation,
        summary: found.summary,
        failures: found.failures,
        devices: found.devices,
        omitted_devices: found.omitted_devices,
        certificate: certificate_of(&issuer, &key, &stored),
        source: source_of(&issuer, &tenant, key.kind, &stored).await?,
        key,
    }))
}

/// The certificate of a trusted root profile.
fn certificate_of(issuer: &Issuer, key: &ObjectKey, stored: &StoredObject) -> Option<CertificateFacts> {
    match key.kind {
        ObjectKind::TrustedRootProfile => {
            let root = Declared.root(&stored.document, issuer.clock.now()).ok()?;
            describe_certificate(root_certificate(issuer, &key.namespace, &root)?).ok()
        }
        ObjectKind::ScepProfile | ObjectKind::InventorySource => None,
    }
}

/// What an inventory source brought.
async fn source_of(
    issuer: &Issuer,
    tenant: &Tenant,
    kind: ObjectKind,
    stored: &StoredObject,
) -> Result<Option<SourceReport>, Failure> {
    match kind {
        ObjectKind::InventorySource => {}
        ObjectKind::ScepProfile | ObjectKind::TrustedRootProfile => return Ok(None),
    }
    let Some(sync) = issuer.store.last_sync(tenant, &stored.name).await? else { return Ok(None) };
    let unread = unread_records(stored);
    let refused = sync.rejected.into_iter().map(|rejected| RejectedRecord {
        record: rejected.record,
        rule: rejected.reason,
        message: rejected.message,
    });
    Ok(Some(SourceReport {
        users: sync.users,
        devices: sync.devices,
        groups: sync.groups,
        last_sync_time: sync.synced_at,
        rejected: unread.into_iter().chain(refused).take(MAX_REJECTED).collect(),
    }))
}

/// Records of a source that could not be read. They follow from what is stored, so they are not stored themselves.
fn unread_records(stored: &StoredObject) -> Vec<RejectedRecord> {
    let Some(source) = declared::source(&stored.document) else { return Vec::new() };
    let files = declared::source_files(&source, &stored.document.bytes);
    let Ok(reading) = source.read(&files) else { return Vec::new() };
    let rejections = reading.rejected.into_iter().map(|rejection| RejectedRecord {
        record: rejection.record,
        rule: rejection.rule.to_string(),
        message: rejection.message,
    });
    rejections.collect()
}

/// The mode in the store's words.
pub(super) fn store_mode(mode: Mode) -> scepter_store::Mode {
    match mode {
        Mode::Apply => scepter_store::Mode::Apply,
        Mode::DryRun => scepter_store::Mode::DryRun,
    }
}
