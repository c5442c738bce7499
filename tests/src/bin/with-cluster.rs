//! `with-cluster CMD…`: runs CMD with `KUBECONFIG` set to a control plane that is started for it and ends with it, and
//! with that server's `kubectl` on the `PATH`. Where `KUBECONFIG` is set already, that cluster serves. The exit code is
//! CMD's.

use std::env;
use std::io::{Write, stderr};
use std::process::ExitCode;

use scepter_tests::{Cluster, Failure};

fn main() -> ExitCode {
    let mut words = env::args().skip(1);
    let Some(program) = words.next() else {
        let _ = writeln!(stderr(), "usage: with-cluster CMD [ARGUMENT…]");
        return ExitCode::from(2);
    };
    run(&program, words).unwrap_or_else(|failure| {
        let _ = writeln!(stderr(), "with-cluster: {failure}");
        ExitCode::FAILURE
    })
}

fn run(program: &str, arguments: impl Iterator<Item = String>) -> Result<ExitCode, Failure> {
    let cluster = Cluster::obtain()?;
    let mut command = cluster.command(program)?;
    let status = command
        .args(arguments)
        .status()
        .map_err(|source| Failure::Start { program: program.to_owned(), source })?;
    // A command that a signal ended has no code.
    let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Ok(ExitCode::from(code))
}
