//! Correlation ids: what a log and an error message share.

use std::fmt;

/// Names one request in the log. Random, and no secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct CorrelationId([u8; 8]);

impl CorrelationId {
    /// A new one. Without randomness all are the same, and nothing else fails for it.
    pub(crate) fn random() -> Self {
        let mut bytes = [0; 8];
        let _ = getrandom::fill(&mut bytes);
        Self(bytes)
    }
}

impl fmt::Display for CorrelationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}
