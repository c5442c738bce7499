//! What became of a profile's devices, as numbers and rows: the store counts them, the issuer's API carries them, a
//! status shows them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::identity::{DeviceId, UserId};
use crate::vocabulary::DeviceState;

/// Devices by state. The fields from `pending` to `revocation_held` partition `assigned`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Summary {
    /// Rows that count as assigned.
    pub assigned: i64,
    /// Nothing handed out yet.
    pub pending: i64,
    /// A challenge is out.
    pub challenge_issued: i64,
    /// Recorded, not confirmed by the device.
    pub issued: i64,
    /// Confirmed by the device.
    pub installed: i64,
    /// Inside the renewal window.
    pub renewal_due: i64,
    /// Ended by a rule, a refusal or the device's report.
    pub failed: i64,
    /// Ran out.
    pub expired: i64,
    /// No longer entitled, revoking held.
    pub revocation_held: i64,
    /// Left out by platform or applicability.
    pub not_applicable: i64,
    /// Revoked.
    pub revoked: i64,
    /// Devices that hold a live certificate: issued, installed or due for renewal.
    pub certificates: i64,
}

impl Summary {
    /// Counts rows in one state.
    pub fn add(&mut self, state: DeviceState, rows: i64) {
        let field = match state {
            DeviceState::Failed => &mut self.failed,
            DeviceState::Expired => &mut self.expired,
            DeviceState::RevocationHeld => &mut self.revocation_held,
            DeviceState::RenewalDue => &mut self.renewal_due,
            DeviceState::Pending => &mut self.pending,
            DeviceState::ChallengeIssued => &mut self.challenge_issued,
            DeviceState::Issued => &mut self.issued,
            DeviceState::Installed => &mut self.installed,
            DeviceState::NotApplicable => &mut self.not_applicable,
            DeviceState::Revoked => &mut self.revoked,
        };
        *field += rows;
        if state.is_assigned() {
            self.assigned += rows;
        }
        if matches!(state, DeviceState::Issued | DeviceState::Installed | DeviceState::RenewalDue) {
            self.certificates += rows;
        }
    }
}

/// One device's row under one profile. Ids are inventory ids: names, UPNs and IMEIs stay in the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct DeviceRow {
    /// The device.
    pub device: DeviceId,
    /// Its user, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// The Wi-Fi or VPN profile that this certificate is for, `WiFi/NAME` or `VPN/NAME`; absent for the profile's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub association: Option<String>,
    /// What became of it.
    pub state: DeviceState,
    /// Why: a rule id such as `VAR-05`, a refusal such as `ChallengeUsed`, or a word such as `RootNotDelivered`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The reason as a sentence, at most 256 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The certificate's serial number, lower-case hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<String>,
    /// The certificate's SHA-1 thumbprint, as Windows shows it: upper-case hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha1_thumbprint: Option<String>,
    /// When the certificate ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Timestamp>,
    /// When the state last changed.
    pub last_transition_time: Timestamp,
}

/// How many devices failed for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct FailureCount {
    /// The reason, as in [`DeviceRow::reason`].
    pub reason: String,
    /// How many devices.
    pub count: i64,
    /// One of them, the first by id.
    pub example_device: DeviceId,
}

/// What a certificate says of itself, for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct CertificateFacts {
    /// The subject, as canonical text.
    pub subject: String,
    /// The issuer, as canonical text.
    pub issuer: String,
    /// The serial number, lower-case hex.
    pub serial_number: String,
    /// SHA-1 thumbprint, upper-case hex.
    pub sha1_thumbprint: String,
    /// SHA-256 thumbprint, upper-case hex.
    pub sha256_thumbprint: String,
    /// When it begins.
    pub not_before: Timestamp,
    /// When it ends.
    pub not_after: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_states_that_count_as_assigned_partition_assigned() {
        let mut summary = Summary::default();
        for state in DeviceState::ALL {
            summary.add(*state, 1);
        }
        let parts = summary.pending
            + summary.challenge_issued
            + summary.issued
            + summary.installed
            + summary.renewal_due
            + summary.failed
            + summary.expired
            + summary.revocation_held;
        assert_eq!(summary.assigned, parts);
        assert_eq!(summary.certificates, summary.issued + summary.installed + summary.renewal_due);
        assert_eq!(
            parts + summary.not_applicable + summary.revoked,
            i64::try_from(DeviceState::ALL.len()).unwrap()
        );
    }
}
