//! Who gets a profile: targets, filters and applicability, the same for both kinds of profile.

use kube::KubeSchema;
use scepter_policy::profile::FilterMode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who gets a profile.
#[derive(KubeSchema, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignments {
    /// Whom the profile is for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 128))]
    #[x_kube(merge_strategy = ListMerge::Atomic)]
    pub include: Vec<Include>,
    /// Groups that are left out. An excluded group of users takes nobody out of a group of devices, or the reverse.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 128))]
    #[x_kube(merge_strategy = ListMerge::Map(vec!["group".into()]))]
    pub exclude: Vec<Exclude>,
}

/// Exactly one of group, allUsers and allDevices.
#[derive(KubeSchema, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new(
    "[has(self.group), has(self.allUsers), has(self.allDevices)].exists_one(x, x) && (!has(self.allUsers) || self.allUsers) && (!has(self.allDevices) || self.allDevices)"
).message("ASG-01: set exactly one of group, allUsers: true and allDevices: true"))]
pub struct Include {
    /// A group of users or of devices, by its id in the inventory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 253))]
    pub group: Option<String>,
    /// Every user of the namespace's inventory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all_users: Option<bool>,
    /// Every device of the namespace's inventory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all_devices: Option<bool>,
    /// Narrows the target to devices that match, or that do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
}

/// A group that is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exclude {
    /// The group's id in the inventory.
    #[schemars(length(min = 1, max = 253))]
    pub group: String,
}

/// A filter on the devices of one target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Filter {
    /// Whether devices that match get the profile or do not.
    pub mode: FilterMode,
    /// The expression, such as `(device.manufacturer -eq "Contoso")`.
    #[schemars(length(min = 1, max = scepter_policy::filter::Filter::MAX_LENGTH))]
    pub expression: String,
}

/// Which editions and versions of Windows get a profile. Both rules must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ApplicabilityRules {
    /// By edition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_edition: Option<EditionRule>,
    /// By version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_version: Option<VersionRule>,
}

/// A rule on the edition of Windows.
#[derive(KubeSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditionRule {
    /// Whether the listed editions get the profile or do not.
    #[serde(rename = "match")]
    pub mode: FilterMode,
    /// The editions.
    #[schemars(length(min = 1, max = 64), inner(length(min = 1, max = 128)))]
    #[x_kube(merge_strategy = ListMerge::Set)]
    pub editions: Vec<String>,
}

/// A rule on the version of Windows, bounds included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VersionRule {
    /// Whether versions in the range get the profile or do not.
    #[serde(rename = "match")]
    pub mode: FilterMode,
    /// The lowest version, such as `10.0.19045.0`.
    #[schemars(length(min = 1, max = 64))]
    pub min: String,
    /// The highest version.
    #[schemars(length(min = 1, max = 64))]
    pub max: String,
}
