//! What became of a load.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use scepter_scep::FailInfo;

use crate::enrollment::EnrollError;

/// Why a request of a load brought no certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shortfall {
    /// CertRep FAILURE with that failInfo.
    Refused(FailInfo),
    /// CertRep PENDING.
    Pending,
    /// Another HTTP status than 200.
    Status(u16),
    /// No answer over HTTP.
    Unanswered,
    /// An answer that is no CertRep, does not fit its request, or cannot be opened.
    Unreadable,
}

impl fmt::Display for Shortfall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(fail_info) => write!(f, "failInfo {}", fail_info.as_str()),
            Self::Pending => f.write_str("PENDING"),
            Self::Status(status) => write!(f, "HTTP {status}"),
            Self::Unanswered => f.write_str("unanswered"),
            Self::Unreadable => f.write_str("unreadable"),
        }
    }
}

impl From<EnrollError> for Shortfall {
    fn from(error: EnrollError) -> Self {
        use crate::transport::TransportError;
        match error {
            EnrollError::Refused { code, text: _ } => Self::Refused(code),
            EnrollError::Pending => Self::Pending,
            EnrollError::Transport(TransportError::Status { status, .. }) => Self::Status(status),
            EnrollError::Transport(
                TransportError::Trust(_)
                | TransportError::Unreachable { .. }
                | TransportError::TooLarge { .. }
                | TransportError::Authority { .. },
            ) => Self::Unanswered,
            EnrollError::Key(_)
            | EnrollError::Random(_)
            | EnrollError::Request(_)
            | EnrollError::Transaction
            | EnrollError::Extensions(_)
            | EnrollError::Imposter(_)
            | EnrollError::Malformed(_)
            | EnrollError::Unexpected(_)
            | EnrollError::Envelope
            | EnrollError::NoUrl => Self::Unreadable,
        }
    }
}

/// What became of a load: certificates are counted, never HTTP statuses.
#[derive(Clone, Debug)]
pub struct Tally {
    /// From the first request sent to the last answer received.
    pub elapsed: Duration,
    /// Requests that were granted: answers with SUCCESS that verify.
    pub successes: usize,
    /// Different serial numbers among their certificates. An answer in a cipher that is refused here, such as DES, does not
    /// tell its serial number.
    pub distinct_serials: usize,
    /// The other requests, by what they met.
    pub shortfalls: BTreeMap<Shortfall, usize>,
    /// Why the first of them brought none, in full.
    pub first_failure: Option<String>,
    latencies: Vec<Duration>,
}

impl Tally {
    /// Counts. An outcome is a serial number, or why there is none.
    pub(super) fn new(
        elapsed: Duration,
        mut latencies: Vec<Duration>,
        outcomes: Vec<Result<String, EnrollError>>,
    ) -> Self {
        latencies.sort_unstable();
        let (mut successes, mut serials, mut shortfalls) = (0, BTreeSet::new(), BTreeMap::new());
        let mut first_failure = None;
        for outcome in outcomes {
            match outcome {
                Ok(serial) => {
                    successes += 1;
                    serials.insert(serial);
                }
                Err(EnrollError::Envelope) => successes += 1,
                Err(error) => {
                    first_failure.get_or_insert_with(|| error.to_string());
                    *shortfalls.entry(error.into()).or_default() += 1;
                }
            }
        }
        Self { elapsed, successes, distinct_serials: serials.len(), shortfalls, first_failure, latencies }
    }

    /// Certificates in a second.
    #[expect(clippy::cast_precision_loss, reason = "a load has far fewer than 2^52 requests")]
    pub fn successes_per_second(&self) -> f64 {
        self.successes as f64 / self.elapsed.as_secs_f64().max(f64::EPSILON)
    }

    /// The latency that this share of the answers, in percent, did not exceed; zero where there was none. 100 is the slowest.
    pub fn latency(&self, percent: usize) -> Duration {
        let rank = (self.latencies.len() * percent.min(100)).div_ceil(100);
        self.latencies.get(rank.saturating_sub(1)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(outcomes: Vec<Result<String, EnrollError>>) -> Tally {
        Tally::new(Duration::from_secs(2), (1..=10).rev().map(Duration::from_millis).collect(), outcomes)
    }

    #[test]
    fn a_serial_that_was_issued_twice_shows() {
        let tally = tally(vec![Ok("0a".to_owned()), Ok("0b".to_owned()), Ok("0a".to_owned())]);
        assert_eq!((tally.successes, tally.distinct_serials), (3, 2));
        assert!((tally.successes_per_second() - 1.5).abs() < 1e-9);
    }

    #[test]
    fn a_grant_that_cannot_be_opened_counts_without_a_serial() {
        let tally = tally(vec![Ok("0a".to_owned()), Err(EnrollError::Envelope)]);
        assert_eq!((tally.successes, tally.distinct_serials), (2, 1));
        assert!(tally.shortfalls.is_empty());
    }

    #[test]
    fn what_brought_no_certificate_is_counted_by_what_it_met() {
        let refused = || EnrollError::Refused { code: FailInfo::BadRequest, text: None };
        let tally = tally(vec![Err(refused()), Err(EnrollError::Transaction), Err(refused())]);
        let met: Vec<_> = tally.shortfalls.iter().map(|(met, count)| (met.to_string(), *count)).collect();
        assert_eq!(met, [("failInfo 2".to_owned(), 2), ("unreadable".to_owned(), 1)]);
        assert_eq!(tally.successes, 0);
        assert_eq!(tally.first_failure.as_deref(), Some("the issuer refused: failInfo 2"));
    }

    #[test]
    fn a_percentile_is_the_latency_of_a_request_that_was_sent() {
        let tally = tally(Vec::new());
        let milliseconds = [50, 90, 99, 100].map(|percent| tally.latency(percent).as_millis());
        assert_eq!(milliseconds, [5, 9, 10, 10]);
        assert_eq!(Tally::new(Duration::ZERO, Vec::new(), Vec::new()).latency(50), Duration::ZERO);
    }
}
