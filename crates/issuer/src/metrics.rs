//! Counters. Labels are words of ours, never what a client sent (TH-24).

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::authorities::Served;

/// Every metric of the process.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    scep_requests: Family<ScepLabels, Counter>,
    enrollment_seconds: Histogram,
    ocsp_requests: Family<OcspLabels, Counter>,
    api_requests: Family<ApiLabels, Counter>,
    connections_closed: Family<ConnectionLabels, Counter>,
    ends: Family<CertificateLabels, Gauge>,
}

/// One SCEP request, counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct ScepLabels {
    /// The operation, such as `PKIOperation`; `none` where there was none.
    pub(crate) operation: &'static str,
    /// `success`, `pending`, `failure` or `error`.
    pub(crate) result: &'static str,
    /// Why it was refused; empty on success.
    pub(crate) reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OcspLabels {
    result: &'static str,
}

/// A certificate of an authority itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CertificateLabels {
    /// The CA's name.
    ca: String,
    /// `ca` or `ra`.
    certificate: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ApiLabels {
    route: String,
    status: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ConnectionLabels {
    /// The listener's name.
    listener: &'static str,
    /// The key of `limits.connections` that was reached.
    limit: &'static str,
}

/// Why a listener closed a connection that its client had not done with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnectionLimit {
    /// Its source has all the connections that it may have.
    PerSource,
    /// The head of a request was not there in time, or nothing came after the one before.
    HeadTimeout,
    /// The client took no more of its answer.
    WriteTimeout,
    /// The TLS handshake did not end in time.
    HandshakeTimeout,
}

impl ConnectionLimit {
    const ALL: [Self; 4] = [Self::PerSource, Self::HeadTimeout, Self::WriteTimeout, Self::HandshakeTimeout];

    /// The key of `limits.connections`.
    fn as_str(self) -> &'static str {
        match self {
            Self::PerSource => "perSource",
            Self::HeadTimeout => "headTimeout",
            Self::WriteTimeout => "writeTimeout",
            Self::HandshakeTimeout => "handshakeTimeout",
        }
    }
}

/// Counts the connections that one listener closed.
#[derive(Clone, Debug)]
pub(crate) struct ClosedConnections {
    listener: &'static str,
    counters: Family<ConnectionLabels, Counter>,
}

impl ClosedConnections {
    /// Counts another one.
    pub(crate) fn count(&self, limit: ConnectionLimit) {
        self.counter(limit).inc();
    }

    fn counter(&self, limit: ConnectionLimit) -> Counter {
        self.counters
            .get_or_create_owned(&ConnectionLabels { listener: self.listener, limit: limit.as_str() })
    }
}

impl Metrics {
    /// Registers every metric.
    pub(crate) fn new() -> Self {
        let mut registry = Registry::default();
        let scep_requests = Family::default();
        registry.register("scep_requests", "SCEP requests by operation and outcome", scep_requests.clone());
        // From a millisecond to eight seconds.
        let enrollment_seconds = Histogram::new(exponential_buckets(0.001, 2.0, 14));
        registry.register_with_unit(
            "scep_enrollment_duration",
            "Time from a PKIOperation's last byte to its answer",
            Unit::Seconds,
            enrollment_seconds.clone(),
        );
        let ocsp_requests = Family::default();
        registry.register("ocsp_requests", "OCSP requests by what was answered", ocsp_requests.clone());
        let api_requests = Family::default();
        registry.register("api_requests", "API requests by route and status", api_requests.clone());
        let connections_closed = Family::default();
        registry.register(
            "connections_closed",
            "Connections that were closed by listener and limit",
            connections_closed.clone(),
        );
        let ends = Family::default();
        registry.register_with_unit(
            "authority_certificate_end",
            "When a certificate of an authority itself ends, in Unix time",
            Unit::Seconds,
            ends.clone(),
        );
        Self {
            registry,
            scep_requests,
            enrollment_seconds,
            ocsp_requests,
            api_requests,
            connections_closed,
            ends,
        }
    }

    /// Counts a SCEP request.
    pub(crate) fn count_scep(&self, labels: &ScepLabels) {
        self.scep_requests.get_or_create(labels).inc();
    }

    /// Notes how long a PKIOperation took.
    pub(crate) fn observe_enrollment(&self, seconds: f64) {
        self.enrollment_seconds.observe(seconds);
    }

    /// Counts an OCSP request by its result: `answered`, `rateLimited`, or the name of the error (RFC 6960 §4.2.1).
    pub(crate) fn count_ocsp(&self, result: &'static str) {
        self.ocsp_requests.get_or_create(&OcspLabels { result }).inc();
    }

    /// Counts an API request. `route` is the route's pattern, not the path.
    pub(crate) fn count_api(&self, route: &str, status: u16) {
        let labels = ApiLabels { route: route.to_owned(), status: status.into() };
        self.api_requests.get_or_create(&labels).inc();
    }

    /// What counts the connections that a listener closes; nothing was closed so far, and `/metrics` says so.
    pub(crate) fn closed_connections(&self, listener: &'static str) -> ClosedConnections {
        let closed = ClosedConnections { listener, counters: self.connections_closed.clone() };
        for limit in ConnectionLimit::ALL {
            closed.counter(limit);
        }
        closed
    }

    /// Notes when a CA's certificates and its RA's end.
    pub(crate) fn note_ends(&self, served: &Served) {
        let ra = served.front().current.authority.not_after();
        for (certificate, end) in [("ca", served.facts.not_after), ("ra", ra)] {
            let labels = CertificateLabels { ca: served.facts.ca.to_string(), certificate };
            self.ends.get_or_create(&labels).set(end.as_second());
        }
    }

    /// Everything as `OpenMetrics` text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
