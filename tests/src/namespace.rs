//! A namespace for each test.

use serde_json::json;

use crate::command::run;
use crate::{Cluster, Failure, Kubectl};

/// A namespace that nobody else uses. It is deleted when this value is dropped; the cluster finishes that by itself.
#[derive(Debug)]
pub struct Namespace {
    name: String,
    kubectl: Kubectl,
}

impl Namespace {
    /// Makes one, with a name of the server's choice.
    pub fn fresh(cluster: &Cluster) -> Result<Self, Failure> {
        let namespace =
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"generateName": "scepter-test-"}});
        let mut create = cluster.kubectl().command();
        create.args(["create", "-f", "-", "-o", "jsonpath={.metadata.name}"]);
        let name = run(&mut create, namespace.to_string().as_bytes())?;
        Ok(Self { kubectl: cluster.kubectl().in_namespace(&name), name })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `kubectl` in this namespace.
    pub fn kubectl(&self) -> &Kubectl {
        &self.kubectl
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // Nothing to do about a failure here: a test may have deleted it, and a control plane of ours takes it along.
        let _ = self.kubectl.run(&["delete", "namespace", &self.name, "--wait=false", "--ignore-not-found"]);
    }
}
