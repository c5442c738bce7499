//! What a `scepter up` is about, whether it runs or not.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::{Failure, Scepter, Scratch, Up};

/// The switches that let every listener take a free port, so that tests run side by side.
const ANY_PORTS: [&str; 4] = ["--scep-address", "--scep-tls-address", "--api-address", "--ops-address"];

/// The manifests, the configuration and the data directory of a `scepter up`, which outlive its process.
#[derive(Debug)]
pub struct Premises {
    arguments: Vec<PathBuf>,
    environment: Vec<(&'static str, OsString)>,
    /// Each start has a log of its own, so that a line of an earlier one is not taken for its.
    starts: usize,
    scratch: Scratch,
}

impl Premises {
    /// Copies of `manifests` and of `configuration`, and an empty data directory.
    pub(crate) fn new(
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
            let own = scratch.join("issuer.yaml");
            fs::copy(configuration, &own).map_err(Failure::file("copy", configuration))?;
            arguments.extend(["--config".into(), own]);
        }
        Ok(Self { arguments, environment: environment.to_vec(), starts: 0, scratch })
    }

    /// Starts it, on ports that are free now, and waits until every manifest was judged.
    pub fn start(mut self) -> Result<Up, Failure> {
        self.starts += 1;
        let scepter = Scepter::start_with(&self.arguments, &self.environment, &self.log())?;
        Up::started(scepter, self)
    }

    /// Changes a manifest's text.
    pub fn edit(&self, manifest: &str, change: impl FnOnce(String) -> String) -> Result<(), Failure> {
        let path = self.manifest(manifest);
        let text = fs::read_to_string(&path).map_err(Failure::file("read", &path))?;
        fs::write(&path, change(text)).map_err(Failure::file("write", &path))
    }

    /// Deletes a manifest.
    pub fn delete(&self, manifest: &str) -> Result<(), Failure> {
        let path = self.manifest(manifest);
        fs::remove_file(&path).map_err(Failure::file("delete", &path))
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.scratch.join("data")
    }

    /// What its latest start printed.
    pub(crate) fn log(&self) -> PathBuf {
        self.scratch.join(format!("up-{}.log", self.starts))
    }

    fn manifest(&self, name: &str) -> PathBuf {
        self.scratch.join("manifests").join(name)
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::create_dir(to).map_err(Failure::file("create", to))?;
    for entry in fs::read_dir(from).map_err(Failure::file("read", from))? {
        let entry = entry.map_err(Failure::file("read", from))?;
        fs::copy(entry.path(), to.join(entry.file_name())).map_err(Failure::file("copy", &entry.path()))?;
    }
    Ok(())
}
