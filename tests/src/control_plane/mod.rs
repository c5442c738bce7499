//! A real Kubernetes control plane on loopback: etcd, kube-apiserver, and the controllers that collect garbage and end
//! namespaces. `docs/decisions/0020-control-plane-from-go-modules.md` says why it is built from Go modules.

mod arguments;
mod binaries;
mod build;
mod credentials;

use std::path::Path;
use std::time::Duration;

use crate::{Failure, Kubectl, Process, Scratch};

pub use binaries::Binaries;
pub use build::build;

/// How long each step of the start may take. A quiet machine needs 3 s for all of them, one that compiles beside it 12 s.
const LIMIT: Duration = Duration::from_mins(1);
/// How often to start anew when another process took a port between its choice and its use.
const ATTEMPTS: usize = 3;
/// What Go's network package calls a port that is taken.
const PORT_TAKEN: &str = "address already in use";

/// A running control plane. It ends when this value is dropped, and with the process that started it.
#[derive(Debug)]
pub struct ControlPlane {
    // Fields are dropped in this order: clients before the servers they talk to, files last.
    _controller_manager: Process,
    _api_server: Process,
    _etcd: Process,
    kubectl: Kubectl,
    _scratch: Scratch,
}

impl ControlPlane {
    /// Starts one and waits until it serves the namespace `default`.
    pub fn start(binaries: &Binaries) -> Result<Self, Failure> {
        for _ in 1..ATTEMPTS {
            match Self::start_once(binaries) {
                Err(Failure::Ended { log_tail, .. }) if log_tail.contains(PORT_TAKEN) => {}
                started => return started,
            }
        }
        Self::start_once(binaries)
    }

    /// `kubectl`, of the server's own version, as the administrator.
    pub fn kubectl(&self) -> &Kubectl {
        &self.kubectl
    }

    fn start_once(binaries: &Binaries) -> Result<Self, Failure> {
        let scratch = Scratch::new("control-plane")?;
        let ports = arguments::Ports::choose()?;
        let files = credentials::write(&scratch, ports.api_server)?;
        let start = |name, program: &Path, arguments: Vec<String>| {
            let mut command = Process::command(program)?;
            command.args(arguments);
            Process::start(name, command, &scratch.join(format!("{name}.log")))
        };

        let etcd = start("etcd", &binaries.etcd, arguments::etcd(&scratch, &ports))?;
        let mut api_server =
            start("kube-apiserver", &binaries.api_server, arguments::api_server(&scratch, &ports, &files))?;
        let kubectl = Kubectl::new(binaries.kubectl.clone(), files.kubeconfig.clone().into())?;
        await_api_server(&mut api_server, &kubectl)?;
        let controller_manager = start(
            "kube-controller-manager",
            &binaries.controller_manager,
            arguments::controller_manager(&scratch, &files),
        )?;

        Ok(Self {
            _controller_manager: controller_manager,
            _api_server: api_server,
            _etcd: etcd,
            kubectl,
            _scratch: scratch,
        })
    }
}

/// `/readyz` comes before the namespaces that the server makes for itself, so both are awaited.
fn await_api_server(api_server: &mut Process, kubectl: &Kubectl) -> Result<(), Failure> {
    api_server.until("/readyz", LIMIT, || kubectl.run(&["get", "--raw=/readyz"]))?;
    api_server.until("the namespace default", LIMIT, || kubectl.run(&["get", "namespace", "default"]))?;
    Ok(())
}
