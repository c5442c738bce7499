//! What keeps a test from having its world.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use serde_json::Value;

/// Why the world is not as a test needs it: what failed, and what mends it.
#[derive(thiserror::Error)]
pub enum Failure {
    /// A program that the tests drive is not installed.
    #[error("`{program}` is not installed: {remedy}")]
    ToolMissing {
        /// The program's name.
        program: &'static str,
        /// The command that installs it.
        remedy: &'static str,
    },

    /// The control plane was never built on this machine, or not from these modules.
    #[error(
        "the control plane is incomplete: {} is missing. Run `make envtest` (it needs Go, and some minutes, once), or \
         set KUBEBUILDER_ASSETS to a directory that has etcd, kube-apiserver, kube-controller-manager and kubectl",
        .missing.display()
    )]
    ControlPlaneMissing {
        /// The first binary that is not there.
        missing: PathBuf,
    },

    /// There is no directory for caches: neither of the variables that would name one is set.
    #[error("there is nowhere to keep what the tests build: set SCEPTER_CACHE or HOME")]
    NoCacheDirectory,

    /// A file or directory of the harness could not be read or written.
    #[error("cannot {action} {}: {source}", .path.display())]
    File {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },

    /// A program could not be started.
    #[error("cannot start `{program}`: {source}")]
    Start {
        /// The program.
        program: String,
        /// The operating system's answer.
        source: std::io::Error,
    },

    /// No port could be had on the loopback interface.
    #[error("cannot bind a port on 127.0.0.1: {0}")]
    NoPort(std::io::Error),

    /// A command ran and failed.
    #[error("`{command}` failed ({status}):\n{output}")]
    CommandFailed {
        /// The command line.
        command: String,
        /// How it ended.
        status: ExitStatus,
        /// What it printed, to standard error first.
        output: String,
    },

    /// A process that should have gone on has ended.
    #[error("{name} has ended ({status}) before {awaited}; the end of its output:\n{log_tail}")]
    Ended {
        /// The process' name.
        name: String,
        /// What was being waited for.
        awaited: String,
        /// How it ended.
        status: ExitStatus,
        /// The last lines of its log.
        log_tail: String,
    },

    /// A condition did not come true in time.
    #[error("not within {} s: {awaited}; last seen: {last_seen}", .limit.as_secs())]
    TimedOut {
        /// What was being waited for.
        awaited: String,
        /// How long.
        limit: Duration,
        /// Why the last attempt was not it; for a process, the last lines of its log too.
        last_seen: String,
    },

    /// Something printed text that is not the JSON it should be.
    #[error("`{command}` did not print JSON: {source}")]
    NotJson {
        /// The command line.
        command: String,
        /// The parser's answer.
        source: serde_json::Error,
    },

    /// JSON was printed, but not the thing that was asked for.
    #[error("there is no {wanted} in what was printed: {printed}")]
    Absent {
        /// What was looked for.
        wanted: String,
        /// Where.
        printed: String,
    },

    /// The cluster that was to serve does not.
    #[error("the cluster that KUBECONFIG names does not serve; unset it to have one started. {0}")]
    ClusterSilent(Box<Failure>),

    /// The cluster of this run did not start when the first test asked for it.
    #[error("there is no cluster: {0}")]
    NoCluster(&'static Failure),

    /// The cluster did not take our definitions when the first test asked for them.
    #[error("the cluster does not know our kinds: {0}")]
    NoDefinitions(&'static Failure),

    /// The binary did not build when the first test asked for it.
    #[error("there is no `scepter` to test: {0}")]
    NoScepter(&'static Failure),

    /// The server of this run did not start when the first test asked for it.
    #[error("there is no PostgreSQL: {0}")]
    NoPostgres(&'static Failure),

    /// Cargo succeeded, but named no binary.
    #[error("cargo built no binary: set SCEPTER_BINARY to one")]
    NoBinaryBuilt,

    /// A certificate or key of the control plane could not be made.
    #[error("cannot make the control plane's certificates: {0}")]
    Certificate(#[from] rcgen::Error),
}

impl Failure {
    /// That JSON was printed without the thing that was asked for.
    pub(crate) fn absent(wanted: &str, printed: &Value) -> Self {
        Self::Absent { wanted: wanted.to_owned(), printed: printed.to_string() }
    }

    /// For `map_err`: says which file it was.
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { action, path, source }
    }
}

/// A test that returns `Err` prints its `Debug` form, so that is the sentence too.
impl fmt::Debug for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
