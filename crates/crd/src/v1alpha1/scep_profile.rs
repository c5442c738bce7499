//! `ScepProfile`: a certificate that devices of one platform are to have.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use kube::{CustomResource, KubeSchema};
use scepter_policy::profile::{AccessMode, AssociationKind};
use scepter_policy::report::{DeviceRow, FailureCount, Summary};
use scepter_policy::vocabulary::{
    CertificateType, DeletionPolicy, HashAlgorithm, KeyStorageProvider, KeyUsage, Platform, SanType,
    ValidityUnit,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::assignments::{ApplicabilityRules, Assignments};
use super::schema;
use super::status::{DiagnosticEntry, PlanStatus};

/// What a `ScepProfile` asks for.
#[derive(CustomResource, KubeSchema, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[kube(
    group = "scepter.dev",
    version = "v1alpha1",
    kind = "ScepProfile",
    plural = "scepprofiles",
    shortname = "scepp",
    category = "scep",
    namespaced,
    status = "ScepProfileStatus",
    derive = "PartialEq",
    doc = "A SCEP certificate profile: which certificate the assigned devices of one platform are to have, and what became of it on each of them.",
    selectable = ".spec.platform",
    selectable = ".spec.rootCertificateRef.name",
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = r#".status.conditions[?(@.type=="Ready")].status"#
    ),
    printcolumn(name = "Platform", type_ = "string", json_path = ".spec.platform"),
    printcolumn(name = "Assigned", type_ = "integer", json_path = ".status.summary.assigned"),
    printcolumn(name = "Issued", type_ = "integer", json_path = ".status.summary.certificates"),
    printcolumn(name = "Failed", type_ = "integer", json_path = ".status.summary.failed"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(
        name = "Installed",
        type_ = "integer",
        json_path = ".status.summary.installed",
        priority = 1
    ),
    printcolumn(
        name = "Reason",
        type_ = "string",
        json_path = r#".status.conditions[?(@.type=="Ready")].reason"#,
        priority = 1
    ),
    printcolumn(name = "Root", type_ = "string", json_path = ".spec.rootCertificateRef.name", priority = 1),
    printcolumn(name = "Authority", type_ = "string", json_path = ".spec.authorityName", priority = 1)
)]
#[serde(rename_all = "camelCase")]
pub struct ScepProfileSpec {
    /// The name that people see; absent means metadata.name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 256))]
    pub display_name: Option<String>,
    /// What the profile is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1500))]
    pub description: Option<String>,
    /// The platform of the devices. It cannot be changed: what a certificate is depends on it.
    #[x_kube(validation = Rule::new("self == oldSelf").message("PLT-01: platform cannot be changed; create another profile for another platform"))]
    pub platform: Platform,
    /// Whether the certificate names a user (user and device variables) or a device (device variables only).
    pub certificate_type: CertificateType,
    /// The subject, such as `CN={{UserName}},OU=Mobile`.
    #[schemars(length(min = 1, max = 2048))]
    pub subject_name_format: String,
    /// The subject alternative names; order and repetition are meant.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 500))]
    #[x_kube(merge_strategy = ListMerge::Atomic)]
    pub subject_alternative_names: Vec<SubjectAlternativeName>,
    /// How long a certificate lives: at most 24 months, and no longer than the authority grants.
    pub validity_period: ValidityPeriod,
    /// Where a Windows device keeps the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_storage_provider: Option<KeyStorageProvider>,
    /// What the key is for.
    #[schemars(length(min = 1, max = 2))]
    #[x_kube(merge_strategy = ListMerge::Set)]
    pub key_usages: Vec<KeyUsage>,
    /// The size of the RSA key in bits; absent means not configured, which is served as 2048.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::key_size")]
    pub key_size: Option<i32>,
    /// The hashes that a device may sign its request with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 2))]
    #[x_kube(merge_strategy = ListMerge::Set)]
    pub hash_algorithms: Option<Vec<HashAlgorithm>>,
    /// The `TrustedRootProfile` of this namespace whose certificate anchors the authority.
    pub root_certificate_ref: LocalRef,
    /// The extended key usages.
    #[schemars(length(min = 1, max = 500))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["oid".into()]))]
    pub extended_key_usages: Vec<ExtendedKeyUsage>,
    /// Per cent of the lifetime that remains when renewal begins.
    #[serde(default = "default_renewal_threshold")]
    #[schemars(range(min = 1, max = 99))]
    pub renewal_threshold_percent: i32,
    /// Where devices reach the issuer.
    #[serde(rename = "scepServerURLs")]
    #[schemars(length(min = 1, max = 16), inner(length(min = 1, max = 2048)))]
    #[x_kube(merge_strategy = ListMerge::Set)]
    pub scep_server_urls: Vec<String>,
    /// How apps get at the certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate_access: Option<CertificateAccess>,
    /// Wi-Fi and VPN profiles that use the certificate; on Apple platforms each has one of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["kind".into(), "name".into()]))]
    pub associated_profiles: Vec<AssociatedProfile>,
    /// Which editions and versions of Windows get the profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applicability_rules: Option<ApplicabilityRules>,
    /// Who gets the profile; absent means nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignments: Option<Assignments>,
    /// The authority that issues, by its name in the issuer's configuration.
    #[serde(default = "default_authority")]
    #[schemars(length(min = 1, max = 253))]
    pub authority_name: String,
    /// Whether an Apple device whose certificate has expired is asked for a new one. With false it keeps the expired
    /// one until it is excluded from the profile and included again.
    #[serde(default = "yes")]
    pub reissue_expired: bool,
    /// Judge and report, but change nothing.
    #[serde(default)]
    pub suspend: bool,
    /// What deleting the profile does to its certificates.
    #[serde(default = "super::default_deletion_policy")]
    pub deletion_policy: DeletionPolicy,
    /// How many certificates an edit may take away before it waits for approval: a number or a percentage of those that
    /// are out. Absent means all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::count_or_percentage")]
    pub max_disruption: Option<IntOrString>,
}

fn default_renewal_threshold() -> i32 {
    20
}

fn default_authority() -> String {
    "default".to_owned()
}

fn yes() -> bool {
    true
}

/// One subject alternative name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SubjectAlternativeName {
    /// What the value is.
    #[serde(rename = "type")]
    pub kind: SanType,
    /// The value, such as `{{UserPrincipalName}}`.
    #[schemars(length(min = 1, max = 2048))]
    pub value: String,
}

/// A period of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ValidityPeriod {
    /// How many units.
    #[schemars(range(min = 1, max = 731))]
    pub value: i32,
    /// The unit.
    pub unit: ValidityUnit,
}

/// An object of the same namespace, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LocalRef {
    /// Its metadata.name.
    #[schemars(schema_with = "schema::object_name")]
    pub name: String,
}

/// An extended key usage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExtendedKeyUsage {
    /// The name that people see, such as `Client Authentication`.
    #[schemars(length(min = 1, max = 256))]
    pub name: String,
    /// The object identifier in dotted form, such as `1.3.6.1.5.5.7.3.2`.
    #[schemars(length(min = 3, max = 256))]
    pub oid: String,
}

/// How apps get at the certificate.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[x_kube(validation = Rule::new(
    "self.mode == 'GrantSilently' ? has(self.apps) && size(self.apps) > 0 : !has(self.apps) || size(self.apps) == 0"
).message("ACC-01: GrantSilently names 1 to 50 apps, UserApproval names none"))]
pub struct CertificateAccess {
    /// Whether the user approves each use, or the listed apps need no approval.
    pub mode: AccessMode,
    /// The package ids of the apps that need no approval.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 50), inner(length(min = 1, max = 255)))]
    #[x_kube(merge_strategy = ListMerge::Set)]
    pub apps: Vec<String>,
}

/// A Wi-Fi or VPN profile that uses the certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AssociatedProfile {
    /// Its kind.
    pub kind: AssociationKind,
    /// Its name.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
}

/// What became of a `ScepProfile` and its devices. Written by the operator alone, and never read as input.
#[derive(KubeSchema, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScepProfileStatus {
    /// The generation that this status speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// The generation that the issuer serves. It lags behind while a change is held or refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub programmed_generation: Option<i64>,
    /// The value of the annotation scepter.dev/reconcile-requested-at that was last acted upon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 253))]
    pub last_handled_reconcile_at: Option<String>,
    /// Where the issuer serves SCEP for this profile's authority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 2048))]
    pub endpoint: Option<String>,
    /// Ready speaks of the profile, DevicesHealthy of its devices; Reconciling and Stalled are there only while true.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["type".into()]))]
    pub conditions: Vec<Condition>,
    /// What is wrong with the profile, by rule and field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    #[x_kube(merge_strategy = ListMerge::Atomic)]
    pub diagnostics: Vec<DiagnosticEntry>,
    /// What applying the spec does, or would do while it is suspended, held or refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanStatus>,
    /// The devices by state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
    /// Why devices failed, the most frequent reason first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16))]
    #[x_kube(merge_strategy = ListMerge::Atomic)]
    pub failures: Vec<FailureCount>,
    /// Devices, the worst first. Names of people and hardware stay in the issuer's store.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100))]
    #[x_kube(merge_strategy = ListMerge::Atomic)]
    pub devices: Vec<DeviceRow>,
    /// How many devices are not listed here; `scepter get devices` lists all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub omitted_devices: Option<i64>,
}
