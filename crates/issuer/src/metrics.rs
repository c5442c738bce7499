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
        let ends = Family::default();
        registry.register_with_unit(
            "authority_certificate_end",
            "When a certificate of an authority itself ends, in Unix time",
            Unit::Seconds,
            ends.clone(),
        );
        Self { registry, scep_requests, enrollment_seconds, ocsp_requests, api_requests, ends }
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
