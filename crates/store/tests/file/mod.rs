//! The SQLite file.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use futures::future::join_all;
use scepter_store::{IssuanceError, Location, OpenError, Store};

use crate::world::enrolment::{Issuing, Request};
use crate::world::{MAC_KEY, Manifest, World, fleet, key, open};

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

#[tokio::test]
async fn where_the_database_fails_one_of_a_group_the_others_are_recorded_all_the_same() {
    let world = World::sqlite().await;
    let devices: Vec<_> = (0..8).map(|number| format!("d{number}")).collect();
    let names: Vec<_> = devices.iter().map(String::as_str).collect();
    world.sync(&fleet(&names)).await;
    world.put(&Manifest::default()).await;
    let issuing = Issuing::new().await;
    let mut signed = Vec::new();
    for (number, device) in (1..).zip(&names) {
        let credential = world.mint(&key(device), device).await.unwrap();
        let order = issuing.order(&world, &credential, Request::number(number), number).await;
        signed.push(issuing.sign(order).await);
    }
    world
        .tamper(
            "CREATE TRIGGER fault BEFORE INSERT ON certificates WHEN NEW.device = 'd3' \
             BEGIN SELECT RAISE(ABORT, 'a bad sector'); END",
        )
        .await;
    let records = signed.into_iter().map(|issued| world.store.record(issued, world.now));
    for (device, recorded) in names.iter().zip(join_all(records).await) {
        if *device == "d3" {
            let Err(IssuanceError::Store(error)) = recorded else { panic!("{recorded:?}") };
            assert!(error.is_retryable() && error.to_string().contains("a bad sector"), "{error}");
        } else {
            assert_eq!(recorded.unwrap().key().device.as_str(), *device);
        }
    }
    assert_eq!(world.number("SELECT COUNT(*) FROM certificates").await, 7);
    world.store.verify_audit().await.unwrap();
}
