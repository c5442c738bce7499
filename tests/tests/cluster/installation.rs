//! The operator and the issuer that serve the tests of this binary, and the manifests that they are given.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use rcgen::generate_simple_self_signed;
use scepter_tests::{Admin, Cluster, Failure, Namespace, Process, Scepter, Scratch, free_port, run};

/// How long something on the cluster may take to come true.
pub(crate) const LIMIT: Duration = Duration::from_mins(2);

/// An issuer and an operator that serve every test of this binary: two operators would write the same statuses.
pub(crate) struct Installation {
    scratch: Scratch,
    webhook: WebhookEndpoint,
    _issuer: Scepter,
    _operator: Process,
}

/// Where the operator's webhook answers, and what proves that it does.
pub(crate) struct WebhookEndpoint {
    pub(crate) port: u16,
    /// The PEM of its certificate, which is its own authority.
    pub(crate) certificate: String,
}

impl Installation {
    pub(crate) fn shared() -> Result<&'static Self, Failure> {
        static SHARED: OnceLock<Result<Installation, Failure>> = OnceLock::new();
        SHARED.get_or_init(Self::start).as_ref().map_err(|failure| panic!("no installation: {failure}"))
    }

    fn start() -> Result<Self, Failure> {
        let cluster = Cluster::with_definitions()?;
        let scratch = Scratch::new("operator")?;
        let data = scratch.join("data");
        let addresses = ["--scep-address", "--api-address", "--ops-address"];
        let addresses = addresses.into_iter().flat_map(|flag| [flag, "127.0.0.1:0"]);
        let arguments = ["issuer".as_ref(), "--data".as_ref(), data.as_os_str()];
        let arguments = arguments.into_iter().chain(addresses.map(AsRef::as_ref));
        let mut issuer = Scepter::start(arguments, &scratch.join("issuer.log"))?;
        issuer.await_line("ready")?;

        let mut command = operator(cluster)?;
        command.arg("--config").arg(data.join("client.yaml"));
        let webhook = WebhookEndpoint::prepare(&scratch, &mut command)?;
        let mut operator = Process::start("operator", command, &scratch.join("operator.log"))?;
        operator.await_line(" ready", LIMIT)?;
        Ok(Self { scratch, webhook, _issuer: issuer, _operator: operator })
    }

    /// The operator's webhook. Nobody asks it before a [`Webhook`](crate::webhook::Webhook) says so.
    pub(crate) fn webhook(&self) -> &WebhookEndpoint {
        &self.webhook
    }

    /// Who reaches the issuer's API.
    pub(crate) fn admin(&self) -> Admin {
        Admin::holding(self.scratch.join("data").join("client.yaml"))
    }

    /// The objects of a namespace that the issuer holds, as `scepter get profiles` prints them.
    pub(crate) fn profiles_at_the_issuer(&self, namespace: &Namespace) -> Result<String, Failure> {
        let mut get = Scepter::command()?;
        get.args(["get", "profiles", "--namespace", namespace.name(), "--config"]);
        get.arg(self.scratch.join("data").join("client.yaml"));
        run(&mut get, b"")
    }
}

impl WebhookEndpoint {
    /// Has the operator that `command` starts serve the webhook.
    fn prepare(scratch: &Scratch, command: &mut Command) -> Result<Self, Failure> {
        let made = generate_simple_self_signed(["127.0.0.1".to_owned()])?;
        let (port, certificate) = (free_port()?, made.cert.pem());
        command.arg("--webhook-address").arg(format!("127.0.0.1:{port}"));
        command.arg("--webhook-tls-certificate").arg(scratch.write("webhook.crt", &certificate)?);
        command.arg("--webhook-tls-key").arg(scratch.write("webhook.key", made.signing_key.serialize_pem())?);
        Ok(Self { port, certificate })
    }
}

/// `scepter operator`, as the cluster's administrator.
pub(crate) fn operator(cluster: &Cluster) -> Result<Command, Failure> {
    let scepter = Scepter::command()?;
    let mut command = cluster.command(&scepter.get_program().to_string_lossy())?;
    command.arg("operator");
    Ok(command)
}

pub(crate) fn quickstart() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/quickstart")
}

pub(crate) fn manifest(file: &str) -> String {
    std::fs::read_to_string(quickstart().join(file)).unwrap()
}
