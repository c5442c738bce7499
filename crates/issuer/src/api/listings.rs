//! Lists for people and tools.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use scepter_issuer_api::{
    AuthorityList, AuthorityRecord, CertificateList, CertificateRecord, DeviceList, DeviceRecord,
};
use scepter_pki::certificate::describe_certificate;
use scepter_store::certificates::Certificate;

use super::caller::{Caller, Right};
use super::error::Failure;
use super::path::NamespacePath;
use crate::authorities::Served;
use crate::issuer::Issuer;

/// The most certificates in a list.
const MAX_CERTIFICATES: u32 = 10_000;

/// The devices of a namespace.
pub(super) async fn devices(
    State(issuer): State<Arc<Issuer>>,
    caller: Caller,
    NamespacePath(namespace): NamespacePath,
) -> Result<Json<DeviceList>, Failure> {
    let tenant = caller.tenant(Right::Read, namespace)?;
    let mut items: Vec<DeviceRecord> = Vec::new();
    loop {
        let page = issuer.store.devices(&tenant, items.last().map(|last| &last.id)).await?;
        if page.is_empty() {
            return Ok(Json(DeviceList { items }));
        }
        items.extend(page.into_iter().map(|member| DeviceRecord {
            id: member.device.id,
            platform: member.device.platform,
            user: member.device.user_id,
        }));
    }
}

/// The certificates of a namespace, newest first.
pub(super) async fn certificates(
    State(issuer): State<Arc<Issuer>>,
    caller: Caller,
    NamespacePath(namespace): NamespacePath,
) -> Result<Json<CertificateList>, Failure> {
    let tenant = caller.tenant(Right::Read, namespace)?;
    let newest = issuer.store.certificates(&tenant, MAX_CERTIFICATES).await?;
    Ok(Json(CertificateList { items: newest.into_iter().map(record).collect() }))
}

fn record(certificate: Certificate) -> CertificateRecord {
    CertificateRecord {
        serial_number: certificate.serial.to_string(),
        profile: certificate.key.profile,
        device: certificate.key.device,
        not_before: certificate.not_before,
        not_after: certificate.not_after,
        revoked_at: certificate.revoked.map(|(at, _)| at),
        certificate: certificate.der,
    }
}

/// The issuer's authorities.
pub(super) async fn authorities(
    State(issuer): State<Arc<Issuer>>,
    caller: Caller,
) -> Result<Json<AuthorityList>, Failure> {
    caller.require(Right::Read)?;
    let items =
        issuer.authorities.all_issuing(issuer.clock.now()).filter_map(|served| authority(served)).collect();
    Ok(Json(AuthorityList { items }))
}

fn authority(served: &Served) -> Option<AuthorityRecord> {
    Some(AuthorityRecord {
        name: served.facts.name.to_string(),
        public_urls: served.facts.public_urls.clone(),
        certificate: describe_certificate(served.authority.issuing_certificate()).ok()?,
        root: served.authority.root().to_vec(),
    })
}
