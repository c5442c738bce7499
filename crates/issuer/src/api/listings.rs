//! Lists for people and tools.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use scepter_issuer_api::{
    AuthorityList, AuthorityRecord, CertificateList, CertificateRecord, DeviceList, DeviceRecord,
    NextCaRecord,
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
    let now = issuer.clock.now();
    let items = issuer.authorities.all_issuing(now).filter_map(|served| authority(&issuer, served, now));
    Ok(Json(AuthorityList { items: items.collect() }))
}

fn authority(issuer: &Issuer, served: &Served, now: Timestamp) -> Option<AuthorityRecord> {
    Some(AuthorityRecord {
        name: served.facts.name.to_string(),
        public_urls: served.facts.public_urls.clone(),
        ca: served.facts.ca.to_string(),
        certificate: describe_certificate(served.authority.issuing_certificate()).ok()?,
        root: served.facts.root.clone(),
        registration_authority_not_after: served.front().current.authority.not_after(),
        next: issuer.authorities.next(&served.facts.name, now).and_then(|(from, next)| next_ca(from, next)),
    })
}

fn next_ca(from: Timestamp, next: &Served) -> Option<NextCaRecord> {
    Some(NextCaRecord {
        ca: next.facts.ca.to_string(),
        from,
        certificate: describe_certificate(next.authority.issuing_certificate()).ok()?,
        root: next.facts.root.clone(),
    })
}
