//! `TrustedRootProfile`: a CA certificate that devices of one platform are to trust.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::{CustomResource, KubeSchema};
use scepter_policy::report::{CertificateFacts, DeviceRow, FailureCount, Summary};
use scepter_policy::root::{Anchor, DestinationStore};
use scepter_policy::vocabulary::{DeletionPolicy, Platform};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::assignments::{ApplicabilityRules, Assignments};
use super::schema;
use super::status::{DiagnosticEntry, PlanStatus};

/// What a `TrustedRootProfile` asks for.
#[derive(CustomResource, KubeSchema, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[kube(
    group = "scepter.dev",
    version = "v1alpha1",
    kind = "TrustedRootProfile",
    plural = "trustedrootprofiles",
    shortname = "trp",
    category = "scep",
    namespaced,
    status = "TrustedRootProfileStatus",
    derive = "PartialEq",
    doc = "A CA certificate that the assigned devices of one platform are to trust. A device gets it before any SCEP profile that refers to it.",
    selectable = ".spec.platform",
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = r#".status.conditions[?(@.type=="Ready")].status"#
    ),
    printcolumn(name = "Platform", type_ = "string", json_path = ".spec.platform"),
    printcolumn(name = "Assigned", type_ = "integer", json_path = ".status.summary.assigned"),
    printcolumn(name = "Used by", type_ = "integer", json_path = ".status.usedByCount"),
    printcolumn(name = "Expires", type_ = "string", json_path = ".status.certificate.notAfter"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(
        name = "Reason",
        type_ = "string",
        json_path = r#".status.conditions[?(@.type=="Ready")].reason"#,
        priority = 1
    ),
    printcolumn(name = "Subject", type_ = "string", json_path = ".status.certificate.subject", priority = 1),
    printcolumn(
        name = "SHA-1",
        type_ = "string",
        json_path = ".status.certificate.sha1Thumbprint",
        priority = 1
    )
)]
#[serde(rename_all = "camelCase")]
pub struct TrustedRootProfileSpec {
    /// The name that people see; absent means metadata.name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 256))]
    pub display_name: Option<String>,
    /// What the profile is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1500))]
    pub description: Option<String>,
    /// The platform of the devices. It cannot be changed.
    #[x_kube(validation = Rule::new("self == oldSelf").message("PLT-01: platform cannot be changed; create another profile for another platform"))]
    pub platform: Platform,
    /// The certificate, from exactly one source.
    pub certificate: Certificate,
    /// Whether the certificate must be self-signed.
    #[serde(default = "default_anchor")]
    pub anchor: Anchor,
    /// The file name that people see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 256))]
    pub file_name: Option<String>,
    /// The Windows certificate store that it goes to; required on Windows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destination_store: Option<DestinationStore>,
    /// Who gets the profile; absent means nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignments: Option<Assignments>,
    /// Which editions and versions of Windows get the profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applicability_rules: Option<ApplicabilityRules>,
    /// Judge and report, but change nothing.
    #[serde(default)]
    pub suspend: bool,
    /// What deleting the profile does on devices.
    #[serde(default = "super::default_deletion_policy")]
    pub deletion_policy: DeletionPolicy,
}

fn default_anchor() -> Anchor {
    Anchor::SelfSigned
}

/// A certificate: exactly one of pem, configMapKeyRef and authorityName.
#[derive(KubeSchema, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new(
    "[has(self.pem), has(self.configMapKeyRef), has(self.authorityName)].exists_one(x, x)"
).message("ROOT-01: set exactly one of pem, configMapKeyRef and authorityName"))]
pub struct Certificate {
    /// Exactly one PEM block of type CERTIFICATE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 65536))]
    pub pem: Option<String>,
    /// A key of a `ConfigMap` of this namespace, with PEM or DER.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_map_key_ref: Option<ConfigMapKeyRef>,
    /// The root of that authority of the issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub authority_name: Option<String>,
}

/// A key of a `ConfigMap` of the same namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConfigMapKeyRef {
    /// The name of the `ConfigMap`.
    #[schemars(schema_with = "schema::object_name")]
    pub name: String,
    /// The key in its data or binaryData.
    #[schemars(schema_with = "schema::config_map_key")]
    pub key: String,
}

/// What became of a `TrustedRootProfile` and its devices. Written by the operator alone, and never read as input.
#[derive(KubeSchema, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrustedRootProfileStatus {
    /// The generation that this status speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// The generation that the issuer serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub programmed_generation: Option<i64>,
    /// The value of the annotation scepter.dev/reconcile-requested-at that was last acted upon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 253))]
    pub last_handled_reconcile_at: Option<String>,
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
    /// The certificate that the issuer delivers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateFacts>,
    /// The `ScepProfile`s of this namespace that refer to this root, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100), inner(length(max = 253)))]
    #[x_kube(merge_strategy = ListMerge::Atomic)]
    pub used_by: Vec<String>,
    /// How many `ScepProfile`s refer to this root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_by_count: Option<i64>,
    /// The devices by state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
    /// Why devices failed, the most frequent reason first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16))]
    #[x_kube(merge_strategy = ListMerge::Atomic)]
    pub failures: Vec<FailureCount>,
    /// Devices, the worst first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 100))]
    #[x_kube(merge_strategy = ListMerge::Atomic)]
    pub devices: Vec<DeviceRow>,
    /// How many devices are not listed here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub omitted_devices: Option<i64>,
}
