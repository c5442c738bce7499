//! Challenges on request of an admin.

use jiff::Timestamp;
use scepter_policy::identity::DeviceId;
use serde::{Deserialize, Serialize};

/// Asks for challenges of one profile; root reported or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MintRequest {
    /// For whom.
    pub devices: MintTarget,
}

/// For whom challenges are minted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum MintTarget {
    /// One device.
    Device(DeviceId),
    /// Every assigned device.
    All,
}

/// What was minted, and for whom not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MintedChallenges {
    /// Challenges.
    pub minted: Vec<Minted>,
    /// Devices that got none.
    #[serde(default)]
    pub not_minted: Vec<NotMinted>,
}

/// One challenge and what to ask for with it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Minted {
    /// The device.
    pub device: DeviceId,
    /// The challenge password. Whoever holds it can enroll as this device once, until it expires.
    pub challenge: String,
    /// Where to enroll.
    pub url: String,
    /// The subject to ask for, as canonical text.
    pub subject: String,
    /// The alternative names to ask for, such as `dns:host.example.com`.
    pub san: Vec<String>,
    /// When the challenge expires.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for Minted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Minted").field("device", &self.device).field("url", &self.url).finish_non_exhaustive()
    }
}

/// A device that got no challenge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotMinted {
    /// The device.
    pub device: DeviceId,
    /// Why, with the rule's id where one speaks.
    pub message: String,
}
