//! Why an operator ends, and why a pass over an object fails.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Why the operator ends. Each is final for the process: a supervisor starts it again.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// There is no cluster to work for.
    #[error("no Kubernetes cluster was found: {problem}; set KUBECONFIG, or run inside a cluster")]
    NoCluster {
        /// What was tried.
        problem: String,
    },
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: {problem}")]
    NoRandomness {
        /// The system's words.
        problem: String,
    },
    /// The API server does not know our kinds.
    #[error(
        "the cluster does not know the resource {resource} of scepter.dev/v1alpha1; run: scepter crds | kubectl apply --server-side -f -"
    )]
    NoDefinitions {
        /// The first resource that is missing.
        resource: String,
    },
    /// The API server does not answer, or does not let us ask.
    #[error("{resource} cannot be listed; check the kubeconfig and the operator's ClusterRole")]
    List {
        /// What was asked for.
        resource: String,
        /// The API server's answer.
        #[source]
        source: Box<kube::Error>,
    },
    /// A first full list did not come in time.
    #[error("{resource} were not listed within {} s; check that the operator may list and watch them", limit.as_secs())]
    NotSynced {
        /// What was listed.
        resource: String,
        /// How long was waited.
        limit: Duration,
    },
    /// The Lease cannot be read or written.
    #[error(
        "the Lease {namespace}/{name} cannot be used; check that the operator may get, create and update Leases there"
    )]
    Lease {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// The API server's answer.
        #[source]
        source: Box<kube::Error>,
    },
    /// Another process leads now, or this one could not renew in time and must assume so.
    #[error(
        "the Lease {namespace}/{name} is lost: {problem}; this process ends, so that no two write at once"
    )]
    LeaseLost {
        /// Its namespace.
        namespace: String,
        /// Its name.
        name: String,
        /// What happened.
        problem: String,
    },
    /// The webhook's certificate or key cannot be used.
    #[error(
        "the webhook cannot be served with {}: {problem}; give --webhook-tls-certificate a PEM certificate chain, and --webhook-tls-key its key",
        file.display()
    )]
    WebhookTls {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The webhook's address cannot be bound.
    #[error("the webhook cannot bind {address}: {source}; choose another with --webhook-address")]
    WebhookAddress {
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
    /// A part that must run as long as the operator has ended.
    #[error("the task {task} ended before its time; this is a fault in scepter: see the log")]
    TaskEnded {
        /// Which.
        task: &'static str,
    },
}

/// Why a pass over one object failed. It is tried again, later each time.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PassError {
    /// The finalizer could not be added or removed.
    #[error("the finalizer of {object} could not be written: {source}")]
    Finalizer {
        /// The object.
        object: String,
        /// The API server's answer.
        source: Box<kube::Error>,
    },
    /// The status could not be written.
    #[error("the status of {object} could not be written: {source}")]
    Status {
        /// The object.
        object: String,
        /// The API server's answer.
        source: Box<kube::Error>,
    },
    /// A `ConfigMap` or a namespace could not be read.
    #[error("what {object} refers to could not be read: {source}")]
    World {
        /// The object.
        object: String,
        /// The API server's answer.
        source: Box<kube::Error>,
    },
    /// The issuer has not let go of an object that nobody can read any more.
    #[error("the issuer has not let go of {object}: {problem}")]
    Issuer {
        /// The object.
        object: String,
        /// The issuer's answer.
        problem: String,
    },
}
