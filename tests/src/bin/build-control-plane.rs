//! `build-control-plane`: puts etcd, kube-apiserver, kube-controller-manager and kubectl where the tests find them, and
//! prints that directory. `make envtest` calls it.

use std::io::{Write, stderr, stdout};
use std::process::ExitCode;

use scepter_tests::{Failure, control_plane};

fn main() -> ExitCode {
    match build() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(stderr(), "build-control-plane: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn build() -> Result<(), Failure> {
    let directory = control_plane::build(&mut stderr())?;
    let _ = writeln!(stdout(), "{}", directory.display());
    Ok(())
}
