//! What the doors let through: one grant that is right, changed in one thing at a time.

mod authorize;
mod issued;
mod renewal;

use jiff::Timestamp;

use super::*;
use crate::authority::{AuthorityFacts, sample as authority_sample};
use crate::identity::{AssignmentKey, Association, DeviceId, Namespace, ObjectName, Owner, Tenant};
use crate::inventory::Memberships;
use crate::profile::fields::SubjectAlternativeName;
use crate::profile::{Profile, sample};
use crate::request::sample::Csr;
use crate::request::{KeyFingerprint, RequestFingerprint};
use crate::resolve::resolve;
use crate::vocabulary::{Platform, SanType};

const REQUEST: RequestFingerprint = RequestFingerprint([1; 32]);
const OTHER_REQUEST: RequestFingerprint = RequestFingerprint([2; 32]);

fn now() -> Timestamp {
    "2026-03-01T12:00:00.25Z".parse().unwrap()
}

fn authority() -> AuthorityFacts {
    authority_sample::facts()
}

fn profile() -> Profile {
    sample::profile(Platform::Windows10AndLater, |fields| {
        fields.subject_alternative_names =
            vec![SubjectAlternativeName { kind: SanType::Dns, value: "{{DeviceName}}.corp.example" }];
    })
}

fn assignment() -> AssignmentKey {
    AssignmentKey {
        tenant: Tenant { owner: Owner::new("up").unwrap(), namespace: Namespace::new("wifi").unwrap() },
        profile: ObjectName::new("wifi").unwrap(),
        device: DeviceId::new("laptop-1").unwrap(),
        association: Association::Own,
    }
}

fn challenge(expires_at: &str) -> Presented {
    Presented::Challenge { id: ChallengeId("c1".into()), expires_at: expires_at.parse().unwrap() }
}

/// An open challenge of a device that the profile reaches.
fn grant() -> Grant {
    let mut device = sample::device("laptop-1", Platform::Windows10AndLater);
    device.entra_device_id = Some("aad-1".into());
    device.device_name = Some("laptop-1".into());
    Grant {
        key: assignment(),
        presented: challenge("2026-03-01T13:00:00Z"),
        state: CredentialState::Open,
        profile: profile(),
        device,
        user: None,
        memberships: Memberships::default(),
        key_seen_for: None,
        versions: RowVersions { profile: 1, inventory: 2, assignment: 3 },
    }
}

/// The request of a device that does as the grant asks.
fn csr(grant: &Grant) -> Csr {
    Csr::asked(&resolve(&grant.profile, &grant.device, grant.user.as_ref()).unwrap())
}

fn request(csr: &Csr) -> CertificateRequest {
    CertificateRequest { facts: csr.facts(), key: KeyFingerprint([7; 32]), fingerprint: REQUEST }
}
