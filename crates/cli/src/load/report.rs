//! What a load measured, as a table and as JSON.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::time::Duration;

use scepter_device::load::{ProcessUsage, Tally};
use serde::Serialize;

use crate::print::{Cell, Table};

/// A load of one server, round by round.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    server: String,
    pub(super) rounds: Vec<Round>,
}

/// One round.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Round {
    concurrency: usize,
    successes: usize,
    distinct_serials: usize,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    shortfalls: BTreeMap<String, usize>,
    seconds: f64,
    successes_per_second: f64,
    latency_milliseconds: Latency,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<Server>,
}

/// Percentiles of what a client waited for its answer.
#[derive(Debug, Serialize)]
struct Latency {
    p50: f64,
    p90: f64,
    p99: f64,
    max: f64,
}

/// What the server's process used.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Server {
    cpu_milliseconds: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cpu_milliseconds_per_success: Option<f64>,
    peak_memory_bytes: u64,
}

impl Report {
    pub(super) fn new(server: String) -> Self {
        Self { server, rounds: Vec::new() }
    }

    /// Whether every request brought a certificate with a serial number of its own.
    pub(super) fn is_perfect(&self) -> bool {
        self.rounds
            .iter()
            .all(|round| round.shortfalls.is_empty() && round.successes == round.distinct_serials)
    }
}

impl Round {
    /// A round, and the server's usage before and after it.
    pub(super) fn new(
        concurrency: NonZeroUsize,
        tally: &Tally,
        server: Option<(ProcessUsage, ProcessUsage)>,
    ) -> Self {
        let latency = |percent| milliseconds(tally.latency(percent));
        let shortfalls = tally.shortfalls.iter().map(|(met, count)| (met.to_string(), *count)).collect();
        Self {
            concurrency: concurrency.get(),
            successes: tally.successes,
            distinct_serials: tally.distinct_serials,
            shortfalls,
            seconds: tally.elapsed.as_secs_f64(),
            successes_per_second: tally.successes_per_second(),
            latency_milliseconds: Latency {
                p50: latency(50),
                p90: latency(90),
                p99: latency(99),
                max: latency(100),
            },
            server: server.map(|(before, after)| Server::new(before, after, tally.successes)),
        }
    }
}

impl Server {
    fn new(before: ProcessUsage, after: ProcessUsage, successes: usize) -> Self {
        let cpu = after.cpu.saturating_sub(before.cpu);
        let each = u32::try_from(successes).ok().and_then(|successes| cpu.checked_div(successes));
        Self {
            cpu_milliseconds: milliseconds(cpu),
            cpu_milliseconds_per_success: each.map(milliseconds),
            peak_memory_bytes: after.peak_memory,
        }
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// The columns for people.
const HEADER: [&str; 11] = [
    "AT ONCE",
    "ISSUED",
    "SERIALS",
    "FAILED",
    "PER SECOND",
    "P50 MS",
    "P90 MS",
    "P99 MS",
    "MAX MS",
    "CPU MS EACH",
    "MEMORY MIB",
];

impl Report {
    /// For people.
    pub(super) fn text(&self) -> String {
        let mut table = Table::new(HEADER);
        for round in &self.rounds {
            table.row(round.cells());
        }
        format!("{}\n{}", self.server, table.render())
    }
}

impl Round {
    fn cells(&self) -> Vec<Cell> {
        let Latency { p50, p90, p99, max } = &self.latency_milliseconds;
        let failed = self.shortfalls.iter().map(|(met, count)| format!("{count} {met}")).collect::<Vec<_>>();
        let cpu = self.server.as_ref().and_then(|server| server.cpu_milliseconds_per_success);
        let memory = self.server.as_ref().map(|server| server.peak_memory_bytes.div_ceil(1024 * 1024));
        let counts = [self.concurrency, self.successes, self.distinct_serials];
        let mut cells = counts.map(|count| count.to_string()).map(Cell::from).into_iter().collect::<Vec<_>>();
        cells.push(Cell::from(if failed.is_empty() { "0".to_owned() } else { failed.join(", ") }));
        cells.push(Cell::from(format!("{:.0}", self.successes_per_second)));
        cells.extend([p50, p90, p99, max].map(|latency| Cell::from(format!("{latency:.1}"))));
        cells.push(Cell::from(cpu.map_or_else(|| "-".to_owned(), |cpu| format!("{cpu:.2}"))));
        cells.push(Cell::from(memory.map_or_else(|| "-".to_owned(), |memory| memory.to_string())));
        cells
    }
}
