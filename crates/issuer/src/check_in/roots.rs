//! Roots: they come first, and a profile waits for its own (ROOT-10).

use jiff::Timestamp;
use scepter_issuer_api::RootDelivery;
use scepter_payload::Root;
use scepter_policy::diagnostics::Diagnostic;
use scepter_policy::identity::{Namespace, Tenant};
use scepter_policy::profile::Profile;
use scepter_policy::root::{RootCertificate, TrustedRoot};
use scepter_policy::rules::root::{judge_delivery, waiting};
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
    for AssignedRoot { root, state } in &known.roots {
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
        let installed = *state == DeviceState::Installed;
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

/// The root of a profile, once the device has it; else why it has not (ROOT-10, ROOT-11).
pub(super) fn arrived<'a>(
    issuer: &'a Issuer,
    namespace: &Namespace,
    known: &'a CheckIn,
    profile: &Profile,
) -> Result<Root<'a>, Diagnostic> {
    let device = &known.member.device;
    let assigned = known.roots.iter().find(|assigned| assigned.root.name == profile.root);
    let found = assigned.and_then(|AssignedRoot { root, state }| {
        let certificate = certificate(issuer, namespace, root)?;
        Some((Root { profile: root, certificate }, *state))
    });
    let Some((root, state)) = found else { return Err(waiting(profile, device)) };
    let delivered = state == DeviceState::Issued && !profile.platform.reports_roots();
    match judge_delivery(profile, root.profile, device, delivered) {
        Some(obstacle) if state != DeviceState::Installed => Err(obstacle),
        Some(_) | None => Ok(root),
    }
}
