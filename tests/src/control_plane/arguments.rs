//! The command lines of the three servers: what controller-runtime's envtest sets, and what a whole control plane needs
//! beyond it.

use std::path::Path;

use super::credentials::Credentials;
use crate::port::free_ports;
use crate::{Failure, Scratch};

/// The ports of one control plane, all on 127.0.0.1.
pub(super) struct Ports {
    pub(super) api_server: u16,
    etcd_client: u16,
    etcd_peer: u16,
}

impl Ports {
    pub(super) fn choose() -> Result<Self, Failure> {
        let [api_server, etcd_client, etcd_peer] = free_ports()?;
        Ok(Self { api_server, etcd_client, etcd_peer })
    }
}

pub(super) fn etcd(scratch: &Scratch, ports: &Ports) -> Vec<String> {
    let client = format!("http://127.0.0.1:{}", ports.etcd_client);
    let peer = format!("http://127.0.0.1:{}", ports.etcd_peer);
    vec![
        "--name=default".into(),
        flag("data-dir", &scratch.join("etcd")),
        format!("--listen-client-urls={client}"),
        format!("--advertise-client-urls={client}"),
        format!("--listen-peer-urls={peer}"),
        format!("--initial-advertise-peer-urls={peer}"),
        format!("--initial-cluster=default={peer}"),
        // Nothing here outlives the run, a crash of the machine least of all.
        "--unsafe-no-fsync=true".into(),
    ]
}

pub(super) fn api_server(scratch: &Scratch, ports: &Ports, files: &Credentials) -> Vec<String> {
    vec![
        format!("--etcd-servers=http://127.0.0.1:{}", ports.etcd_client),
        "--bind-address=127.0.0.1".into(),
        "--advertise-address=127.0.0.1".into(),
        format!("--secure-port={}", ports.api_server),
        flag("cert-dir", scratch.path()),
        flag("tls-cert-file", &files.server.certificate),
        flag("tls-private-key-file", &files.server.key),
        flag("client-ca-file", &files.authority),
        "--authorization-mode=RBAC".into(),
        "--service-cluster-ip-range=10.0.0.0/24".into(),
        // Service accounts have tokens, but no pod asks for one here.
        "--disable-admission-plugins=ServiceAccount".into(),
        format!("--service-account-issuer=https://127.0.0.1:{}/", ports.api_server),
        flag("service-account-key-file", &files.service_account_public_key),
        flag("service-account-signing-key-file", &files.service_account_key),
        flag("requestheader-client-ca-file", &files.authority),
        "--requestheader-allowed-names=front-proxy".into(),
        "--requestheader-username-headers=X-Remote-User".into(),
        "--requestheader-group-headers=X-Remote-Group".into(),
        "--requestheader-extra-headers-prefix=X-Remote-Extra-".into(),
        flag("proxy-client-cert-file", &files.front_proxy.certificate),
        flag("proxy-client-key-file", &files.front_proxy.key),
    ]
}

pub(super) fn controller_manager(scratch: &Scratch, files: &Credentials) -> Vec<String> {
    vec![
        flag("kubeconfig", &files.kubeconfig),
        "--leader-elect=false".into(),
        "--bind-address=127.0.0.1".into(),
        // Its own port would be the same in every control plane of this machine; nothing asks for it.
        "--secure-port=0".into(),
        flag("cert-dir", scratch.path()),
        "--controllers=garbage-collector-controller,namespace-controller".into(),
        // Without it the controllers may delete nothing, and namespaces stay in Terminating.
        "--use-service-account-credentials=true".into(),
    ]
}

fn flag(name: &str, path: &Path) -> String {
    format!("--{name}={}", path.display())
}
