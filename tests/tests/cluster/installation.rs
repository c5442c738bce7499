//! The operator and the issuer that serve the tests of this binary, and the manifests that they are given.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use scepter_tests::{Admin, Cluster, Failure, Namespace, Process, Scepter, Scratch, run};

/// How long something on the cluster may take to come true.
pub(crate) const LIMIT: Duration = Duration::from_mins(2);

/// An issuer and an operator that serve every test of this binary: two operators would write the same statuses.
pub(crate) struct Installation {
    scratch: Scratch,
    _issuer: Scepter,
    _operator: Process,
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
        let mut operator = Process::start("operator", command, &scratch.join("operator.log"))?;
        operator.await_line(" ready", LIMIT)?;
        Ok(Self { scratch, _issuer: issuer, _operator: operator })
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

/// `scepter operator`, as the cluster's administrator.
pub(crate) fn operator(cluster: &Cluster) -> Result<std::process::Command, Failure> {
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
