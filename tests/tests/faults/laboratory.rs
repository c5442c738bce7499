//! A `scepter up` that can be killed and started again: the same manifests, data directory and ports.

use std::path::PathBuf;

use scepter_issuer_api::client::{Client, ClientFile};
use scepter_issuer_api::{CertificateRecord, ObjectReport};
use scepter_tests::{Failure, Scepter, Scratch, free_port, run};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use url::Url;

/// A root and a profile for the group `scanners`.
const PROFILE: &str = include_str!("scanners.yaml");

/// What outlives a crash.
pub(crate) struct Laboratory {
    scratch: Scratch,
    /// SCEP, API and ops.
    ports: [u16; 3],
}

impl Laboratory {
    /// A laboratory with one profile for so many scanners, `scanner-0` and on.
    pub(crate) fn with_scanners(count: usize) -> Result<Self, Failure> {
        let scratch = Scratch::new("faults")?;
        scratch.write("manifests.yaml", format!("{PROFILE}\n---\n{}\n", inventory(count)))?;
        Ok(Self { scratch, ports: [free_port()?, free_port()?, free_port()?] })
    }

    /// Starts it and waits until it serves the profile.
    pub(crate) fn start(&self) -> Result<Scepter, Failure> {
        let [scep, api, ops] = self.ports.map(|port| format!("127.0.0.1:{port}"));
        let (manifests, data) = (self.scratch.join("manifests.yaml"), self.data());
        let mut arguments = vec!["up".into(), "--manifests".into(), manifests.into_os_string()];
        arguments.extend(["--data".into(), data.into_os_string()]);
        for (flag, address) in [("--scep-address", scep), ("--api-address", api), ("--ops-address", ops)] {
            arguments.extend([flag.into(), address.into()]);
        }
        // A log of its own, so that the line of an earlier start is not taken for this one's.
        let log = tempfile::Builder::new().prefix("up-").suffix(".log").tempfile_in(self.scratch.path());
        let log = log.unwrap().into_temp_path().keep().unwrap();
        let mut up = Scepter::start(arguments, &log)?;
        up.await_line("ready")?;
        Ok(up)
    }

    /// Where devices find it.
    pub(crate) fn scep_url(&self) -> Url {
        format!("http://127.0.0.1:{}/scep/default", self.ports[0]).parse().unwrap()
    }

    /// The admin's client.
    pub(crate) fn client(&self) -> Client {
        let text = std::fs::read_to_string(self.data().join("client.yaml")).unwrap();
        let file: ClientFile = serde_saphyr::from_str(&text).unwrap();
        Client::new(file.resolve(&self.data()).unwrap()).unwrap()
    }

    /// The certificates that the running issuer knows, as `scepter get` prints them.
    pub(crate) fn certificates(&self) -> Result<Vec<CertificateRecord>, Failure> {
        self.get("certificates")
    }

    /// What the running issuer says about its one profile.
    pub(crate) fn profile(&self) -> Result<ObjectReport, Failure> {
        Ok(self.get::<Vec<ObjectReport>>("profiles")?.remove(0))
    }

    fn get<T: DeserializeOwned>(&self, listing: &str) -> Result<T, Failure> {
        let mut command = Scepter::command()?;
        command.args(["get", listing, "-o", "json", "--config"]).arg(self.data().join("client.yaml"));
        Ok(serde_json::from_str(&run(&mut command, b"")?).unwrap())
    }

    fn data(&self) -> PathBuf {
        self.scratch.join("data")
    }
}

/// An inventory with so many scanners, all in one group.
fn inventory(scanners: usize) -> Value {
    let ids: Vec<String> = (0..scanners).map(|number| format!("scanner-{number}")).collect();
    let device = |id: &String| {
        json!({
            "id": id, "platform": "AndroidEnterpriseCorporate", "managementMode": "Dedicated", "osVersion": "13",
            "deviceName": id, "serialNumber": format!("SN-{id}"),
        })
    };
    let devices: Vec<Value> = ids.iter().map(device).collect();
    let groups = json!([{"id": "scanners", "kind": "Device", "members": ids}]);
    json!({
        "apiVersion": "scepter.dev/v1alpha1",
        "kind": "InventorySource",
        "metadata": {"name": "directory"},
        "spec": {"source": {"inline": {"devices": devices, "groups": groups}}},
    })
}
