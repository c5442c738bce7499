//! Finding the cluster.

use kube::{Client, Config};

use crate::{Election, OperatorError};

/// A cluster that was found.
#[derive(Clone)]
pub struct Connection {
    /// Its client. No request was made yet.
    pub client: Client,
    /// Whether this process runs inside it, where it may have replicas.
    pub in_cluster: bool,
}

/// Finds the cluster: the one that `KUBECONFIG` (or `~/.kube/config`) names, else the one that this process runs in.
pub async fn connect() -> Result<Connection, OperatorError> {
    let (config, in_cluster) =
        match Config::from_kubeconfig(&kube::config::KubeConfigOptions::default()).await {
            Ok(config) => (config, false),
            Err(outside) => match Config::incluster() {
                Ok(config) => (config, true),
                Err(_) => return Err(OperatorError::NoCluster { problem: outside.to_string() }),
            },
        };
    let client =
        Client::try_from(config).map_err(|error| OperatorError::NoCluster { problem: error.to_string() })?;
    Ok(Connection { client, in_cluster })
}

impl Election {
    /// An election by the Lease `scepter-operator` in the client's own namespace. `host` (a pod's name) is for people;
    /// random bits tell this process from its earlier runs.
    pub fn by_default(client: &Client, host: &str) -> Result<Self, OperatorError> {
        let run =
            getrandom::u64().map_err(|error| OperatorError::NoRandomness { problem: error.to_string() })?;
        Ok(Self {
            namespace: client.default_namespace().to_owned(),
            name: crate::CONTROLLER.to_owned(),
            identity: format!("{host}_{run:016x}"),
        })
    }
}
