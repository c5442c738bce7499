//! How a command finds the issuer.

use std::path::PathBuf;

use clap::Args;
use url::Url;

/// Where the issuer is: `--config FILE`, else `SCEPTER_CONFIG`, else `--server` with `--token-file`.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Issuer")]
pub(crate) struct ClientArguments {
    /// The client configuration that `scepter up` and `scepter issuer` write as DATA/client.yaml.
    #[arg(long, value_name = "FILE", env = "SCEPTER_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// The issuer's API address, such as <http://127.0.0.1:8081>.
    #[arg(long, value_name = "URL", requires = "token_file")]
    pub(crate) server: Option<Url>,
    /// A file that holds the bearer token.
    #[arg(long, value_name = "FILE", requires = "server")]
    pub(crate) token_file: Option<PathBuf>,
    /// CA certificates (PEM) to trust when the address is https.
    #[arg(long, value_name = "FILE", requires = "server")]
    pub(crate) ca_file: Option<PathBuf>,
}
