//! What every request and every job works with.

use scepter_store::Store;

use crate::authorities::Authorities;
use crate::clock::Clock;
use crate::limits::{Limits, Proxies};
use crate::metrics::Metrics;
use crate::precedence::Precedence;

/// The issuer's parts, shared by its listeners and jobs.
#[derive(Debug)]
pub(crate) struct Issuer {
    /// The truth.
    pub(crate) store: Store,
    /// The keys.
    pub(crate) authorities: Authorities,
    /// The time.
    pub(crate) clock: Clock,
    /// The counters.
    pub(crate) metrics: Metrics,
    /// What everybody may still ask for.
    pub(crate) limits: Limits,
    /// Who may name somebody else as the sender.
    pub(crate) proxies: Proxies,
    /// Who gives way to whom.
    pub(crate) precedence: Precedence,
}
