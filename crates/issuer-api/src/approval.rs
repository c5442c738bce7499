//! Requests that wait until somebody approves them.

use jiff::Timestamp;
use scepter_policy::identity::{Association, DeviceId, ObjectName};
use serde::{Deserialize, Serialize};

/// A namespace's requests that wait for a decision, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestList {
    /// The requests.
    pub items: Vec<RequestRecord>,
}

/// A request that waits. It was judged when it came, and will be judged again before it is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestRecord {
    /// What names it: the public half of the challenge that it spends, or the certificate that it renews.
    pub id: String,
    /// The profile.
    pub profile: ObjectName,
    /// The device.
    pub device: DeviceId,
    /// Which of the profile's certificates it asks for.
    #[serde(default)]
    pub association: Association,
    /// When it came.
    pub requested_at: Timestamp,
    /// When it stops waiting.
    pub expires_at: Timestamp,
    /// The certification request, DER as base64. It holds the challenge, which is good for this very request alone.
    #[serde(with = "crate::document::base64_bytes")]
    pub request: Vec<u8>,
}

/// Decides about one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionRequest {
    /// What is decided.
    pub decision: Decision,
}

/// What can be decided about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decision {
    /// It may be answered with a certificate.
    Approve,
    /// It gets none; the device has to ask anew.
    Deny,
}
