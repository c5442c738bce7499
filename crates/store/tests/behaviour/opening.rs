//! Opening a store that was there before.

use scepter_store::OpenError;

use crate::world::{MAC_KEY, Manifest, World, fleet, open};

pub(crate) async fn what_was_committed_is_there_after_a_restart(world: World) {
    world.sync(&fleet(&["d1"])).await;
    world.put(&Manifest::default()).await;
    let world = world.restarted().await;
    assert!(world.row("d1").await.is_some());
    world.store.verify_audit().await.unwrap();
}

pub(crate) async fn a_database_of_a_newer_version_is_refused(world: World) {
    world
        .tamper(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             SELECT 99, 'from the future', success, checksum, execution_time FROM _sqlx_migrations WHERE version = 1",
        )
        .await;
    world.store.close().await;
    let error = open(world.location.clone(), MAC_KEY).await.unwrap_err();
    assert!(matches!(error, OpenError::Schema { .. }), "{error}");
}
