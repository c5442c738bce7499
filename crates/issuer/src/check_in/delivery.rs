//! What a device receives when it checks in: roots first.

use jiff::Timestamp;
use scepter_issuer_api::{CheckIn, PendingProfile, ProfileDelivery};
use scepter_payload::{Delivery, Root, ServerUrls};
use scepter_pki::certificate::Thumbprints;
use scepter_policy::diagnostics::Diagnostic;
use scepter_policy::identity::{DeviceId, Tenant};
use scepter_policy::profile::Profile;
use scepter_policy::san::GeneralName;
use scepter_policy::vocabulary::Severity;
use scepter_store::approvals::APPROVAL_PENDING;
use scepter_store::check_in::{self as stored, AssignedProfile, CurrentCertificate};

use super::ticket::{self, NoTicket, Ticket};
use super::{payload, roots};
use crate::api::Failure;
use crate::issuer::Issuer;

/// Why a profile waits for its root.
const ROOT_NOT_DELIVERED: &str = "RootNotDelivered";
/// Why a profile waits although its device has asked for a certificate.
const APPROVAL_MESSAGE: &str = "the device's request waits for approval, or for the device to poll";
/// Why a profile waits although there is a challenge for it.
const NOT_RENDERED: &str = "PayloadNotRendered";

/// Checks a device in. `None` where the tenant has no such device.
pub(crate) async fn check_in(
    issuer: &Issuer,
    tenant: &Tenant,
    device: &DeviceId,
) -> Result<Option<CheckIn>, Failure> {
    let now = issuer.clock.now();
    let Some(known) = issuer.store.check_in(tenant, device, now).await? else { return Ok(None) };
    let roots = roots::deliver(issuer, tenant, &known, now).await?;
    let mut answer = CheckIn { roots, profiles: Vec::new(), pending: Vec::new() };
    let wanting = |assigned: &&AssignedProfile| wants_certificate(&assigned.profile, assigned.current, now);
    for assigned in known.profiles.iter().filter(wanting) {
        match deliver(issuer, &known, assigned, now).await? {
            Ok(delivery) => answer.profiles.push(delivery),
            Err(pending) => answer.pending.push(pending),
        }
    }
    Ok(Some(answer))
}

/// Whether a device is to ask for a certificate now.
fn wants_certificate(profile: &Profile, current: Option<CurrentCertificate>, now: Timestamp) -> bool {
    let Some(CurrentCertificate { not_before, not_after, outdated, .. }) = current else { return true };
    // Apple devices keep an expired certificate unless the profile says otherwise (RNW-04).
    let is_left_expired = not_after <= now && profile.platform.is_apple() && !profile.reissue_expired;
    outdated || (profile.renewal_begins(not_before, not_after) <= now && !is_left_expired)
}

/// One profile's delivery, or why it waits.
async fn deliver(
    issuer: &Issuer,
    known: &stored::CheckIn,
    assigned: &AssignedProfile,
    now: Timestamp,
) -> Result<Result<ProfileDelivery, PendingProfile>, Failure> {
    let AssignedProfile { key, profile, .. } = assigned;
    if assigned.awaits_approval {
        return Ok(Err(pending(profile, APPROVAL_PENDING, APPROVAL_MESSAGE.to_owned())));
    }
    let root = match roots::arrived(issuer, &key.tenant.namespace, known, profile, now) {
        Ok(root) => root,
        Err(obstacle) => return withhold(issuer, assigned, &obstacle, now).await.map(Err),
    };
    match ticket::mint(issuer, key, profile, &known.member, now).await {
        Ok(ticket) => delivery(assigned, root, ticket),
        Err(NoTicket::Store(error)) => Err(error.into()),
        Err(NoTicket::NoRandomness(error)) => Err(error.into()),
        Err(
            refused @ (NoTicket::Refused(_)
            | NoTicket::Suspended
            | NoTicket::NoAuthority(_)
            | NoTicket::Mint(_)),
        ) => Ok(Err(pending(profile, refused.reason(), refused.to_string()))),
    }
}

/// Notes on the row that the device has not its root, and tells the device: it fails where it takes none (ROOT-11), and
/// waits where the root is on its way (ROOT-10).
async fn withhold(
    issuer: &Issuer,
    assigned: &AssignedProfile,
    obstacle: &Diagnostic,
    now: Timestamp,
) -> Result<PendingProfile, Failure> {
    let message = format!("{}; {}", obstacle.message, obstacle.help);
    let reason = match obstacle.severity {
        Severity::Error => {
            issuer.store.set_failed(&assigned.key, obstacle, now).await?;
            obstacle.rule.as_str()
        }
        Severity::Warning => {
            issuer.store.set_pending(&assigned.key, ROOT_NOT_DELIVERED, &message, now).await?;
            ROOT_NOT_DELIVERED
        }
    };
    Ok(pending(&assigned.profile, reason, message))
}

fn pending(profile: &Profile, reason: &str, message: String) -> PendingProfile {
    PendingProfile { profile: profile.name.clone(), reason: reason.to_owned(), message }
}

/// A ticket as a device takes it, with its payload.
fn delivery(
    assigned: &AssignedProfile,
    root: Root<'_>,
    ticket: Ticket<'_>,
) -> Result<Result<ProfileDelivery, PendingProfile>, Failure> {
    let AssignedProfile { key, profile, .. } = assigned;
    let Ticket { request, challenge, expires_at, served } = ticket;
    let (urls, challenge) = (ServerUrls::draw(profile, getrandom::u64)?, challenge.expose());
    let payload =
        payload::of_profile(&Delivery { key, profile, request: &request, root, urls: &urls, challenge });
    let payload = match payload {
        Ok(payload) => payload,
        Err(error) => return Ok(Err(pending(profile, NOT_RENDERED, error.to_string()))),
    };
    let names = &request.subject_alternative_names;
    Ok(Ok(ProfileDelivery {
        profile: profile.name.clone(),
        association: key.association.clone(),
        urls: urls.all().to_vec(),
        challenge: challenge.to_owned(),
        expires_at,
        subject: request.subject.to_string(),
        subject_der: request.subject.to_der()?,
        san: names.iter().map(ToString::to_string).collect(),
        san_der: if names.is_empty() { Vec::new() } else { GeneralName::encode_all(names)? },
        key_size: request.key_size.bits(),
        key_usages: request.key_usages.iter().copied().collect(),
        extended_key_usages: request.extended_key_usages.iter().map(ToString::to_string).collect(),
        ca_thumbprint: Thumbprints::of(served.authority.issuing_certificate()).sha256.to_string(),
        payload,
    }))
}

#[cfg(test)]
mod tests {
    use scepter_crd::ScepProfile;
    use serde_json::json;

    use super::*;

    fn profile(platform: &str, reissue_expired: bool) -> Profile {
        let object: ScepProfile = serde_json::from_value(json!({
            "apiVersion": "scepter.dev/v1alpha1", "kind": "ScepProfile", "metadata": {"name": "wifi"},
            "spec": {
                "platform": platform, "certificateType": "Device", "subjectNameFormat": "CN={{DeviceName}}",
                "validityPeriod": {"value": 10, "unit": "Days"}, "keyUsages": ["DigitalSignature"],
                "extendedKeyUsages": [{"name": "Client Authentication", "oid": "1.3.6.1.5.5.7.3.2"}],
                "rootCertificateRef": {"name": "root"}, "scepServerURLs": ["https://scep.acme.example/scep"],
                "reissueExpired": reissue_expired,
            },
        }))
        .unwrap();
        object.parse().unwrap().0
    }

    #[test]
    fn an_apple_device_keeps_an_expired_certificate_only_where_the_profile_says_so() {
        let certificate = CurrentCertificate {
            serial: format!("{:032x}", 10).parse().unwrap(),
            not_before: "2030-01-01T00:00:00Z".parse().unwrap(),
            not_after: "2030-01-11T00:00:00Z".parse().unwrap(),
            outdated: false,
        };
        let wants = |platform, reissue_expired, now: &str| {
            wants_certificate(&profile(platform, reissue_expired), Some(certificate), now.parse().unwrap())
        };
        let (fresh, due, expired) = ("2030-01-08T00:00:00Z", "2030-01-10T00:00:00Z", "2030-01-12T00:00:00Z");
        for platform in ["iOS", "macOS", "AndroidEnterprisePersonal"] {
            for reissue_expired in [true, false] {
                assert!(!wants(platform, reissue_expired, fresh), "{platform}");
                assert!(wants(platform, reissue_expired, due), "{platform}");
            }
            assert!(wants(platform, true, expired), "{platform}");
        }
        assert!(!wants("iOS", false, expired) && !wants("macOS", false, expired));
        assert!(wants("AndroidEnterprisePersonal", false, expired), "only Apple devices stay as they are");
    }
}
