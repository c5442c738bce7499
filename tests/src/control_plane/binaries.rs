//! Where the control plane's programs are.

use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{Context, SHA256};

use super::build::{ETCD, KUBERNETES, Module};
use crate::cache::{cache, set};
use crate::{Failure, Tool, command::run};

/// The programs of one control plane, all of them there.
#[derive(Clone, Debug)]
pub struct Binaries {
    pub(super) etcd: PathBuf,
    pub(super) api_server: PathBuf,
    pub(super) controller_manager: PathBuf,
    pub(super) kubectl: PathBuf,
}

impl Binaries {
    /// In `KUBEBUILDER_ASSETS` when it is set, else where [`super::build`] puts them. Nothing is built here.
    pub fn find() -> Result<Self, Failure> {
        match set("KUBEBUILDER_ASSETS") {
            Some(directory) => Self::in_directory(Path::new(&directory)),
            None => Self::in_directory(&cache_directory()?),
        }
    }

    pub(super) fn in_directory(directory: &Path) -> Result<Self, Failure> {
        let program = |name: &str| {
            let path = directory.join(name);
            if path.is_file() { Ok(path) } else { Err(Failure::ControlPlaneMissing { missing: path }) }
        };
        Ok(Self {
            etcd: program("etcd")?,
            api_server: program("kube-apiserver")?,
            controller_manager: program("kube-controller-manager")?,
            kubectl: program("kubectl")?,
        })
    }
}

/// The directory of the control plane that these modules give with this Go: another version, another directory.
pub(super) fn cache_directory() -> Result<PathBuf, Failure> {
    let go = run(Tool::Go.command()?.args(["env", "GOVERSION", "GOOS", "GOARCH"]), b"")?;
    Ok(cache()?.join("control-plane").join(key(&go, &[ETCD, KUBERNETES])))
}

/// Names what decides the binaries, byte for byte: the sources, the flags and the compiler.
fn key(go: &str, modules: &[Module]) -> String {
    let mut digest = Context::new(&SHA256);
    digest.update(go.as_bytes());
    for module in modules {
        for part in [module.go_mod, module.go_sum, module.linker_flags] {
            digest.update(part.as_bytes());
            digest.update(&[0]);
        }
    }
    hex::encode(&digest.finish().as_ref()[..8])
}
