//! Deliveries to render.

use jiff::Timestamp;
use scepter_payload::{Delivery, Payload, Root, ServerUrls, render};
use scepter_policy::identity::{AssignmentKey, Association, DeviceId, Namespace, ObjectName, Owner, Tenant};
use scepter_policy::inventory::{Device, User};
use scepter_policy::profile::Profile;
use scepter_policy::profile::fields::{Assignments, ExtendedKeyUsage, Fields, ValidityPeriod};
use scepter_policy::resolve::{ResolvedRequest, resolve};
use scepter_policy::root::fields::{Certificate, Fields as RootFields};
use scepter_policy::root::{DestinationStore, TrustedRoot};
use scepter_policy::vocabulary::{
    CertificateType, HashAlgorithm, KeyStorageProvider, KeyUsage, Platform, ValidityUnit,
};
use serde_json::json;

/// Stands for a certificate: a payload carries its bytes and never reads them.
pub(crate) const CERTIFICATE: &[u8] = b"the root of Acme";
/// Its SHA-1, by `sha1sum`.
pub(crate) const THUMBPRINT: &str = "1E9C4DA34450AA74335DD50C09A33F2525565BB0";

/// All that a delivery borrows.
pub(crate) struct Sample {
    pub(crate) key: AssignmentKey,
    pub(crate) profile: Profile,
    pub(crate) request: ResolvedRequest,
    pub(crate) root: TrustedRoot,
    pub(crate) urls: ServerUrls,
    pub(crate) challenge: String,
}

impl Sample {
    /// Resolves a profile for a device; user certificates are those of Jane.
    pub(crate) fn new(fields: &Fields<'_>, device: &Device) -> Self {
        let profile = match Profile::parse(fields) {
            Ok((profile, _)) => profile,
            Err(findings) => panic!("the sample breaks a rule: {findings:?}"),
        };
        let request = resolve(&profile, device, Some(&jane())).unwrap();
        Self {
            key: AssignmentKey {
                tenant: tenant(),
                profile: profile.name.clone(),
                device: device.id.clone(),
                association: Association::Own,
            },
            root: root(profile.platform, None),
            urls: ServerUrls::as_written(&profile),
            challenge: "c0ffee.beef".to_owned(),
            profile,
            request,
        }
    }

    pub(crate) fn delivery(&self) -> Delivery<'_> {
        Delivery {
            key: &self.key,
            profile: &self.profile,
            request: &self.request,
            root: Root { profile: &self.root, certificate: CERTIFICATE },
            urls: &self.urls,
            challenge: &self.challenge,
        }
    }

    pub(crate) fn payload(&self) -> Payload {
        render(&self.delivery()).unwrap()
    }
}

pub(crate) fn tenant() -> Tenant {
    Tenant { owner: Owner::new("acme").unwrap(), namespace: Namespace::new("emea").unwrap() }
}

pub(crate) fn jane() -> User {
    serde_json::from_value(json!({
        "id": "jane",
        "userName": "Jane Doe",
        "emailAddress": "jane@example.com",
        "userPrincipalName": "jane@corp.example.com",
    }))
    .unwrap()
}

pub(crate) fn device(id: &str, platform: Platform) -> Device {
    serde_json::from_value(json!({
        "id": DeviceId::new(id).unwrap(),
        "platform": platform,
        "userId": "jane",
        "deviceName": "Jane's own",
        "serialNumber": "S/N-1",
        "entraDeviceId": "6f1e",
        "fullyQualifiedDomainName": "laptop-1.corp.example.com",
    }))
    .unwrap()
}

/// A profile of the platform that breaks no rule, for a test to alter.
pub(crate) fn fields(platform: Platform) -> Fields<'static> {
    let hashes: &[HashAlgorithm] = &[HashAlgorithm::Sha1, HashAlgorithm::Sha2];
    Fields {
        name: "wifi",
        display_name: None,
        platform,
        certificate_type: CertificateType::Device,
        subject_name_format: "CN={{AAD_Device_ID}}",
        subject_alternative_names: vec![],
        validity_period: ValidityPeriod { value: 6, unit: ValidityUnit::Months },
        key_storage_provider: platform.is_windows().then_some(KeyStorageProvider::TpmOrSoftware),
        key_usages: &[KeyUsage::DigitalSignature],
        key_size: None,
        hash_algorithms: (!platform.is_apple()).then_some(hashes),
        root_certificate_ref: "acme-root",
        extended_key_usages: vec![ExtendedKeyUsage {
            name: "Client Authentication",
            oid: "1.3.6.1.5.5.7.3.2",
        }],
        renewal_threshold_percent: None,
        scep_server_urls: urls(),
        certificate_access: None,
        associated_profiles: vec![],
        applicability_rules: None,
        assignments: Some(Assignments::default()),
        authority_name: None,
        reissue_expired: None,
        suspend: None,
        deletion_policy: None,
        max_disruption: None,
    }
}

fn urls() -> &'static [String] {
    static URLS: std::sync::LazyLock<[String; 2]> = std::sync::LazyLock::new(|| {
        ["https://a.example.com/scep".to_owned(), "https://b.example.com/scep".to_owned()]
    });
    URLS.as_slice()
}

/// The root of the authority `default`; on Windows for the store, else the computer's root store.
pub(crate) fn root(platform: Platform, store: Option<DestinationStore>) -> TrustedRoot {
    let store = platform.is_windows().then_some(store.unwrap_or(DestinationStore::ComputerRoot));
    let fields = RootFields {
        name: "acme-root",
        display_name: Some("Acme root"),
        platform,
        certificate: Certificate { authority_name: Some("default"), ..Certificate::default() },
        anchor: None,
        file_name: None,
        destination_store: store,
        assignments: None,
        applicability_rules: None,
        suspend: None,
        deletion_policy: None,
    };
    TrustedRoot::parse(&fields, Timestamp::UNIX_EPOCH).unwrap().0
}

pub(crate) fn object(name: &str) -> ObjectName {
    ObjectName::new(name).unwrap()
}
