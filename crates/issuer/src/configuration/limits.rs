//! How much anyone may ask for, and how long they may take. The defaults are for a fleet behind one address, and for hosts
//! with few file descriptors (decision 0200).

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use ipnet::IpNet;
use jiff::SignedDuration;
use serde::Deserialize;

use super::ConfigurationError;

/// The highest number of requests, and the longest burst: what is beyond is no limit, so it is said with `null`.
const MAX_REQUESTS: u32 = 1_000_000;

/// The longest time that a client can be given.
const MAX_TIMEOUT: SignedDuration = SignedDuration::from_mins(10);

/// Limits of rates, connections and times. `null` in the place of a rate turns it off.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Limits {
    /// The networks of reverse proxies, whose word for a client's address is taken. Nobody else's is.
    pub trusted_proxies: Vec<IpNet>,
    /// The header in which those proxies name it. They must set or extend it themselves.
    pub forwarded_header: ForwardedHeader,
    /// Messages of one client address, or of one /64 of IPv6.
    pub per_source: Option<Rate>,
    /// Authorised requests of one device.
    pub per_device: Option<Rate>,
    /// Messages to one authority.
    pub per_authority: Option<Rate>,
    /// OCSP answers that have to be signed for one client address.
    pub ocsp_per_source: Option<Rate>,
    /// RSA operations that wait for a processor. It is longer than one source has connections: alone, none fills it.
    pub rsa_queue: NonZeroUsize,
    /// What one connection may cost.
    pub connections: ConnectionLimits,
}

/// Which header names a client's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For`, as nearly every proxy writes it.
    #[serde(rename = "X-Forwarded-For")]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// So many requests in so much time, and so many at once after a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rate {
    /// How many, over a longer time.
    pub requests: NonZeroU32,
    /// The time.
    pub per: Period,
    /// How many may come at once.
    pub burst: NonZeroU32,
}

/// The unit of a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Period {
    /// 1 s.
    Second,
    /// 60 s.
    Minute,
    /// 3600 s.
    Hour,
}

/// How many connections a listener holds, and how long each may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ConnectionLimits {
    /// Open at once on one listener; more wait in the kernel's queue.
    pub per_listener: NonZeroUsize,
    /// Open at once from one client address; more are closed. A trusted proxy has no such limit.
    pub per_source: NonZeroUsize,
    /// To send the head of a request, or to be silent between two.
    pub head_timeout: Timeout,
    /// To send a request's body and have it answered.
    pub request_timeout: Timeout,
    /// To take more of an answer: a reader that takes nothing for so long is cut.
    pub write_timeout: Timeout,
    /// For a TLS handshake.
    pub handshake_timeout: Timeout,
}

/// A time that a client is given: more than nothing, ten minutes at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "SignedDuration")]
pub struct Timeout(Duration);

impl Timeout {
    /// A number of seconds; `None` where it is no timeout.
    pub fn from_secs(seconds: i64) -> Option<Self> {
        Self::try_from(SignedDuration::from_secs(seconds)).ok()
    }

    /// As the runtime takes it.
    pub fn duration(self) -> Duration {
        self.0
    }
}

impl TryFrom<SignedDuration> for Timeout {
    type Error = &'static str;

    fn try_from(time: SignedDuration) -> Result<Self, Self::Error> {
        const NO_TIMEOUT: &str = "a timeout is longer than nothing, and 10m at most";
        if time > MAX_TIMEOUT {
            return Err(NO_TIMEOUT);
        }
        Duration::try_from(time).ok().filter(|time| !time.is_zero()).map(Self).ok_or(NO_TIMEOUT)
    }
}

impl Rate {
    const fn new(requests: u32, per: Period, burst: u32) -> Option<Self> {
        match (NonZeroU32::new(requests), NonZeroU32::new(burst)) {
            (Some(requests), Some(burst)) => Some(Self { requests, per, burst }),
            _ => None,
        }
    }
}

impl Period {
    /// How long it is.
    pub fn duration(self) -> Duration {
        match self {
            Self::Second => Duration::from_secs(1),
            Self::Minute => Duration::from_mins(1),
            Self::Hour => Duration::from_hours(1),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            trusted_proxies: Vec::new(),
            forwarded_header: ForwardedHeader::XForwardedFor,
            per_source: Rate::new(100, Period::Second, 5000),
            per_device: Rate::new(6, Period::Minute, 30),
            per_authority: Rate::new(500, Period::Second, 5000),
            ocsp_per_source: Rate::new(500, Period::Second, 10_000),
            rsa_queue: NonZeroUsize::new(1024).unwrap_or(NonZeroUsize::MIN),
            connections: ConnectionLimits::default(),
        }
    }
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        let seconds = |seconds| Timeout(Duration::from_secs(seconds));
        let count = |count| NonZeroUsize::new(count).unwrap_or(NonZeroUsize::MIN);
        Self {
            per_listener: count(1024),
            per_source: count(512),
            head_timeout: seconds(15),
            request_timeout: seconds(30),
            write_timeout: seconds(30),
            handshake_timeout: seconds(10),
        }
    }
}

impl Limits {
    pub(super) fn check(&self) -> Result<(), ConfigurationError> {
        let rates = [
            ("perSource", self.per_source),
            ("perDevice", self.per_device),
            ("perAuthority", self.per_authority),
            ("ocspPerSource", self.ocsp_per_source),
        ];
        for (name, rate) in rates {
            let is_beyond = |rate: Rate| rate.requests.max(rate.burst).get() > MAX_REQUESTS;
            if rate.is_some_and(is_beyond) {
                return Err(ConfigurationError::UnusableRate { name, most: MAX_REQUESTS });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Limits, String> {
        serde_saphyr::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_not_said_is_the_default_and_null_turns_a_rate_off() {
        let limits = read("perSource: null\nconnections: {headTimeout: 5s}\n").unwrap();
        let defaults = Limits::default();
        assert_eq!(limits.per_source, None);
        assert_eq!(limits.per_device, defaults.per_device);
        assert_eq!(limits.connections.head_timeout.duration(), Duration::from_secs(5));
        assert_eq!(limits.connections.request_timeout, defaults.connections.request_timeout);
        assert_eq!(defaults.check(), Ok(()));
    }

    #[test]
    fn a_rate_that_lets_nothing_through_and_a_timeout_that_is_none_are_refused_with_the_reason() {
        for (text, says) in [
            ("perSource: {requests: 0, per: Second, burst: 1}", "nonzero"),
            ("perSource: {requests: 1, per: Day, burst: 1}", "Day"),
            ("perSource: {requests: 1, per: Second}", "burst"),
            ("connections: {headTimeout: 0s}", "longer than nothing"),
            ("connections: {headTimeout: -1s}", "longer than nothing"),
            ("connections: {headTimeout: 11m}", "10m at most"),
            ("connections: {perListener: 0}", "nonzero"),
            ("trustedProxies: [10.0.0.0/33]", "10.0.0.0/33"),
            ("trustedProxies: [proxy.example]", "proxy.example"),
            ("perHost: null", "perHost"),
        ] {
            let problem = read(text).unwrap_err();
            assert!(problem.contains(says), "{text}: {problem}");
        }
    }

    #[test]
    fn a_rate_beyond_what_can_be_counted_is_named() {
        let limits = read("perDevice: {requests: 1, per: Hour, burst: 1000001}").unwrap();
        let problem = limits.check().unwrap_err().to_string();
        assert!(problem.contains("perDevice") && problem.contains("1000000"), "{problem}");
        assert_eq!(read("perDevice: {requests: 1, per: Hour, burst: 1000000}").unwrap().check(), Ok(()));
    }
}
