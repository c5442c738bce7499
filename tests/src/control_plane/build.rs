//! Building the control plane's programs from the two Go modules in `tests/control-plane/`.
//!
//! Both are wrappers: upstream's own go.mod files carry `replace` lines, which `go install` refuses.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::binaries::{Binaries, cache_directory};
use crate::{Failure, Tool, command};

/// A Go module that is checked in here for the programs it names.
pub(super) struct Module {
    directory: &'static str,
    pub(super) go_mod: &'static str,
    pub(super) go_sum: &'static str,
    pub(super) linker_flags: &'static str,
    programs: &'static [Program],
}

struct Program {
    name: &'static str,
    package: &'static str,
}

pub(super) const ETCD: Module = Module {
    directory: concat!(env!("CARGO_MANIFEST_DIR"), "/control-plane/etcd"),
    go_mod: include_str!("../../control-plane/etcd/go.mod"),
    go_sum: include_str!("../../control-plane/etcd/go.sum"),
    linker_flags: "-s -w",
    programs: &[Program { name: "etcd", package: "go.etcd.io/etcd/server/v3" }],
};

/// Without the version in the flags the server would call itself v0.0.0-master, and every check of it would misfire.
pub(super) const KUBERNETES: Module = Module {
    directory: concat!(env!("CARGO_MANIFEST_DIR"), "/control-plane/kubernetes"),
    go_mod: include_str!("../../control-plane/kubernetes/go.mod"),
    go_sum: include_str!("../../control-plane/kubernetes/go.sum"),
    linker_flags: "-s -w -X k8s.io/component-base/version.gitVersion=v1.36.3 \
                   -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=36",
    programs: &[
        Program { name: "kube-apiserver", package: "k8s.io/kubernetes/cmd/kube-apiserver" },
        Program { name: "kube-controller-manager", package: "k8s.io/kubernetes/cmd/kube-controller-manager" },
        Program { name: "kubectl", package: "k8s.io/kubernetes/cmd/kubectl" },
    ],
};

/// Builds what is not in the cache yet, telling `progress` a line for each program, and returns where it all is.
/// Of two builds at once the second waits and finds the work done.
pub fn build(progress: &mut dyn Write) -> Result<PathBuf, Failure> {
    let wanted = cache_directory()?;
    let cache = wanted.parent().unwrap_or(&wanted);
    fs::create_dir_all(cache).map_err(Failure::file("create", cache))?;
    let _turn = take_turn(cache)?;
    if Binaries::in_directory(&wanted).is_err() {
        build_aside(cache, &wanted, progress)?;
    }
    Ok(wanted)
}

fn take_turn(cache: &Path) -> Result<File, Failure> {
    let path = cache.join("lock");
    let lock = File::create(&path).map_err(Failure::file("create", &path))?;
    lock.lock().map_err(Failure::file("lock", &path))?;
    Ok(lock)
}

/// Builds in a directory of its own and moves it into place whole: a build that was interrupted leaves nothing to be
/// mistaken for a control plane. Whose turn it is owns that directory.
fn build_aside(cache: &Path, wanted: &Path, progress: &mut dyn Write) -> Result<(), Failure> {
    let aside = cache.join("building");
    remove(&aside)?;
    fs::create_dir(&aside).map_err(Failure::file("create", &aside))?;
    for module in [ETCD, KUBERNETES] {
        for program in module.programs {
            // Who reads no progress still gets a control plane.
            let _ = writeln!(progress, "building {} …", program.name);
            compile(&module, program, &aside.join(program.name))?;
        }
    }
    // Something incomplete may stand there, if a person made room by hand.
    remove(wanted)?;
    fs::rename(&aside, wanted).map_err(Failure::file("create", wanted))
}

fn remove(directory: &Path) -> Result<(), Failure> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(Failure::file("remove", directory)),
    }
}

fn compile(module: &Module, program: &Program, output: &Path) -> Result<(), Failure> {
    let mut go = Tool::Go.command()?;
    // Settings of the machine (workspaces, vendoring, cgo) would give other binaries under the same name.
    go.current_dir(module.directory).env("CGO_ENABLED", "0").env("GOWORK", "off").env_remove("GOFLAGS");
    go.args(["build", "-trimpath", "-buildvcs=false", "-ldflags", module.linker_flags, "-o"]);
    go.arg(output).arg(program.package).stdin(Stdio::null());
    command::run(&mut go, b"").map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_that_the_server_reports_is_the_one_that_is_built() {
        let words = |line: &'static str| line.split_whitespace().collect::<Vec<_>>();
        let required =
            KUBERNETES.go_mod.lines().map(words).find(|words| words.starts_with(&["k8s.io/kubernetes"]));
        let version = required.unwrap()[1];
        assert!(KUBERNETES.linker_flags.contains(&format!("gitVersion={version} ")), "{version}");
    }
}
