//! A manifest in the shape that these tests write, read by policy's own parser.

use jiff::Timestamp;
use scepter_policy::profile::{Profile, fields};
use scepter_policy::root::TrustedRoot;
use scepter_policy::vocabulary::{
    CertificateType, DeletionPolicy, HashAlgorithm, KeyStorageProvider, KeyUsage, Platform, ValidityUnit,
};
use scepter_store::interpreter::{Document, Interpreter};
use serde::{Deserialize, Serialize};

/// What a test says of a profile; the rest is the same for all.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) name: String,
    pub(crate) platform: Platform,
    pub(crate) certificate_type: CertificateType,
    pub(crate) subject: String,
    pub(crate) days: i32,
    pub(crate) include: Vec<String>,
    pub(crate) exclude: Vec<String>,
    pub(crate) os_version_at_least: Option<String>,
    pub(crate) deletion_policy: DeletionPolicy,
    pub(crate) wifi_profiles: Vec<String>,
}

impl Default for Manifest {
    /// The profile `wifi` for the Windows devices of the group `fleet`.
    fn default() -> Self {
        Self {
            name: "wifi".into(),
            platform: Platform::Windows10AndLater,
            certificate_type: CertificateType::Device,
            subject: "CN={{DeviceName}}".into(),
            days: 30,
            include: vec!["fleet".into()],
            exclude: Vec::new(),
            os_version_at_least: None,
            deletion_policy: DeletionPolicy::Revoke,
            wifi_profiles: Vec::new(),
        }
    }
}

impl Manifest {
    pub(crate) fn document(&self) -> Document {
        Document { manifest: serde_json::to_string(self).unwrap(), ..Document::default() }
    }

    pub(crate) fn profile(&self) -> Profile {
        self.parse().unwrap()
    }

    fn parse(&self) -> Result<Profile, String> {
        let windows = self.platform.is_windows();
        let urls = ["https://scep.example.com/scep/default".to_owned()];
        let version = self.os_version_at_least.as_deref().map(|min| fields::VersionRule {
            mode: scepter_policy::profile::FilterMode::Include,
            min,
            max: "10.0.99999.0",
        });
        let fields = fields::Fields {
            name: &self.name,
            display_name: None,
            platform: self.platform,
            certificate_type: self.certificate_type,
            subject_name_format: &self.subject,
            subject_alternative_names: Vec::new(),
            validity_period: fields::ValidityPeriod { value: self.days, unit: ValidityUnit::Days },
            key_storage_provider: windows.then_some(KeyStorageProvider::Software),
            key_usages: &[KeyUsage::DigitalSignature],
            key_size: Some(2048),
            hash_algorithms: windows.then_some(&[HashAlgorithm::Sha2]),
            root_certificate_ref: "root",
            extended_key_usages: vec![fields::ExtendedKeyUsage {
                name: "Client Authentication",
                oid: "1.3.6.1.5.5.7.3.2",
            }],
            renewal_threshold_percent: Some(20),
            scep_server_urls: &urls,
            certificate_access: None,
            associated_profiles: self
                .wifi_profiles
                .iter()
                .map(|name| fields::AssociatedProfile {
                    kind: scepter_policy::profile::AssociationKind::WiFi,
                    name,
                })
                .collect(),
            applicability_rules: version
                .map(|version| fields::ApplicabilityRules { os_edition: None, os_version: Some(version) }),
            assignments: Some(fields::Assignments {
                include: self
                    .include
                    .iter()
                    .map(|group| fields::Include { group: Some(group), ..fields::Include::default() })
                    .collect(),
                exclude: self.exclude.iter().map(String::as_str).collect(),
            }),
            authority_name: None,
            reissue_expired: None,
            suspend: None,
            deletion_policy: Some(self.deletion_policy),
            max_disruption: None,
        };
        Profile::parse(&fields)
            .map(|(profile, _)| profile)
            .map_err(|findings| findings.iter().map(ToString::to_string).collect())
    }
}

/// The interpreter of these manifests.
pub(crate) struct Manifests;

impl Interpreter for Manifests {
    fn profile(&self, document: &Document) -> Result<Profile, String> {
        let manifest: Manifest =
            serde_json::from_str(&document.manifest).map_err(|problem| problem.to_string())?;
        manifest.parse()
    }

    fn root(&self, document: &Document, now: Timestamp) -> Result<TrustedRoot, String> {
        root::parse(&document.manifest, now)
    }
}

/// Roots: the manifest is the name of the authority that it anchors, for the Windows devices of the group `fleet`.
pub(crate) mod root {
    use jiff::Timestamp;
    use scepter_policy::profile::fields::{Assignments, Include};
    use scepter_policy::root::{DestinationStore, TrustedRoot, fields};
    use scepter_policy::vocabulary::Platform;

    pub(crate) fn parse(authority: &str, now: Timestamp) -> Result<TrustedRoot, String> {
        let fleet = Include { group: Some("fleet"), ..Include::default() };
        let fields = fields::Fields {
            name: "root",
            display_name: None,
            platform: Platform::Windows10AndLater,
            certificate: fields::Certificate {
                pem: None,
                config_map_key_ref: None,
                authority_name: Some(authority),
            },
            anchor: None,
            file_name: None,
            destination_store: Some(DestinationStore::ComputerRoot),
            assignments: Some(Assignments { include: vec![fleet], exclude: Vec::new() }),
            applicability_rules: None,
            suspend: None,
            deletion_policy: None,
        };
        TrustedRoot::parse(&fields, now)
            .map(|(root, _)| root)
            .map_err(|findings| findings.iter().map(ToString::to_string).collect())
    }
}
