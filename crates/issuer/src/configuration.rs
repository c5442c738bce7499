//! The issuer's configuration: one typed file, which flags only override.

mod authority;
mod ca;
mod file;
mod limits;
mod name;
mod name_constraints;
mod overrides;

pub use authority::{
    AuthorityConfiguration, CaCertificatesShape, Creation, FileRef, KeyKind, KeyRef, LegacyAlgorithm,
    RegistrationAuthority,
};
pub(crate) use ca::CaConfiguration;
pub use ca::NextCa;
pub use file::{
    ApiListener, ApiVersion, Endpoint, IssuerConfiguration, Kind, Listeners, TlsEndpoint, TlsFiles,
};
pub use limits::{ConnectionLimits, ForwardedHeader, Limits, Period, Rate, Timeout};
pub(crate) use name::static_name;
pub use name_constraints::{NameConstraints, Subtrees};
pub use overrides::Overrides;

use std::net::SocketAddr;
use std::path::PathBuf;

use scepter_policy::identity::AuthorityName;

/// A configuration that an issuer cannot start with. Each is one line that ends in the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigurationError {
    /// The file cannot be read.
    #[error("{} cannot be read: {problem}; check the path given with --config", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        problem: String,
    },
    /// The file is not an `IssuerConfiguration`.
    #[error("{} is no issuer configuration: {problem}; compare it with docs/operations.md", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        problem: String,
    },
    /// No authority stands in it.
    #[error(
        "no authority is configured; add one under `authorities`, the first is the default of bare SCEP paths"
    )]
    NoAuthority,
    /// Two authorities, or CAs of theirs, share a name.
    #[error("two authorities or CAs are named {0}; give each its own name")]
    DuplicateAuthority(AuthorityName),
    /// A name that cannot stand in a URL's path.
    #[error("authority {0} cannot be part of a URL; use lower-case letters, digits and `-`")]
    UnusableAuthorityName(AuthorityName),
    /// Some of an authority's files are named and others are not.
    #[error(
        "authority {0} names some of its files only; name certificateChain, signingKey and ra together, or none of them"
    )]
    IncompleteAuthority(AuthorityName),
    /// Name constraints that constrain nothing.
    #[error(
        "create.nameConstraints of {0} constrains nothing; list names under `permitted` or `excluded`, or leave it out"
    )]
    NoNameConstraint(AuthorityName),
    /// A rate that cannot be counted.
    #[error("limits.{name} is beyond {most}; write `{name}: null` to turn it off")]
    UnusableRate {
        /// Which one.
        name: &'static str,
        /// The highest number of requests, and of a burst.
        most: u32,
    },
    /// A laboratory authority would be reachable from elsewhere (TH-46).
    #[error(
        "the laboratory authority signs any name and {0} is not a loopback address; bind 127.0.0.1, or configure an authority with --config"
    )]
    LaboratoryExposed(SocketAddr),
    /// Tokens would travel in clear text.
    #[error(
        "the API on {0} would receive tokens in clear text; give it a certificate under `listeners.api.tls`, or bind 127.0.0.1"
    )]
    ApiInClearText(SocketAddr),
}
