//! Who may still ask: rates for each source, device and authority, held before anything costs us a private-key operation.
//!
//! A limit that is reached is told over HTTP, not by a CertRep: that would have to be signed, and clients take FAILURE as
//! final (decision 0200).

mod allowance;
mod source;

use std::num::NonZeroU32;
use std::time::Duration;

use scepter_policy::identity::{AssignmentKey, AuthorityName};

use crate::configuration::{self, Period, Rate};
use allowance::Allowance;

pub(crate) use source::{Proxies, Source};

/// When to come again if the queue of private-key operations is full.
const BUSY_FOR: Duration = Duration::from_secs(5);

/// How often a device's row says that it asks too often: it must not fill the log that it is to be kept out of.
const NOTICE: Rate = Rate { requests: NonZeroU32::MIN, per: Period::Hour, burst: NonZeroU32::MIN };

/// What everybody has left.
#[derive(Debug)]
pub(crate) struct Limits {
    sources: Option<Allowance>,
    devices: Option<Allowance>,
    authorities: Option<Allowance>,
    ocsp: Option<Allowance>,
    notices: Allowance,
}

/// Somebody has nothing left for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{by}: again in {} s", wait.as_secs())]
pub(crate) struct Limited {
    /// Whose limit it is.
    pub(crate) by: LimitedBy,
    /// When the next request would be heard.
    pub(crate) wait: Duration,
}

impl Limited {
    /// The queue of private-key operations is full.
    pub(crate) const BUSY: Self = Self { by: LimitedBy::Queue, wait: BUSY_FOR };
}

/// Whose limit was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LimitedBy {
    /// The sender's address.
    #[error("the source sends too much")]
    Source,
    /// The device that the credential belongs to.
    #[error("the device asks too often")]
    Device,
    /// All who ask this authority.
    #[error("the authority is asked too much")]
    Authority,
    /// All: as many private-key operations wait as may.
    #[error("the issuer is busy")]
    Queue,
}

impl LimitedBy {
    /// A metric's label.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::Source => "SourceRateLimited",
            Self::Device => "DeviceRateLimited",
            Self::Authority => "AuthorityRateLimited",
            Self::Queue => "Busy",
        }
    }
}

impl Limits {
    /// Everybody has everything.
    pub(crate) fn new(configured: &configuration::Limits) -> Self {
        let of = |rate: Option<Rate>| rate.map(Allowance::new);
        Self {
            sources: of(configured.per_source),
            devices: of(configured.per_device),
            authorities: of(configured.per_authority),
            ocsp: of(configured.ocsp_per_source),
            notices: Allowance::new(NOTICE),
        }
    }

    /// Takes one message from what a source and an authority have left. The source comes first, so that one that sends too
    /// much takes nothing from an authority's other clients.
    pub(crate) fn message(&self, source: Source, authority: &AuthorityName) -> Result<(), Limited> {
        take(self.sources.as_ref(), LimitedBy::Source, &source)?;
        take(self.authorities.as_ref(), LimitedBy::Authority, authority)
    }

    /// Takes one request from what a device has left.
    pub(crate) fn device(&self, key: &AssignmentKey) -> Result<(), Limited> {
        take(self.devices.as_ref(), LimitedBy::Device, &(&key.tenant, &key.device))
    }

    /// Takes one OCSP answer from what a source has left.
    pub(crate) fn ocsp(&self, source: Source) -> Result<(), Limited> {
        take(self.ocsp.as_ref(), LimitedBy::Source, &source)
    }

    /// Whether it is time to say on a device's row that it asks too often.
    pub(crate) fn is_news(&self, key: &AssignmentKey) -> bool {
        self.notices.take(key).is_ok()
    }
}

fn take(allowance: Option<&Allowance>, by: LimitedBy, who: &impl std::hash::Hash) -> Result<(), Limited> {
    let Some(allowance) = allowance else { return Ok(()) };
    allowance.take(who).map_err(|wait| Limited { by, wait })
}
