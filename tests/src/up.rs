//! `scepter up` on manifests that a test may change.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{Admin, Failure, Premises, Scepter};

/// A running `scepter up` with a data directory and a copy of the manifests of its own. It ends when dropped.
#[derive(Debug)]
pub struct Up {
    // Before the directory: the process must be gone when its files go.
    scepter: Scepter,
    scep: String,
    scep_tls: String,
    ops: String,
    premises: Premises,
}

impl Up {
    /// Starts on a copy of `manifests`, and waits until every one of them was judged.
    pub fn on(manifests: &Path) -> Result<Self, Failure> {
        Premises::new(manifests, None, &[])?.start()
    }

    /// The same with an issuer's configuration, and with more in the environment.
    pub fn configured(
        manifests: &Path,
        configuration: &Path,
        environment: &[(&'static str, OsString)],
    ) -> Result<Self, Failure> {
        Premises::new(manifests, Some(configuration), environment)?.start()
    }

    pub(crate) fn started(mut scepter: Scepter, premises: Premises) -> Result<Self, Failure> {
        scepter.await_line("ready")?;
        let [scep, scep_tls, ops] = ["scep", "scep-tls", "ops"].map(|name| scepter.listener(name));
        Ok(Self { scepter, scep: scep?, scep_tls: scep_tls?, ops: ops?, premises })
    }

    /// Kills it (SIGKILL), as a crash would, and keeps all that it was about.
    pub fn kill(self) -> Premises {
        self.scepter.into_process().kill();
        self.premises
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
        let log = self.premises.log();
        fs::read_to_string(&log).map_err(Failure::file("read", &log))
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.scepter.id()
    }

    /// The admin of this issuer.
    pub fn admin(&self) -> Admin {
        Admin::holding(self.data().join("client.yaml"))
    }

    /// Its data directory.
    pub fn data(&self) -> PathBuf {
        self.premises.data()
    }

    /// Every object with its status, as `scepter up` keeps them.
    pub fn statuses(&self) -> Result<Vec<Value>, Failure> {
        let mut objects = Vec::new();
        for namespace in entries(&self.data().join("status"))? {
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
        self.premises.edit(manifest, change)
    }

    /// Deletes a manifest; `scepter up` will notice.
    pub fn delete(&self, manifest: &str) -> Result<(), Failure> {
        self.premises.delete(manifest)
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(Failure::file("read", folder))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>();
    paths.map_err(Failure::file("read", folder))
}
