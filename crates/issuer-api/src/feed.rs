//! The feed of changed objects.

use scepter_policy::identity::ObjectKey;
use serde::{Deserialize, Serialize};

/// A place in the feed; opaque to clients.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

/// Objects whose report may have changed, each once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Where to go on.
    pub cursor: Cursor,
    /// What changed. After a 410 (`Gone`) the client lists everything instead.
    pub changed: Vec<ObjectKey>,
}
