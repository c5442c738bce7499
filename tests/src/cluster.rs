//! The one cluster of a run.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use crate::control_plane::{Binaries, ControlPlane};
use crate::{Failure, Kubectl, Process, Tool};

/// The cluster that tests run against: the one that `KUBECONFIG` names, or else a control plane of our own.
///
/// Tests share it; each has namespaces of its own in it ([`Namespace`](crate::Namespace)).
#[derive(Debug)]
pub struct Cluster {
    kubectl: Kubectl,
    _control_plane: Option<ControlPlane>,
}

impl Cluster {
    /// The cluster of this test binary. The first test that asks starts it, and it ends with the process.
    pub fn shared() -> Result<&'static Self, Failure> {
        static SHARED: OnceLock<Result<Cluster, Failure>> = OnceLock::new();
        SHARED.get_or_init(Self::obtain).as_ref().map_err(Failure::NoCluster)
    }

    /// The cluster that `KUBECONFIG` names, or a new control plane, which ends when the value is dropped.
    pub fn obtain() -> Result<Self, Failure> {
        match env::var_os("KUBECONFIG").filter(|kubeconfig| !kubeconfig.is_empty()) {
            Some(kubeconfig) => Self::existing(kubeconfig),
            None => Self::started(),
        }
    }

    /// `kubectl` as this cluster's administrator, in no namespace.
    pub fn kubectl(&self) -> &Kubectl {
        &self.kubectl
    }

    /// A command that finds this cluster by `KUBECONFIG`, and a fitting `kubectl` on its `PATH`. Give it to
    /// [`Process::start`], or run it.
    pub fn command(&self, program: &str) -> Result<Command, Failure> {
        let mut command = Process::command(program)?;
        self.kubectl.configure(&mut command);
        command.env("PATH", self.path());
        Ok(command)
    }

    fn existing(kubeconfig: OsString) -> Result<Self, Failure> {
        let kubectl = Kubectl::new(Tool::Kubectl.find()?, kubeconfig)?;
        let answer = kubectl.run(&["get", "namespace", "default"]);
        answer.map_err(|failure| Failure::ClusterSilent(Box::new(failure)))?;
        Ok(Self { kubectl, _control_plane: None })
    }

    fn started() -> Result<Self, Failure> {
        let control_plane = ControlPlane::start(&Binaries::find()?)?;
        Ok(Self { kubectl: control_plane.kubectl().clone(), _control_plane: Some(control_plane) })
    }

    fn path(&self) -> OsString {
        let others = env::var_os("PATH").unwrap_or_default();
        let mut path = self.kubectl.program().parent().map(Path::as_os_str).unwrap_or_default().to_owned();
        path.push(":");
        path.push(others);
        path
    }
}
