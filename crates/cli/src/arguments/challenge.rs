//! `scepter challenge`.

use clap::{Args, ValueEnum};
use scepter_policy::identity::DeviceId;

use super::ClientArguments;
use crate::connection::QualifiedName;

/// Arguments of `scepter challenge`.
#[derive(Debug, Args)]
pub(crate) struct ChallengeArguments {
    /// The profile, as NAMESPACE/NAME.
    #[arg(long, value_name = "NS/NAME")]
    pub(crate) profile: QualifiedName,
    /// One device, by its inventory id.
    #[arg(long, value_name = "ID", required_unless_present = "all", conflicts_with = "all")]
    pub(crate) device: Option<DeviceId>,
    /// Every device that the profile is assigned to.
    #[arg(long)]
    pub(crate) all: bool,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t = ChallengeFormat::Text)]
    pub(crate) output: ChallengeFormat,
    /// Where the issuer is.
    #[command(flatten)]
    pub(crate) client: ClientArguments,
}

/// How challenges are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ChallengeFormat {
    /// For people.
    Text,
    /// One JSON object a line: device, challenge, url, subject, san.
    Ndjson,
}
