//! Whom a message is for.

use std::sync::Arc;

use jiff::Timestamp;
use scepter_scep::Parsed;

use crate::authorities::{Ra, Served};

/// The CA that issues, and the RA under those certificates that the sender knows: it opens the message and signs the answer,
/// so that a sender who fetched them before a renewal or a roll-over is answered as it expects.
pub(super) struct Addressee<'a> {
    /// The CA.
    pub(super) served: &'a Served,
    /// The RA: the current one where the message is sealed to none of ours.
    pub(super) ra: Arc<Ra>,
}

impl<'a> Addressee<'a> {
    /// The addressee of a message that was sent to an authority.
    pub(super) fn of(message: &Parsed, served: &'a Served, now: Timestamp) -> Self {
        let ra = served.addressed(message, now).unwrap_or_else(|| Arc::clone(&served.front().current));
        Self { served, ra }
    }
}
