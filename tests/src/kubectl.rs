//! `kubectl`, as a person uses it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use serde_json::Value;

use crate::command::{line, run, run_aloud};
use crate::{Failure, Scratch};

/// A `kubectl` that talks to one cluster, in one namespace when it was given one.
#[derive(Clone, Debug)]
pub struct Kubectl {
    program: PathBuf,
    kubeconfig: OsString,
    /// The usual discovery cache is keyed by host and port, and a later control plane may get the same port.
    cache: Arc<Scratch>,
    namespace: Option<String>,
}

impl Kubectl {
    pub(crate) fn new(program: PathBuf, kubeconfig: OsString) -> Result<Self, Failure> {
        let cache = Arc::new(Scratch::new("kubectl")?);
        Ok(Self { program, kubeconfig, cache, namespace: None })
    }

    pub(crate) fn in_namespace(&self, namespace: &str) -> Self {
        Self { namespace: Some(namespace.to_owned()), ..self.clone() }
    }

    /// Runs it with `arguments` and returns what it prints.
    pub fn run(&self, arguments: &[&str]) -> Result<String, Failure> {
        run(self.command().args(arguments), b"")
    }

    /// Runs it with `arguments` and `-o json`.
    pub fn json(&self, arguments: &[&str]) -> Result<Value, Failure> {
        let mut command = self.command();
        command.args(arguments).args(["-o", "json"]);
        let printed = run(&mut command, b"")?;
        serde_json::from_str(&printed).map_err(|source| Failure::NotJson { command: line(&command), source })
    }

    /// Applies `manifests`, server-side. Returns the lines it prints, warnings apart.
    pub fn apply(&self, manifests: &str) -> Result<String, Failure> {
        run(self.command().args(["apply", "--server-side", "-f", "-"]), manifests.as_bytes())
    }

    /// Has the server judge `manifests`, strictly and without storing anything. Returns the warnings that it gives.
    pub fn dry_run(&self, manifests: &str) -> Result<Vec<String>, Failure> {
        let mut command = self.command();
        command.args(["apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-"]);
        let (_, warnings) = run_aloud(&mut command, manifests.as_bytes())?;
        Ok(warnings.lines().map(str::to_owned).collect())
    }

    /// A command with the cluster and the namespace set, for what the methods here do not do.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        self.configure(&mut command);
        if let Some(namespace) = &self.namespace {
            command.arg("--namespace").arg(namespace);
        }
        command
    }

    /// Has any command that talks to the cluster, or starts one that does, talk to this one.
    pub(crate) fn configure(&self, command: &mut Command) {
        command
            .env("KUBECONFIG", &self.kubeconfig)
            .env("KUBECACHEDIR", self.cache.path())
            .env("KUBERC", "off");
    }

    pub(crate) fn program(&self) -> &Path {
        &self.program
    }
}
