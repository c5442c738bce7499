//! Parts of a status that more than one kind has.

use kube::KubeSchema;
use scepter_policy::plan::Effect;
use scepter_policy::vocabulary::Severity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A finding about the object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DiagnosticEntry {
    /// The rule that speaks, such as `VAR-01`.
    #[schemars(length(max = 16))]
    pub rule: String,
    /// Whether the object is refused for it.
    pub severity: Severity,
    /// The field, such as `spec.subjectAlternativeNames[0].value`.
    #[schemars(length(max = 512))]
    pub field: String,
    /// What is wrong and how to mend it.
    #[schemars(length(max = 1024))]
    pub message: String,
}

/// What applying the object does to certificates, or would do.
#[derive(KubeSchema, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanStatus {
    /// The plan's id: the annotation scepter.dev/approve-plan with this value releases it.
    #[schemars(length(max = 64))]
    pub id: String,
    /// Whether it waits for that approval.
    pub held: bool,
    /// Assignments that come into being.
    pub create: i64,
    /// Assignments that change without a new certificate.
    pub update: i64,
    /// Certificates that are requested anew.
    pub reissue: i64,
    /// Certificates that are revoked.
    pub revoke: i64,
    /// Assignments that end without a certificate.
    pub remove: i64,
    /// The fields that changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    #[x_kube(merge_strategy = ListMerge::Atomic)]
    pub changes: Vec<PlannedChange>,
}

/// A field that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlannedChange {
    /// The field's path.
    #[schemars(length(max = 512))]
    pub field: String,
    /// What its change does to certificates.
    pub effect: Effect,
}
