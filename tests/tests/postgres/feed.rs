//! The feed while transactions end in another order than they began.

use scepter_policy::identity::Tenant;
use scepter_store::feed::Cursor;
use sqlx::{AnyConnection, Connection as _};

use crate::behaviour::audit::changed_keys;
use crate::world::{Manifest, World, tenant};

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_committed_late_is_told_late_and_holds_newer_ones_back() {
    let world = World::postgres().await;
    let mut connection = AnyConnection::connect(&world.url()).await.unwrap();
    let mut late = connection.begin().await.unwrap();
    let Tenant { owner, namespace } = tenant("team-a");
    sqlx::query("INSERT INTO feed (owner, namespace, kind, name) VALUES ($1, $2, 'ScepProfile', 'late')")
        .bind(owner.as_str())
        .bind(namespace.as_str())
        .execute(&mut *late)
        .await
        .unwrap();
    world.put(&Manifest::default()).await;
    let early = world.store.changes(&owner, Cursor::default(), 10).await.unwrap();
    assert_eq!((early.cursor, early.keys), (Cursor::default(), Vec::new()));
    late.commit().await.unwrap();
    let (_, keys) = changed_keys(&world, early.cursor, 2).await;
    assert_eq!(keys, ["ScepProfile team-a/late", "ScepProfile team-a/wifi"]);
}
