//! The one cluster of a run.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use crate::command::run;
use crate::control_plane::{Binaries, ControlPlane};
use crate::{Failure, Kubectl, Process, Scepter, Tool, until};

/// How long the server may take over new definitions.
const LIMIT: Duration = Duration::from_mins(1);

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

    /// The same cluster, knowing our kinds: what `scepter crds` prints is applied, once.
    pub fn with_definitions() -> Result<&'static Self, Failure> {
        static APPLIED: OnceLock<Result<(), Failure>> = OnceLock::new();
        let cluster = Self::shared()?;
        let applied = APPLIED.get_or_init(|| cluster.apply_definitions());
        applied.as_ref().map_err(Failure::NoDefinitions)?;
        Ok(cluster)
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

    fn apply_definitions(&self) -> Result<(), Failure> {
        let definitions = run(Scepter::command()?.arg("crds"), b"")?;
        self.kubectl.apply(&definitions)?;
        // `kubectl wait` fails at once on a definition that has no conditions yet, so it is asked again.
        until("the definitions are established", LIMIT, || {
            let mut wait = self.kubectl.command();
            run(
                wait.args(["wait", "--for=condition=Established", "--timeout=10s", "-f", "-"]),
                definitions.as_bytes(),
            )
        })?;
        Ok(())
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
