//! `InventorySource`: where users, devices and groups come from.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use kube::{CustomResource, KubeSchema};
use scepter_policy::inventory::Inventory;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::scep_profile::LocalRef;
use super::schema;
use super::status::{DiagnosticEntry, PlanStatus};

/// What an `InventorySource` brings in.
#[derive(CustomResource, KubeSchema, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[kube(
    group = "scepter.dev",
    version = "v1alpha1",
    kind = "InventorySource",
    plural = "inventorysources",
    shortname = "invs",
    category = "scep",
    namespaced,
    status = "InventorySourceStatus",
    derive = "PartialEq",
    doc = "Where the users, devices and groups of a namespace come from. The records themselves live in the issuer's store.",
    printcolumn(
        name = "Ready",
        type_ = "string",
        json_path = r#".status.conditions[?(@.type=="Ready")].status"#
    ),
    printcolumn(name = "Users", type_ = "integer", json_path = ".status.users"),
    printcolumn(name = "Devices", type_ = "integer", json_path = ".status.devices"),
    printcolumn(name = "Groups", type_ = "integer", json_path = ".status.groups"),
    printcolumn(name = "Synced", type_ = "date", json_path = ".status.lastSyncTime"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(
        name = "Reason",
        type_ = "string",
        json_path = r#".status.conditions[?(@.type=="Ready")].reason"#,
        priority = 1
    )
)]
#[serde(rename_all = "camelCase")]
pub struct InventorySourceSpec {
    /// How often the source is read again, such as `15m`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::duration")]
    pub interval: Option<String>,
    /// How old the last successful reading may be, such as `24h`. Older: no new challenge for its devices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::duration")]
    pub max_age: Option<String>,
    /// Judge and report, but change nothing.
    #[serde(default)]
    pub suspend: bool,
    /// Whether records that the source no longer has are removed.
    #[serde(default = "yes")]
    pub prune: bool,
    /// How many certificates a reading may take away before it waits for approval: a number or a percentage.
    #[serde(default = "default_max_deletions")]
    #[schemars(schema_with = "schema::count_or_percentage")]
    pub max_deletions: IntOrString,
    /// The source, exactly one.
    pub source: Source,
}

fn yes() -> bool {
    true
}

fn default_max_deletions() -> IntOrString {
    IntOrString::String("10%".to_owned())
}

/// A source: exactly one of inline, configMapRef and http.
#[derive(KubeSchema, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new(
    "[has(self.inline), has(self.configMapRef), has(self.http)].exists_one(x, x)"
).message("SCH-01: set exactly one of inline, configMapRef and http"))]
pub struct Source {
    /// The records themselves; for laboratories.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "schema::inline_inventory")]
    pub inline: Option<Inventory>,
    /// A `ConfigMap` of this namespace, with keys named users, devices and groups and ending in .yaml, .json, .ndjson
    /// or .csv.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config_map_ref: Option<LocalRef>,
    /// A document at a URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<HttpSource>,
}

/// A document at a URL, on a host that the operator's configuration allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HttpSource {
    /// The URL.
    #[schemars(length(min = 1, max = 2048), regex(pattern = "^https://"))]
    pub url: String,
    /// A key of a `Secret` of the type scepter.dev/http-credentials that names the URL's host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials_ref: Option<SecretKeyRef>,
}

/// A key of a `Secret` of the same namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SecretKeyRef {
    /// The name of the `Secret`.
    #[schemars(schema_with = "schema::object_name")]
    pub name: String,
    /// The key in its data.
    #[schemars(schema_with = "schema::config_map_key")]
    pub key: String,
}

/// What became of an `InventorySource`. Written by the operator alone, and never read as input.
#[derive(KubeSchema, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InventorySourceStatus {
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
    /// Ready says whether the records are in the issuer; Reconciling and Stalled are there only while true.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["type".into()]))]
    pub conditions: Vec<Condition>,
    /// What is wrong with the object, by rule and field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    #[x_kube(merge_strategy = ListMerge::Atomic)]
    pub diagnostics: Vec<DiagnosticEntry>,
    /// What a reading does to certificates, or would do while it is suspended or held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanStatus>,
    /// How many users the issuer has from this source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<i64>,
    /// How many devices the issuer has from this source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub devices: Option<i64>,
    /// How many groups the issuer has from this source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<i64>,
    /// When the issuer last took in other records than before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_sync_time: Option<Timestamp>,
    /// Records that were left out, and why; the first 20.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 20))]
    #[x_kube(merge_strategy = ListMerge::Atomic)]
    pub rejected: Vec<RejectedRecord>,
}

/// A record that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RejectedRecord {
    /// Which record, such as `devices[3]` or `user jdoe`.
    #[schemars(length(max = 280))]
    pub record: String,
    /// The rule that speaks.
    #[schemars(length(max = 16))]
    pub rule: String,
    /// What is wrong and how to mend it.
    #[schemars(length(max = 512))]
    pub message: String,
}
