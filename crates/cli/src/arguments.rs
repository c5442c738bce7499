//! The command line, as design §4 fixes it. Each command's help ends with an example.

mod approve;
mod challenge;
mod client;
mod device;
mod get;
mod lint;
mod load;
mod log;
mod operator;
mod resolve;
mod serve;

use clap::{Parser, Subcommand};

pub(crate) use approve::ApproveArguments;
pub(crate) use challenge::{ChallengeArguments, ChallengeFormat};
pub(crate) use client::ClientArguments;
pub(crate) use device::{DeviceCommand, EnrollArguments, ReachArguments, RunArguments};
pub(crate) use get::{GetArguments, GetFormat, Listing};
pub(crate) use lint::{LintArguments, LintFormat};
pub(crate) use load::{LoadArguments, LoadFormat};
pub(crate) use log::{LogArguments, LogFormat};
pub(crate) use operator::OperatorArguments;
pub(crate) use resolve::{ResolveArguments, ResolveFormat};
pub(crate) use serve::{IssuerArguments, UpArguments};

/// SCEP certificate profiles as Kubernetes objects.
#[derive(Debug, Parser)]
#[command(name = "scepter", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Start here: scepter up --manifests examples/quickstart")]
pub(crate) struct Arguments {
    /// What is logged.
    #[command(flatten)]
    pub(crate) log: LogArguments,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Command {
    /// Whether it holds keys or tokens for as long as it runs.
    pub(crate) fn holds_secrets(&self) -> bool {
        match self {
            Self::Issuer(_) | Self::Operator(_) | Self::Up(_) => true,
            Self::Crds
            | Self::Lint(_)
            | Self::Resolve(_)
            | Self::Challenge(_)
            | Self::Approve(_)
            | Self::Get(_)
            | Self::Device(_)
            | Self::Load(_) => false,
        }
    }

    /// What a command logs when nobody says otherwise: services what they do, tools only what goes wrong.
    pub(crate) fn usual_log(&self) -> &'static str {
        match self {
            Self::Issuer(_) | Self::Operator(_) => "info",
            Self::Up(_)
            | Self::Crds
            | Self::Lint(_)
            | Self::Resolve(_)
            | Self::Challenge(_)
            | Self::Approve(_)
            | Self::Get(_)
            | Self::Load(_)
            | Self::Device(_) => "warn",
        }
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve manifests from files: issuer and reconciler in one process, no Kubernetes.
    #[command(after_help = "Example: scepter up --manifests examples/quickstart --data /tmp/scepter")]
    Up(UpArguments),
    /// Run the issuer alone.
    #[command(after_help = "Example: scepter issuer --data /var/lib/scepter --config issuer.yaml")]
    Issuer(IssuerArguments),
    /// Run the Kubernetes operator: declared objects to the issuer, statuses back.
    #[command(after_help = "Example: scepter operator --config DATA/client.yaml")]
    Operator(OperatorArguments),
    /// Print the CustomResourceDefinitions as YAML.
    #[command(after_help = "Example: scepter crds | kubectl apply --server-side -f -")]
    Crds,
    /// Judge manifests offline: files, directories, standard input.
    #[command(
        after_help = "Example: scepter lint examples/\n         scepter lint --fix --authority issuer.yaml profiles/\n         scepter lint -o sarif . > scepter.sarif\n         helm template chart | scepter lint -\n\nExit codes: 0 clean or warnings, 1 errors, 2 a path cannot be read"
    )]
    Lint(LintArguments),
    /// Say what one device would be asked for, and why.
    #[command(
        after_help = "Example: scepter resolve -f examples/quickstart --profile corp-vpn-ios --device iphone-17 --explain\n\nWhat the device would receive: scepter resolve -f examples/quickstart --profile default/corp-wifi-windows --device laptop-01 -o payload\n\nExit codes: 0 computed, even where the device gets nothing; 1 the profile has errors; 2 an unknown name, or a path that cannot be read"
    )]
    Resolve(ResolveArguments),
    /// Mint challenges for a profile's devices, for clients that cannot check in.
    #[command(
        after_help = "Example: scepter challenge --profile default/corp-wifi-windows --device laptop-01"
    )]
    Challenge(ChallengeArguments),
    /// Approve requests that wait, or deny them.
    #[command(
        after_help = "Example: scepter approve -n default kR2xq0Vf3PpYw1sZ\n\nExit codes: 0 decided, 1 a request does not wait"
    )]
    Approve(ApproveArguments),
    /// Show what the issuer knows: profiles, devices, certificates, requests that wait, authorities.
    #[command(after_help = "Example: scepter get devices --profile default/corp-vpn-ios")]
    Get(GetArguments),
    /// Simulated devices, for laboratories and tests.
    #[command(subcommand)]
    Device(DeviceCommand),
    /// Enroll many devices at once and measure the server: certificates a second, latency, CPU time, memory.
    #[command(
        after_help = "Example: scepter load --profile default/corp-wifi-windows --requests 10 --via http://127.0.0.1:8080\n         scepter load --profile load/load --requests 500 --concurrency 1,2,4,8,64 --server-pid 4711 -o json\n         scepter load --scep-url http://127.0.0.1:8090/scep --challenge secret --requests 1000\n\nRequests are written before the clock starts and answers read after it stopped. A device enrolls once: a round needs as many devices without a certificate as it has requests.\n\nExit codes: 0 a certificate for each request, 1 not so, or no load, 2 usage"
    )]
    Load(LoadArguments),
}
