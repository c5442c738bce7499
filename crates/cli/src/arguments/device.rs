//! `scepter device`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use scepter_policy::identity::{DeviceId, Namespace};
use url::Url;

use super::ClientArguments;

/// The commands about simulated devices.
#[derive(Debug, Subcommand)]
pub(crate) enum DeviceCommand {
    /// Let one device check in, enroll and report, once.
    #[command(after_help = "Example: scepter device enroll --device laptop-01 --config DATA/client.yaml")]
    Enroll(EnrollArguments),
    /// Let every device of a namespace do so, once each.
    #[command(
        after_help = "Example: scepter device run --config DATA/client.yaml --via http://127.0.0.1:8080"
    )]
    Run(RunArguments),
}

/// Arguments of `scepter device enroll`.
#[derive(Debug, Args)]
pub(crate) struct EnrollArguments {
    /// The device, by its inventory id.
    #[arg(long, value_name = "ID")]
    pub(crate) device: DeviceId,
    /// How it reaches the issuer.
    #[command(flatten)]
    pub(crate) reach: ReachArguments,
}

/// Arguments of `scepter device run`.
#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// How many devices at once, 1 to 256.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) concurrency: u16,
    /// How they reach the issuer.
    #[command(flatten)]
    pub(crate) reach: ReachArguments,
}

/// How simulated devices reach the issuer.
#[derive(Debug, Clone, Args)]
pub(crate) struct ReachArguments {
    /// The devices' namespace.
    #[arg(short, long, value_name = "NS", default_value = "default")]
    pub(crate) namespace: Namespace,
    /// Reach the SCEP server here instead of at the host of the profile's URL, as a laboratory's DNS would arrange.
    #[arg(long, value_name = "URL")]
    pub(crate) via: Option<Url>,
    /// TLS roots (PEM) that the devices trust for the SCEP server; without it the platform's.
    #[arg(long, value_name = "FILE")]
    pub(crate) scep_ca_file: Option<PathBuf>,
    /// Where the issuer's API is.
    #[command(flatten)]
    pub(crate) client: ClientArguments,
}
