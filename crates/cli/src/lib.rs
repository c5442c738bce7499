//! The `scepter` command as a library: arguments, files to manifests, printing and wiring. The binary only calls it.
//!
//! One job: the edge for people and files. It decides nothing that policy or reconcile could.

mod approve;
mod arguments;
mod challenge;
mod confinement;
mod connection;
mod crds;
mod device;
mod files;
mod get;
mod lint;
mod load;
mod logging;
mod namespaces;
mod operator;
mod pem;
mod print;
mod resolve;
mod serve;
mod up;

use std::process::ExitCode;

use clap::Parser as _;

use arguments::{Arguments, Command};

/// How a command that ran ends the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// 0: it did what was asked.
    Success,
    /// 1: it ran, and what it looked at has errors.
    Findings,
    /// 2: it could not run: wrong usage, an unknown name, a `plan` with changes.
    Usage,
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Success => Self::SUCCESS,
            Ending::Findings => Self::from(1),
            Ending::Usage => Self::from(2),
        }
    }
}

/// Reads the process's arguments, runs the command, and says how to end. Errors go to standard error as one line each.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(ending) => ending.into(),
        Err(error) => {
            print::error(&error);
            ExitCode::from(1)
        }
    }
}

/// Runs one command.
fn run(arguments: Arguments) -> anyhow::Result<Ending> {
    logging::start(&arguments.log, arguments.command.usual_log())?;
    if arguments.command.holds_secrets() {
        confinement::confine()?;
    }
    match arguments.command {
        Command::Up(arguments) => on_runtime(up::run(arguments)),
        Command::Issuer(arguments) => on_runtime(serve::run(arguments)),
        Command::Operator(arguments) => on_runtime(operator::run(arguments)),
        Command::Crds => crds::run(),
        Command::Lint(arguments) => lint::run(&arguments),
        Command::Resolve(arguments) => resolve::run(&arguments),
        Command::Challenge(arguments) => on_runtime(challenge::run(arguments)),
        Command::Approve(arguments) => on_runtime(approve::run(arguments)),
        Command::Device(command) => on_runtime(device::run(command)),
        Command::Load(arguments) => on_runtime(load::run(arguments)),
        Command::Get(arguments) => on_runtime(get::run(arguments)),
    }
}

fn on_runtime(work: impl Future<Output = anyhow::Result<Ending>>) -> anyhow::Result<Ending> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}
