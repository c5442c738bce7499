//! Orders, which only policy can give: a profile, a device, a grant, a request that fits, an authorisation.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RsaKeyPair};
use jiff::Timestamp;
use scepter_pki::authority::Authority;
use scepter_policy::authority::{Approval, AuthorityFacts, Permitted};
use scepter_policy::identity::{
    AssignmentKey, Association, DeviceId, Namespace, ObjectName, Owner, SerialNumber, Tenant,
};
use scepter_policy::inventory::{Device, Memberships, User};
use scepter_policy::issuance::{
    CertificateRequest, ChallengeId, CredentialState, Grant, Order, Presented, RowVersions, authorize,
};
use scepter_policy::profile::fields::{
    Assignments, ExtendedKeyUsage, Fields, Include, SubjectAlternativeName, ValidityPeriod,
};
use scepter_policy::profile::{Profile, Validity};
use scepter_policy::request::{KeyFingerprint, PublicKey, RequestFacts, RequestFingerprint};
use scepter_policy::resolve::resolve;
use scepter_policy::vocabulary::{
    CertificateType, HashAlgorithm, KeyStorageProvider, KeyUsage, Platform, SanType, ValidityUnit,
};

/// What a profile asks for; the rest is the same in every test.
pub(crate) struct Wanted {
    pub(crate) names: Vec<SubjectAlternativeName<'static>>,
    pub(crate) key_usages: &'static [KeyUsage],
    pub(crate) days: i32,
}

/// An order for Jane's laptop at `now`, authorised for `authority`.
pub(crate) fn order(authority: &Authority, wanted: Wanted, serial: SerialNumber, now: Timestamp) -> Order {
    let (profile, device, user) = (profile(authority, wanted), device(), user());
    let request = request(&profile, &device, &user);
    let grant = Grant {
        key: key(),
        presented: Presented::Challenge {
            id: ChallengeId("challenge".into()),
            expires_at: now + crate::support::days(1),
        },
        state: CredentialState::Open,
        profile,
        device,
        user: Some(user),
        memberships: Memberships::default(),
        key_seen_for: None,
        versions: RowVersions { profile: 1, inventory: 1, assignment: 1 },
    };
    authorize(grant, &facts(authority), request, now).unwrap().into_order(serial)
}

fn facts(authority: &Authority) -> AuthorityFacts {
    AuthorityFacts {
        name: authority.name().clone(),
        ca: authority.name().clone(),
        not_before: authority.not_before(),
        not_after: authority.not_after(),
        max_validity: Validity { value: 1, unit: ValidityUnit::Years },
        enforce_name_lengths: true,
        root: authority.root().to_vec(),
        other_roots: Vec::new(),
        public_urls: vec![],
        permitted: vec![Permitted { any: true, ..Permitted::default() }],
        approval: Approval::Automatic,
    }
}

fn profile(authority: &Authority, wanted: Wanted) -> Profile {
    let fields = Fields {
        name: "vpn",
        display_name: None,
        platform: Platform::Windows10AndLater,
        certificate_type: CertificateType::User,
        subject_name_format: "CN={{UserName}},E={{EmailAddress}},OU=Mobile,C=DE",
        subject_alternative_names: wanted.names,
        validity_period: ValidityPeriod { value: wanted.days, unit: ValidityUnit::Days },
        key_storage_provider: Some(KeyStorageProvider::Software),
        key_usages: wanted.key_usages,
        key_size: Some(2048),
        hash_algorithms: Some(&[HashAlgorithm::Sha2]),
        root_certificate_ref: "root",
        extended_key_usages: vec![
            ExtendedKeyUsage { name: "Client Authentication", oid: "1.3.6.1.5.5.7.3.2" },
            ExtendedKeyUsage { name: "Acme VPN", oid: "1.3.6.1.4.1.99999.1" },
        ],
        renewal_threshold_percent: None,
        scep_server_urls: &["https://scep.example.com/scep/lab".to_owned()],
        certificate_access: None,
        associated_profiles: vec![],
        applicability_rules: None,
        assignments: Some(Assignments {
            include: vec![Include { all_devices: Some(true), ..Include::default() }],
            exclude: vec![],
        }),
        authority_name: Some(authority.name().as_str()),
        reissue_expired: None,
        suspend: None,
        deletion_policy: None,
        max_disruption: None,
    };
    Profile::parse(&fields).unwrap().0
}

fn device() -> Device {
    let device = serde_json::json!({
        "id": "laptop-1", "platform": "Windows10AndLater", "userId": "jane", "deviceName": "laptop-1",
    });
    serde_json::from_value(device).unwrap()
}

fn user() -> User {
    let user = serde_json::json!({
        "id": "jane", "userName": "jane", "userPrincipalName": "jäne@example.com",
        "emailAddress": "jane@example.com",
    });
    serde_json::from_value(user).unwrap()
}

fn key() -> AssignmentKey {
    let tenant = Tenant { owner: Owner::new("up").unwrap(), namespace: Namespace::new("default").unwrap() };
    AssignmentKey {
        tenant,
        profile: ObjectName::new("vpn").unwrap(),
        device: DeviceId::new("laptop-1").unwrap(),
        association: Association::Own,
    }
}

/// The request that the device makes when it does as it was asked.
fn request(profile: &Profile, device: &Device, user: &User) -> CertificateRequest {
    let resolved = resolve(profile, device, Some(user)).unwrap();
    let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let spki: PublicKeyX509Der<'_> = key.public_key().as_der().unwrap();
    CertificateRequest {
        facts: RequestFacts {
            subject: resolved.subject,
            subject_alternative_names: resolved.subject_alternative_names,
            has_foreign_names: false,
            key_usage: None,
            extended_key_usages: None,
            wants_ca: false,
            other_extensions: std::collections::BTreeSet::new(),
            public_key: PublicKey::Rsa { bits: 2048, exponent: Some(65537) },
            spki: spki.as_ref().to_vec(),
        },
        key: KeyFingerprint([1; 32]),
        fingerprint: RequestFingerprint([2; 32]),
    }
}

/// One name of each kind.
pub(crate) fn every_kind_of_name() -> Vec<SubjectAlternativeName<'static>> {
    let name = |kind, value| SubjectAlternativeName { kind, value };
    vec![
        name(SanType::Upn, "{{UserPrincipalName}}"),
        name(SanType::Email, "{{EmailAddress}}"),
        name(SanType::Dns, "laptop-1.example.com"),
        name(SanType::Uri, "urn:acme:laptop-1"),
    ]
}
