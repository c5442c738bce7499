//! The declared world of `scepter up`: what the files say now, and which generation of each object that is.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use scepter_crd::Schemas;
use serde_json::Value;

use super::statuses::Statuses;
use crate::files::{self, Declared, Reading};
use crate::namespaces::{Identity, Namespaces, gather};
use crate::print;

/// The files, as they were last read.
pub(super) struct World {
    path: PathBuf,
    schemas: Schemas,
    objects: Vec<Declared>,
    seen: Option<Marks>,
    generations: BTreeMap<Identity, (Value, i64)>,
}

/// What tells whether files have changed: path, time of change and length of each.
type Marks = Vec<(PathBuf, Option<SystemTime>, u64)>;

impl World {
    /// The world below that path; nothing is read yet.
    pub(super) fn new(path: PathBuf, schemas: Schemas) -> Self {
        Self { path, schemas, objects: Vec::new(), seen: None, generations: BTreeMap::new() }
    }

    /// Reads the files. An error is for the first start alone: later the world stays as it was. No objects at all is an
    /// error too: a directory that was emptied or unmounted must not revoke everything (TH-35).
    pub(super) fn load(&mut self) -> anyhow::Result<()> {
        let marks = marks(std::slice::from_ref(&self.path))?;
        let objects = files::read(std::slice::from_ref(&self.path), &self.schemas)?;
        anyhow::ensure!(
            !objects.is_empty(),
            "{} declares no objects, so nothing is taken up; give the directory of your manifests",
            self.path.display()
        );
        self.objects = objects;
        self.seen = Some(marks);
        self.count_generations();
        Ok(())
    }

    /// Returns once a file has changed and could be read.
    pub(super) async fn changed(&mut self, look: Duration) -> anyhow::Result<()> {
        loop {
            tokio::time::sleep(look).await;
            let marks = marks(std::slice::from_ref(&self.path)).ok();
            if marks.is_none() || marks == self.seen {
                continue;
            }
            match self.load() {
                Ok(()) => return Ok(()),
                Err(error) => {
                    print::error(&error.context("the manifests stay as they were"));
                    self.seen = marks;
                }
            }
        }
    }

    /// An object's generation rises when its spec changes, as an API server would have it.
    fn count_generations(&mut self) {
        for object in &self.objects {
            let Reading::Manifest(manifest) = &object.reading else { continue };
            let spec = manifest.spec();
            let (known, generation) =
                self.generations.entry(object.identity.clone()).or_insert((Value::Null, 0));
            if *known != spec {
                (*known, *generation) = (spec, *generation + 1);
            }
        }
    }

    /// The objects of each namespace, with the statuses they had.
    pub(super) fn namespaces(&self, statuses: &Statuses) -> Namespaces {
        gather(self.objects.iter().map(|object| self.completed(object.clone(), statuses)))
    }

    /// The object as an API server would hand it out: generation and status filled in.
    fn completed(&self, object: Declared, statuses: &Statuses) -> Declared {
        let Declared { place, identity, reading } = object;
        let reading = match reading {
            Reading::Manifest(mut manifest) => {
                let generation = self.generations.get(&identity).map(|(_, generation)| *generation);
                manifest.metadata_mut().generation = generation;
                Reading::Manifest(match statuses.last(&identity) {
                    Some(status) => manifest.with_status(status),
                    None => manifest,
                })
            }
            other => other,
        };
        Declared { place, identity, reading }
    }
}

fn marks(paths: &[PathBuf]) -> anyhow::Result<Marks> {
    let files = files::files(paths)?;
    Ok(files
        .into_iter()
        .map(|file| {
            let metadata = std::fs::metadata(&file).ok();
            let changed = metadata.as_ref().and_then(|metadata| metadata.modified().ok());
            (file, changed, metadata.map_or(0, |metadata| metadata.len()))
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_was_emptied_takes_nothing_away() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a.yaml");
        std::fs::write(&file, "kind: ConfigMap\nmetadata: {name: a}\n").unwrap();
        let mut world = World::new(directory.path().to_owned(), Schemas::new().unwrap());
        world.load().unwrap();
        std::fs::remove_file(&file).unwrap();
        let error = world.load().unwrap_err().to_string();
        assert!(error.contains("declares no objects"), "{error}");
        assert_eq!(world.objects.len(), 1);
    }

    #[test]
    fn an_object_has_its_generation_and_the_status_that_was_kept() {
        let directory = tempfile::tempdir().unwrap();
        let text = "apiVersion: scepter.dev/v1alpha1\nkind: InventorySource\nmetadata: {name: people}\nspec: {source: {inline: {}}}\n";
        std::fs::write(directory.path().join("a.yaml"), format!("{text}status: {{users: 7}}\n")).unwrap();
        let kept = directory.path().join("status/default/inventorysources");
        std::fs::create_dir_all(&kept).unwrap();
        std::fs::write(kept.join("people.yaml"), format!("{text}status: {{users: 3}}\n")).unwrap();
        let mut world = World::new(directory.path().join("a.yaml"), Schemas::new().unwrap());
        world.load().unwrap();
        let all = world.namespaces(&Statuses::at(directory.path().join("status")));
        let source = all.worlds["default"].sources().next().unwrap();
        assert_eq!(source.metadata.generation, Some(1));
        assert_eq!(source.status.as_ref().and_then(|status| status.users), Some(3));
    }
}
