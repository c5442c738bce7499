//! Roots: they come first, and a profile waits for its own (ROOT-10).

use jiff::Timestamp;
use scepter_issuer_api::RootDelivery;
use scepter_payload::Root;
use scepter_policy::diagnostics::Diagnostic;
use scepter_policy::identity::{Namespace, Tenant};
use scepter_policy::profile::Profile;
use scepter_policy::root::{RootCertificate, TrustedRoot};
use scepter_policy::rules::root::{judge_delivery, waiting, waiting_for_next};
use scepter_policy::vocabulary::DeviceState;
use scepter_store::StoreError;
use scepter_store::check_in::{AssignedRoot, CheckIn};

use super::payload;
use crate::issuer::Issuer;

/// Hands out the roots that are assigned to a device.
pub(super) async fn deliver(
    issuer: &Issuer,
    tenant: &Tenant,
    known: &CheckIn,
    now: Timestamp,
) -> Result<Vec<RootDelivery>, StoreError> {
    let mut deliveries = Vec::new();
    for assigned @ AssignedRoot { root, .. } in &known.roots {
        let certificate = certificate(issuer, &tenant.namespace, root);
        let Some(certificate) = certificate.filter(|_| !root.suspend) else {
            continue;
        };
        let device = &known.member.device.id;
        let rendered = payload::of_root(tenant, device, &Root { profile: root, certificate });
        let payload = match rendered {
            Ok(payload) => payload,
            Err(error) => {
                tracing::warn!(root = %root.name, %error, "a root cannot be delivered; its profiles wait");
                continue;
            }
        };
        let is_other = is_of_former_ca(issuer, assigned, now);
        if is_other {
            issuer.store.root_replaced(tenant, &root.name, device, now).await?;
        }
        let installed = !is_other && assigned.state == DeviceState::Installed;
        if !installed {
            issuer.store.root_delivered(tenant, &root.name, device, now).await?;
        }
        deliveries.push(RootDelivery {
            profile: root.name.clone(),
            certificate: certificate.to_vec(),
            installed,
            payload,
        });
    }
    Ok(deliveries)
}

/// The certificate that a root profile stands for, as far as a namespace's devices may be given it (GAP-7).
pub(crate) fn certificate<'a>(
    issuer: &'a Issuer,
    namespace: &Namespace,
    root: &'a TrustedRoot,
) -> Option<&'a [u8]> {
    match &root.certificate {
        RootCertificate::Der(der) => issuer.authorities.may_deliver(namespace, der).then_some(der),
        RootCertificate::Authority(name) => {
            let served = issuer.authorities.issuing(name.as_str(), issuer.clock.now());
            let served = served.filter(|served| served.serves(namespace))?;
            Some(served.authority.root())
        }
        RootCertificate::Unread { .. } => None,
    }
}

/// The root that a profile's certificate will need, once the device has it; else why it has not (ROOT-10, ROOT-11). That is the
/// root that the profile names, unless it is of the authority's other CA: then any root profile that holds the right one.
pub(super) fn arrived<'a>(
    issuer: &'a Issuer,
    namespace: &Namespace,
    known: &'a CheckIn,
    profile: &Profile,
    now: Timestamp,
) -> Result<Root<'a>, Diagnostic> {
    let device = &known.member.device;
    let named = known.roots.iter().find(|assigned| assigned.root.name == profile.root);
    let Some((named, certificate)) = named.and_then(|named| held(issuer, namespace, named)) else {
        return Err(waiting(profile, device));
    };
    let served = issuer.authorities.issuing(profile.authority.as_str(), now);
    let needed = served.filter(|served| served.facts.other_roots.iter().any(|other| other == certificate));
    let (assigned, certificate) = match needed {
        None => (named, certificate),
        Some(served) => known
            .roots
            .iter()
            .filter_map(|assigned| held(issuer, namespace, assigned))
            .find(|(_, certificate)| *certificate == served.facts.root)
            .ok_or_else(|| waiting_for_next(profile, device))?,
    };
    let state = if is_of_former_ca(issuer, assigned, now) { DeviceState::Pending } else { assigned.state };
    let delivered = state == DeviceState::Issued && !profile.platform.reports_roots();
    match judge_delivery(profile, &assigned.root, device, delivered) {
        Some(obstacle) if state != DeviceState::Installed => Err(obstacle),
        Some(_) | None => Ok(Root { profile: &assigned.root, certificate }),
    }
}

/// A root with the certificate that it stands for.
fn held<'a>(
    issuer: &'a Issuer,
    namespace: &Namespace,
    assigned: &'a AssignedRoot,
) -> Option<(&'a AssignedRoot, &'a [u8])> {
    certificate(issuer, namespace, &assigned.root).map(|certificate| (assigned, certificate))
}

/// Whether the device got this root when it stood for another certificate: that of the CA before.
fn is_of_former_ca(issuer: &Issuer, assigned: &AssignedRoot, now: Timestamp) -> bool {
    let RootCertificate::Authority(name) = &assigned.root.certificate else { return false };
    let changed = issuer.authorities.root_changed(name, now);
    let is_there = matches!(assigned.state, DeviceState::Issued | DeviceState::Installed);
    is_there && changed.is_some_and(|changed| assigned.since < changed)
}
