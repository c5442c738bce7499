//! `scepter up` and `scepter issuer`: what serves.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use scepter_issuer::configuration::Overrides;
use url::Url;

/// Arguments of `scepter up`.
#[derive(Debug, Args)]
pub(crate) struct UpArguments {
    /// The manifests to serve: a file or a directory. Changes are taken up while it runs.
    #[arg(long, value_name = "DIR")]
    pub(crate) manifests: PathBuf,
    /// The issuer's configuration; without it a laboratory authority of 30 days that listens on loopback only.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Where and with what it serves.
    #[command(flatten)]
    pub(crate) serve: ServeArguments,
}

/// Arguments of `scepter issuer`.
#[derive(Debug, Args)]
pub(crate) struct IssuerArguments {
    /// The issuer's configuration; without it a laboratory authority of 30 days that listens on loopback only.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The database; without it SQLite in the data directory.
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<Url>,
    /// Where and with what it serves.
    #[command(flatten)]
    pub(crate) serve: ServeArguments,
}

/// Flags that override the configuration.
#[derive(Debug, Clone, Args)]
pub(crate) struct ServeArguments {
    /// The data directory: store, keys, tokens, client.yaml.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// SCEP over HTTP; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) scep_address: Option<SocketAddr>,
    /// SCEP over TLS.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) scep_tls_address: Option<SocketAddr>,
    /// The issuer's API.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) api_address: Option<SocketAddr>,
    /// Probes and metrics.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) ops_address: Option<SocketAddr>,
}

impl ServeArguments {
    /// As the issuer takes them.
    pub(crate) fn overrides(self, database: Option<Url>) -> Overrides {
        Overrides {
            data: self.data,
            database,
            scep_address: self.scep_address,
            scep_tls_address: self.scep_tls_address,
            api_address: self.api_address,
            ops_address: self.ops_address,
        }
    }
}
