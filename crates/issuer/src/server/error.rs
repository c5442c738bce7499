//! Why an issuer did not start, or did not go on.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use scepter_policy::identity::InvalidName;
use scepter_store::{OpenError, StoreError};

use crate::authorities::OpenAuthorityError;
use crate::configuration::ConfigurationError;
use crate::jobs::revocation_lists::RefreshError;

/// Why an issuer did not start. Each is one line that says what, and how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration does not do.
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    /// The data directory cannot be used.
    #[error(
        "the data directory {} cannot be used: {source}; make it a directory that this user may write, or give another with --data",
        path.display()
    )]
    Data {
        /// The directory, or what stands in it.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A secret file of ours is readable by others.
    #[error("{} can be read by others; run `chmod 600 {}`", path.display(), path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// A secret file of ours does not hold what it should.
    #[error("{} is damaged; restore it, or remove it: that voids every open challenge and every token", path.display())]
    DamagedMacKey {
        /// The file.
        path: PathBuf,
    },
    /// Somebody else has the port.
    #[error(
        "the {listener} listener cannot bind {address}: another process has that port; stop it, or choose another with --{listener}-address"
    )]
    PortInUse {
        /// The listener.
        listener: &'static str,
        /// The address.
        address: SocketAddr,
    },
    /// The address cannot be bound.
    #[error(
        "the {listener} listener cannot bind {address}: {source}; choose another with --{listener}-address"
    )]
    Bind {
        /// The listener.
        listener: &'static str,
        /// The address.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
    /// An address that no URL can name.
    #[error("{0} cannot be written as a URL; bind another address")]
    NoUrl(SocketAddr),
    /// A TLS certificate or key that cannot be used.
    #[error("TLS cannot be served with {}: {problem}; give a PEM certificate chain, and its PKCS #8 key in PEM", path.display())]
    Tls {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The first token's name cannot be an owner's.
    #[error(transparent)]
    Owner(#[from] InvalidName),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The store failed right after it was opened.
    #[error(transparent)]
    StoreFailed(#[from] StoreError),
    /// An authority cannot be taken into use.
    #[error(transparent)]
    Authority(#[from] OpenAuthorityError),
    /// The first revocation list could not be made.
    #[error("the first revocation list could not be made: {0}")]
    RevocationList(#[source] RefreshError),
    /// The system gives no random bytes.
    #[error("the system gives no random bytes; the issuer makes no secrets without them")]
    NoRandomness,
}

/// Why a running issuer stopped by itself. It is always a fault: end the process.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// A task ended that should not.
    #[error("{task} ended; the process cannot go on without it")]
    Ended {
        /// The task.
        task: &'static str,
    },
    /// A task panicked or was cancelled.
    #[error("a task failed: {problem}")]
    Failed {
        /// What is known.
        problem: String,
    },
}
