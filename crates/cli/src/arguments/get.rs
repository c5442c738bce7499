//! `scepter get`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::ClientArguments;
use crate::connection::QualifiedName;

/// Arguments of `scepter get`.
#[derive(Debug, Args)]
pub(crate) struct GetArguments {
    /// What to list.
    #[arg(value_enum)]
    pub(crate) listing: Listing,
    /// Only this namespace; without it every namespace in which this client declared something.
    #[arg(short, long, value_name = "NS")]
    pub(crate) namespace: Option<scepter_policy::identity::Namespace>,
    /// Devices and certificates of this profile only.
    #[arg(long, value_name = "NS/NAME")]
    pub(crate) profile: Option<QualifiedName>,
    /// Only devices that need attention: failed, pending, expired.
    #[arg(long)]
    pub(crate) attention: bool,
    /// The data directory of a running `scepter up`: its issuer is asked, and its statuses say what is ready.
    #[arg(long, value_name = "DIR", conflicts_with = "server")]
    pub(crate) data: Option<PathBuf>,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t = GetFormat::Text)]
    pub(crate) output: GetFormat,
    /// Where the issuer is.
    #[command(flatten)]
    pub(crate) client: ClientArguments,
}

/// What can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Listing {
    /// Profiles, with their devices counted by state.
    Profiles,
    /// Devices, with what became of their certificates, worst first.
    Devices,
    /// Certificates, newest first.
    Certificates,
    /// Requests that wait for approval, oldest first.
    Requests,
    /// Authorities.
    Authorities,
}

/// How lists are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GetFormat {
    /// A table.
    Text,
    /// JSON.
    Json,
    /// Certificates as PEM, nothing else.
    Pem,
}
