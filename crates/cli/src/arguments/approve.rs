//! `scepter approve`.

use clap::Args;
use scepter_policy::identity::Namespace;

use super::ClientArguments;

/// Arguments of `scepter approve`.
#[derive(Debug, Args)]
pub(crate) struct ApproveArguments {
    /// The requests, by the ids that `scepter get requests` shows.
    #[arg(required = true, value_name = "ID")]
    pub(crate) requests: Vec<String>,
    /// Their namespace.
    #[arg(short, long, value_name = "NS")]
    pub(crate) namespace: Namespace,
    /// Deny them instead: they get no certificate.
    #[arg(long)]
    pub(crate) deny: bool,
    /// Where the issuer is.
    #[command(flatten)]
    pub(crate) client: ClientArguments,
}
