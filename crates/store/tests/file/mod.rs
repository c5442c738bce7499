//! The SQLite file.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use scepter_store::{Location, OpenError, Store};

use crate::world::{MAC_KEY, World, fleet, open};

impl World {
    /// On a file of its own.
    pub(crate) async fn sqlite() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let location = Location::Sqlite(directory.path().join("scepter.db"));
        Self::at(location, Some(directory)).await
    }

    fn file(&self) -> &Path {
        match &self.location {
            Location::Sqlite(path) => path,
            Location::Postgres(_) => panic!("no file"),
        }
    }
}

async fn open_at(file: PathBuf) -> Result<Store, OpenError> {
    open(Location::Sqlite(file), MAC_KEY).await
}

#[tokio::test]
async fn the_database_and_its_log_are_readable_for_their_owner_alone() {
    let world = World::sqlite().await;
    world.sync(&fleet(&["d1"])).await;
    let directory = world.file().parent().unwrap();
    let files: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(files.iter().any(|file| file.extension().is_some_and(|end| end == "db-wal")), "{files:?}");
    for file in files {
        let mode = fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.display());
    }
}

#[tokio::test]
async fn a_database_that_others_could_read_is_closed_to_them() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("scepter.db");
    fs::write(&file, []).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    open_at(file.clone()).await.unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_missing_directory_is_made_and_an_impossible_one_is_named() {
    let directory = tempfile::tempdir().unwrap();
    open_at(directory.path().join("a/b/scepter.db")).await.unwrap();
    fs::write(directory.path().join("file"), "").unwrap();
    let error = open_at(directory.path().join("file/scepter.db")).await.unwrap_err();
    assert!(matches!(error, OpenError::NotWritable { .. }), "{error}");
    assert!(error.to_string().contains("file"), "{error}");
}

#[tokio::test]
async fn a_path_with_odd_characters_is_opened_as_it_is_written() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("a b?c%20d.db");
    open_at(file.clone()).await.unwrap();
    assert!(fs::metadata(&file).unwrap().len() > 0);
}
