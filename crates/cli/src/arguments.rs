//! The command line, as design §4 fixes it. Each command's help ends with an example.

mod challenge;
mod client;
mod device;
mod get;

use clap::{Parser, Subcommand};

pub(crate) use challenge::{ChallengeArguments, ChallengeFormat};
pub(crate) use client::ClientArguments;
pub(crate) use device::{DeviceCommand, EnrollArguments, ReachArguments, RunArguments};
pub(crate) use get::{GetArguments, GetFormat, Listing};

/// SCEP certificate profiles as Kubernetes objects.
#[derive(Debug, Parser)]
#[command(name = "scepter", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Start here: scepter up --manifests examples/quickstart")]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Print the CustomResourceDefinitions as YAML.
    #[command(after_help = "Example: scepter crds | kubectl apply --server-side -f -")]
    Crds,
    /// Mint challenges for a profile's devices, for clients that cannot check in.
    #[command(
        after_help = "Example: scepter challenge --profile default/corp-wifi-windows --device laptop-01"
    )]
    Challenge(ChallengeArguments),
    /// Show what the issuer knows: profiles, devices, certificates, authorities.
    #[command(after_help = "Example: scepter get devices --profile default/corp-vpn-ios")]
    Get(GetArguments),
    /// Simulated devices, for laboratories and tests.
    #[command(subcommand)]
    Device(DeviceCommand),
}
