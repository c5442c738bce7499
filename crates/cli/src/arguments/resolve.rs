//! `scepter resolve`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use scepter_policy::identity::DeviceId;

/// Arguments of `scepter resolve`.
#[derive(Debug, Args)]
pub(crate) struct ResolveArguments {
    /// Manifests: profiles, roots, and the inventory that has the device. Can be given several times.
    #[arg(short = 'f', long = "filename", required = true, value_name = "PATH", num_args = 1..)]
    pub(crate) paths: Vec<PathBuf>,
    /// The profile, as NAME or NAMESPACE/NAME.
    #[arg(long, value_name = "[NS/]NAME")]
    pub(crate) profile: String,
    /// The device, by its inventory id.
    #[arg(long, value_name = "ID")]
    pub(crate) device: DeviceId,
    /// Say step by step why.
    #[arg(long)]
    pub(crate) explain: bool,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t = ResolveFormat::Text)]
    pub(crate) output: ResolveFormat,
}

/// How a resolution is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ResolveFormat {
    /// For people.
    Text,
    /// One JSON document.
    Json,
    /// What the device would receive: a configuration profile, SyncML or JSON, with a placeholder for the challenge.
    Payload,
}
