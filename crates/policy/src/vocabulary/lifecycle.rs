//! Words about the life of an assignment and of a declared object.

use super::vocabulary;

vocabulary! {
    /// What became of one device's certificate under one profile. All but the last two partition the assigned devices.
    /// The order of definition is "worst first", the order of rows in a status.
    DeviceState {
        /// A rule, a refusal or the device's own report ended the attempt.
        Failed = "Failed",
        /// The certificate ran out and was not renewed.
        Expired = "Expired",
        /// No longer entitled; revoking waits for a release.
        RevocationHeld = "RevocationHeld",
        /// Inside the renewal window, not renewed yet.
        RenewalDue = "RenewalDue",
        /// Assigned; nothing handed out yet (for example the root has not arrived).
        Pending = "Pending",
        /// A challenge is out; no certificate yet.
        ChallengeIssued = "ChallengeIssued",
        /// The certificate is durably recorded; the device has not confirmed it.
        Issued = "Issued",
        /// The device said that it installed the certificate.
        Installed = "Installed",
        /// The profile's platform or applicability rules leave this device out.
        NotApplicable = "NotApplicable",
        /// The certificate was revoked and the device is no longer assigned.
        Revoked = "Revoked",
    }
}

impl DeviceState {
    /// Whether a row in this state counts as assigned.
    pub const fn is_assigned(self) -> bool {
        match self {
            Self::Failed
            | Self::Expired
            | Self::RevocationHeld
            | Self::RenewalDue
            | Self::Pending
            | Self::ChallengeIssued
            | Self::Issued
            | Self::Installed => true,
            Self::NotApplicable | Self::Revoked => false,
        }
    }
}

vocabulary! {
    /// How bad a diagnostic is.
    Severity {
        /// The object is refused, or the device fails.
        Error = "error",
        /// The object is accepted; somebody should look.
        Warning = "warning",
    }
}

vocabulary! {
    /// What deleting an object does to the certificates issued under it.
    DeletionPolicy {
        /// They are revoked.
        Revoke = "Revoke",
        /// They live on, until their device or user leaves.
        Retain = "Retain",
    }
}
