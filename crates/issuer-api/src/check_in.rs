//! A device's check-in, and what it reports.

use jiff::Timestamp;
use scepter_policy::identity::{Association, ObjectName};
use scepter_policy::vocabulary::KeyUsage;
use serde::{Deserialize, Serialize};

/// What a device receives at check-in: roots first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckIn {
    /// Roots to trust.
    pub roots: Vec<RootDelivery>,
    /// Profiles to enroll with.
    pub profiles: Vec<ProfileDelivery>,
    /// Profiles that wait, and why.
    pub pending: Vec<PendingProfile>,
}

/// A root to trust.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RootDelivery {
    /// The `TrustedRootProfile`.
    pub profile: ObjectName,
    /// The certificate, DER as base64.
    #[serde(with = "crate::document::base64_bytes")]
    pub certificate: Vec<u8>,
    /// Whether the device has reported it as installed already.
    pub installed: bool,
    /// The root alone, in the words of the device's platform.
    pub payload: Payload,
}

/// A profile to enroll with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProfileDelivery {
    /// The `ScepProfile`.
    pub profile: ObjectName,
    /// Which of the profile's certificates.
    #[serde(default)]
    pub association: Association,
    /// Where to enroll, in the order to try.
    pub urls: Vec<String>,
    /// The challenge password.
    pub challenge: String,
    /// When it expires.
    pub expires_at: Timestamp,
    /// The subject, as canonical text.
    pub subject: String,
    /// The subject as DER, base64: exactly what the request must carry.
    #[serde(with = "crate::document::base64_bytes")]
    pub subject_der: Vec<u8>,
    /// The alternative names, such as `dns:host.example.com`.
    pub san: Vec<String>,
    /// The subjectAltName extension's value as DER, base64; empty when there is none.
    #[serde(with = "crate::document::base64_bytes")]
    pub san_der: Vec<u8>,
    /// Key size in bits.
    pub key_size: u32,
    /// Key usages.
    pub key_usages: Vec<KeyUsage>,
    /// Extended key usages, dotted.
    pub extended_key_usages: Vec<String>,
    /// SHA-256 thumbprint of the authority's certificate that must be among those of GetCACert, upper-case hex (TH-17).
    pub ca_thumbprint: String,
    /// The same in the words of the device's platform, its root included.
    pub payload: Payload,
}

/// A document for a management server to hand to the device.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Payload {
    /// Its media type: an Apple configuration profile, the body of a SyncML message, or JSON.
    pub content_type: String,
    /// The document. That of a profile holds the challenge password.
    pub body: String,
}

impl std::fmt::Debug for Payload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Payload").field("content_type", &self.content_type).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for ProfileDelivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProfileDelivery")
            .field("profile", &self.profile)
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

/// A profile that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingProfile {
    /// The `ScepProfile`.
    pub profile: ObjectName,
    /// Why, such as `RootNotDelivered` or `VAR-05`.
    pub reason: String,
    /// Why, as a sentence.
    pub message: String,
}

/// What a device says became of one delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum DeviceReport {
    /// About a root.
    Root {
        /// The `TrustedRootProfile`.
        profile: ObjectName,
        /// What became of it.
        outcome: ReportedOutcome,
    },
    /// About a certificate.
    Certificate {
        /// The `ScepProfile`.
        profile: ObjectName,
        /// Which of its certificates.
        #[serde(default)]
        association: Association,
        /// The serial number of the certificate that was installed, lower-case hex.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        serial_number: Option<String>,
        /// What became of it.
        outcome: ReportedOutcome,
    },
}

/// What became of a delivery on the device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ReportedOutcome {
    /// Installed.
    Installed,
    /// Not installed; the device's own words, cut to 256 characters.
    Failed(String),
}
