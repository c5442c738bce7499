//! Answers about declared objects.

use jiff::Timestamp;
use scepter_policy::diagnostics::Diagnostics;
use scepter_policy::identity::ObjectKey;
use scepter_policy::plan::Plan;
use scepter_policy::report::{CertificateFacts, DeviceRow, FailureCount, Summary};
use scepter_policy::vocabulary::Platform;
use serde::{Deserialize, Serialize};

/// Whether a PUT or DELETE changes anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It does.
    Apply,
    /// It is computed and rolled back (`?dryRun=All`): `scepter plan` and `spec.suspend`.
    DryRun,
}

/// The answer to a PUT. `Refused` comes with status 422, the others with 200.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome")]
pub enum PutOutcome {
    /// It serves now (or would, in a dry run).
    Applied(Applied),
    /// It waits for approval; the old revision goes on serving.
    Held(Applied),
    /// It cannot serve; the findings need the authority or the neighbours.
    Refused {
        /// Why.
        diagnostics: Diagnostics,
        /// Set when the profile's root does not anchor its authority (ROOT-08).
        #[serde(default, skip_serializing_if = "Option::is_none", rename = "rootMismatch")]
        root_mismatch: Option<RootMismatch>,
    },
}

/// What applying did, or would do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Applied {
    /// The plan that was carried out.
    pub plan: PlanReport,
    /// The generation that serves.
    pub programmed_generation: i64,
    /// Findings that do not stop it.
    #[serde(default)]
    pub warnings: Diagnostics,
    /// Where devices reach the issuer for this profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
}

/// A plan with its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanReport {
    /// Names exactly this plan, for approval.
    pub id: String,
    /// What it does.
    #[serde(flatten)]
    pub plan: Plan,
}

/// A profile's root is not the one that anchors its authority: no device could succeed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RootMismatch {
    /// SHA-1 thumbprint of the root that the profile names.
    pub referenced: String,
    /// SHA-1 thumbprint of the authority's root.
    pub authority: String,
}

/// The answer to a DELETE.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome")]
pub enum DeleteOutcome {
    /// Gone; so many certificates were revoked.
    Deleted {
        /// Certificates revoked by this deletion.
        revoked: u32,
    },
    /// It waits for approval.
    Held(PlanReport),
    /// There was nothing.
    Absent,
}

/// What the issuer knows of one declared object: the source of its status.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObjectReport {
    /// The object.
    pub key: ObjectKey,
    /// The platform of a profile or root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// The generation that serves.
    pub programmed_generation: i64,
    /// Devices by state.
    #[serde(default)]
    pub summary: Summary,
    /// Failures by reason, most frequent first, at most 16.
    #[serde(default)]
    pub failures: Vec<FailureCount>,
    /// Rows, worst first, as many as asked for with `?devices=`.
    #[serde(default)]
    pub devices: Vec<DeviceRow>,
    /// Rows that were left out.
    #[serde(default)]
    pub omitted_devices: i64,
    /// A trusted root's certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateFacts>,
    /// A source's last sync.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceReport>,
}

/// What an inventory source brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceReport {
    /// Users that it declares.
    pub users: i64,
    /// Devices that it declares.
    pub devices: i64,
    /// Groups that it declares.
    pub groups: i64,
    /// When it was last taken in.
    pub last_sync_time: Timestamp,
    /// Records that were refused, at most 20.
    #[serde(default)]
    pub rejected: Vec<RejectedRecord>,
}

/// An inventory record that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedRecord {
    /// Which, such as `device laptop-7`.
    pub record: String,
    /// The rule that speaks.
    pub rule: String,
    /// Why; quotes nothing of the record.
    pub message: String,
}
