//! `scepter up` on manifests that a test may change.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{Admin, Failure, Scepter, Scratch};

/// The switches that let every listener take a free port, so that tests run side by side.
const ANY_PORTS: [&str; 4] = ["--scep-address", "--scep-tls-address", "--api-address", "--ops-address"];

/// A running `scepter up` with a data directory and a copy of the manifests of its own. It ends when dropped.
#[derive(Debug)]
pub struct Up {
    // Before the directory: the process must be gone when its files go.
    scepter: Scepter,
    scep: String,
    scep_tls: String,
    ops: String,
    scratch: Scratch,
}

impl Up {
    /// Starts on a copy of `manifests`, and waits until every one of them was judged.
    pub fn on(manifests: &Path) -> Result<Self, Failure> {
        Self::start(manifests, None, &[])
    }

    /// The same with an issuer's configuration, and with more in the environment.
    pub fn configured(
        manifests: &Path,
        configuration: &Path,
        environment: &[(&'static str, OsString)],
    ) -> Result<Self, Failure> {
        Self::start(manifests, Some(configuration), environment)
    }

    fn start(
        manifests: &Path,
        configuration: Option<&Path>,
        environment: &[(&'static str, OsString)],
    ) -> Result<Self, Failure> {
        let scratch = Scratch::new("up")?;
        copy(manifests, &scratch.join("manifests"))?;
        let mut arguments: Vec<PathBuf> = vec!["up".into()];
        arguments.extend(["--manifests".into(), scratch.join("manifests")]);
        arguments.extend(["--data".into(), scratch.join("data")]);
        for switch in ANY_PORTS {
            arguments.extend([switch.into(), "127.0.0.1:0".into()]);
        }
        if let Some(configuration) = configuration {
            arguments.extend(["--config".into(), configuration.to_owned()]);
        }
        let mut scepter = Scepter::start_with(arguments, environment, &scratch.join("up.log"))?;
        scepter.await_line("ready")?;
        let [scep, scep_tls, ops] = ["scep", "scep-tls", "ops"].map(|name| scepter.listener(name));
        Ok(Self { scepter, scep: scep?, scep_tls: scep_tls?, ops: ops?, scratch })
    }

    /// The SCEP URL of an authority, over plain HTTP.
    pub fn scep(&self, authority: &str) -> String {
        format!("{}/scep/{authority}", self.scep)
    }

    /// The same over TLS, with the certificate `tls/tls.pem` of the data directory.
    pub fn scep_over_tls(&self, authority: &str) -> String {
        format!("{}/scep/{authority}", self.scep_tls)
    }

    /// The URL of the listener for probes and metrics.
    pub fn ops(&self) -> &str {
        &self.ops
    }

    /// All that it has printed so far, its log included.
    pub fn output(&self) -> Result<String, Failure> {
        let log = self.scratch.join("up.log");
        fs::read_to_string(&log).map_err(Failure::file("read", &log))
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.scepter.id()
    }

    /// The admin of this issuer.
    pub fn admin(&self) -> Admin {
        Admin::holding(self.scratch.join("data/client.yaml"))
    }

    /// Its data directory.
    pub fn data(&self) -> PathBuf {
        self.scratch.join("data")
    }

    /// Every object with its status, as `scepter up` keeps them.
    pub fn statuses(&self) -> Result<Vec<Value>, Failure> {
        let mut objects = Vec::new();
        for namespace in entries(&self.scratch.join("data/status"))? {
            for kind in entries(&namespace)? {
                for object in entries(&kind)? {
                    let text = fs::read_to_string(&object).map_err(Failure::file("read", &object))?;
                    objects.push(serde_saphyr::from_str(&text).map_err(|error| Failure::Absent {
                        wanted: format!("object ({error})"),
                        printed: text.clone(),
                    })?);
                }
            }
        }
        Ok(objects)
    }

    /// Changes a manifest's text; `scepter up` will notice.
    pub fn edit(&self, manifest: &str, change: impl FnOnce(String) -> String) -> Result<(), Failure> {
        let path = self.manifest(manifest);
        let text = fs::read_to_string(&path).map_err(Failure::file("read", &path))?;
        fs::write(&path, change(text)).map_err(Failure::file("write", &path))
    }

    /// Deletes a manifest; `scepter up` will notice.
    pub fn delete(&self, manifest: &str) -> Result<(), Failure> {
        let path = self.manifest(manifest);
        fs::remove_file(&path).map_err(Failure::file("delete", &path))
    }

    fn manifest(&self, name: &str) -> PathBuf {
        self.scratch.join("manifests").join(name)
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(Failure::file("read", folder))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>();
    paths.map_err(Failure::file("read", folder))
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::create_dir(to).map_err(Failure::file("create", to))?;
    for entry in fs::read_dir(from).map_err(Failure::file("read", from))? {
        let entry = entry.map_err(Failure::file("read", from))?;
        fs::copy(entry.path(), to.join(entry.file_name())).map_err(Failure::file("copy", &entry.path()))?;
    }
    Ok(())
}
