//! The server: a database of it for each world, what is asked of its settings, and its crashes.

use scepter_store::{Location, OpenError};
use scepter_tests::Postgres;

use crate::world::enrolment::{Issuing, Request};
use crate::world::{MAC_KEY, Manifest, World, fleet, key, open};

impl World {
    /// On a database of its own.
    pub(crate) async fn postgres() -> Self {
        Self::at(database(Postgres::shared().unwrap()), None).await
    }
}

/// A new database.
fn database(server: &Postgres) -> Location {
    Location::Postgres(server.database().unwrap().parse().unwrap())
}

/// The setting for which a database is refused.
async fn refused_for(location: Location) -> String {
    match open(location, MAC_KEY).await {
        Err(OpenError::NotDurable { setting, .. }) => setting,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was opened"),
    }
}

#[tokio::test]
async fn a_server_that_does_not_wait_for_its_disk_is_refused() {
    let server = Postgres::start(&["fsync=off"]).unwrap();
    assert_eq!(refused_for(database(&server)).await, "fsync");
}

#[tokio::test]
async fn a_database_whose_commits_do_not_wait_is_refused() {
    let world = World::postgres().await;
    world
        .tamper(
            "DO $$ BEGIN \
             EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); \
             END $$",
        )
        .await;
    assert_eq!(refused_for(world.location.clone()).await, "synchronous_commit");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_store_goes_on_after_the_server_crashed_between_reserving_and_recording() {
    let mut server = Postgres::start(&[]).unwrap();
    let world = World::at(database(&server), None).await;
    world.sync(&fleet(&["d1"])).await;
    world.put(&Manifest::default()).await;
    let credential = world.mint(&key("d1"), "c1").await.unwrap();
    let issuing = Issuing::new().await;
    let order = issuing.order(&world, &credential, Request::number(1), 1).await;
    let serial = order.serial();
    server.crash().unwrap();
    let recorded = world.store.record(issuing.sign(order).await, world.now).await.unwrap();
    assert_eq!(recorded.serial(), serial);
    world.store.verify_audit().await.unwrap();
}
