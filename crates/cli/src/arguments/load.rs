//! `scepter load`.

use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use url::Url;

use super::ClientArguments;
use crate::connection::QualifiedName;

/// How many requests a round may have.
const REQUESTS: RangeInclusive<usize> = 1..=100_000;
/// How many may be under way at once.
const CONCURRENCY: RangeInclusive<usize> = 1..=1024;

/// Arguments of `scepter load`.
#[derive(Debug, Args)]
pub(crate) struct LoadArguments {
    /// Enroll devices that this profile is assigned to and that have no certificate yet.
    #[arg(long, value_name = "NS/NAME", required_unless_present = "scep_url")]
    pub(crate) profile: Option<QualifiedName>,
    /// Reach the SCEP server here instead of at the host of the profile's URL.
    #[arg(long, value_name = "URL", requires = "profile")]
    pub(crate) via: Option<Url>,
    /// Enroll with this SCEP server, which need not be Scepter, instead of for a profile.
    #[arg(long, value_name = "URL", conflicts_with = "profile", requires = "challenge")]
    pub(crate) scep_url: Option<Url>,
    /// The challenge password that the server of --scep-url takes from everyone.
    #[arg(long, value_name = "SECRET", requires = "scep_url")]
    pub(crate) challenge: Option<String>,
    /// TLS roots (PEM) to trust for the SCEP server; without it the platform's.
    #[arg(long, value_name = "FILE")]
    pub(crate) scep_ca_file: Option<PathBuf>,
    /// How many requests in each round, 1 to 100000.
    #[arg(long, value_name = "N", default_value = "100", value_parser = within(REQUESTS))]
    pub(crate) requests: NonZeroUsize,
    /// How many at once, 1 to 1024; several with commas, a round for each.
    #[arg(long, value_name = "C,…", default_value = "8", value_delimiter = ',', value_parser = within(CONCURRENCY))]
    pub(crate) concurrency: Vec<NonZeroUsize>,
    /// The server's process on this machine: tells its CPU time and memory (Linux).
    #[arg(long, value_name = "PID")]
    pub(crate) server_pid: Option<u32>,
    /// Allow a server that is not on this machine. Burden only what is yours.
    #[arg(long)]
    pub(crate) allow_remote: bool,
    /// How to print.
    #[arg(short, long, value_enum, default_value_t = LoadFormat::Text)]
    pub(crate) output: LoadFormat,
    /// Where the issuer's API is, for --profile.
    #[command(flatten)]
    pub(crate) client: ClientArguments,
}

/// How a load is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LoadFormat {
    /// A table.
    Text,
    /// One JSON document.
    Json,
}

fn within(
    bounds: RangeInclusive<usize>,
) -> impl Fn(&str) -> Result<NonZeroUsize, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse().ok().filter(|number: &NonZeroUsize| bounds.contains(&number.get()));
        number.ok_or_else(|| format!("it is not between {} and {}", bounds.start(), bounds.end()))
    }
}
