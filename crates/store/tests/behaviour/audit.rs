//! The audit and the feed.

use std::time::Duration;

use scepter_policy::identity::Tenant;
use scepter_store::Mode;
use scepter_store::events::{AuditError, What};
use scepter_store::feed::{Cursor, FeedError};

use crate::world::{Manifest, World, fleet, name, tenant};

/// Three events: a source applied, an inventory synced, a profile applied.
async fn with_events(world: &World) {
    world.sync(&fleet(&["d1"])).await;
    world.put(&Manifest::default()).await;
}

async fn broken_at(world: &World) -> i64 {
    match world.store.verify_audit().await {
        Err(AuditError::Broken { sequence, .. }) => sequence,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn an_untouched_audit_verifies_up_to_its_head(world: World) {
    assert_eq!(world.store.verify_audit().await.unwrap().sequence, 0);
    with_events(&world).await;
    let head = world.store.verify_audit().await.unwrap();
    assert_eq!(head, world.store.audit_head().await.unwrap());
    let events = world.store.events(&tenant("team-a"), 0, 10).await.unwrap();
    let what: Vec<What> = events.iter().map(|event| event.what).collect();
    assert_eq!(what, [What::ObjectApplied, What::InventorySynced, What::ObjectApplied]);
    assert_eq!(head.sequence, 3);
    assert_eq!(world.store.newest_event().await.unwrap(), events.last().map(|event| event.recorded_at));
}

pub(crate) async fn a_changed_event_breaks_the_chain_where_it_stands(world: World) {
    with_events(&world).await;
    world.tamper("UPDATE events SET name = 'innocent' WHERE sequence = 2").await;
    assert_eq!(broken_at(&world).await, 2);
}

pub(crate) async fn a_removed_event_breaks_the_chain_where_it_stood(world: World) {
    with_events(&world).await;
    world.tamper("DELETE FROM events WHERE sequence = 3").await;
    assert_eq!(broken_at(&world).await, 3);
    world.tamper("DELETE FROM events WHERE sequence = 1").await;
    assert_eq!(broken_at(&world).await, 1);
}

pub(crate) async fn events_of_two_processes_and_a_dry_run_between_them_make_one_chain(world: World) {
    with_events(&world).await;
    let other = world.with_another_mac_key().await;
    let named = |name: &str| Manifest { name: name.into(), ..Manifest::default() };
    other.put(&named("second")).await;
    world.put(&named("third")).await;
    world.try_put(&tenant("team-a"), &named("never"), Mode::DryRun).await;
    world.put(&named("fourth")).await;
    other.put(&named("fifth")).await;
    assert_eq!(world.store.verify_audit().await.unwrap().sequence, 7);
}

async fn changed(world: &World, tenant: &Tenant, after: Cursor) -> (Cursor, Vec<String>) {
    let changes = world.store.changes(&tenant.owner, after, 100).await.unwrap();
    (changes.cursor, changes.keys.iter().map(ToString::to_string).collect())
}

/// The same, once so many keys are told. PostgreSQL tells nothing while an older transaction of the server is open, and
/// other tests have theirs (decision 0064).
pub(crate) async fn changed_keys(world: &World, after: Cursor, count: usize) -> (Cursor, Vec<String>) {
    let told = async {
        loop {
            let (cursor, keys) = changed(world, &tenant("team-a"), after).await;
            if keys.len() >= count {
                return (cursor, keys);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), told).await.unwrap()
}

pub(crate) async fn the_feed_names_each_changed_key_once_and_in_the_order_of_its_last_change(world: World) {
    let mut waiting = world.store.subscribe();
    waiting.borrow_and_update();
    with_events(&world).await;
    assert!(waiting.has_changed().unwrap());
    let (cursor, keys) = changed_keys(&world, Cursor::default(), 2).await;
    assert_eq!(keys, ["InventorySource team-a/directory", "ScepProfile team-a/wifi"]);
    assert_eq!(changed(&world, &tenant("team-a"), cursor).await, (cursor, Vec::new()));
    world.sync(&fleet(&["d1", "d2"])).await;
    let (newer, keys) = changed_keys(&world, cursor, 2).await;
    assert_eq!(keys, ["ScepProfile team-a/wifi", "InventorySource team-a/directory"]);
    let (_, all) = changed(&world, &tenant("team-a"), Cursor::default()).await;
    assert_eq!(all, keys, "an older entry of a key was kept");
    assert_eq!(newer.to_string().parse(), Ok(newer));
}

pub(crate) async fn the_feed_shows_an_owner_nothing_of_another(world: World) {
    with_events(&world).await;
    let other = Tenant { owner: "cluster-2".parse().unwrap(), ..tenant("team-a") };
    assert_eq!(changed(&world, &other, Cursor::default()).await.1, Vec::<String>::new());
    assert_eq!(world.store.objects(&other.owner).await.unwrap(), []);
    assert_eq!(world.store.objects(&tenant("team-a").owner).await.unwrap().len(), 2);
}

pub(crate) async fn a_cursor_from_the_future_of_a_restored_store_is_refused(world: World) {
    with_events(&world).await;
    let future: Cursor = "0-ffff".parse().unwrap();
    let answer = world.store.changes(&tenant("team-a").owner, future, 10).await;
    assert!(matches!(answer, Err(FeedError::Compacted)), "{answer:?}");
    world.store.delete_profile(&tenant("team-a"), &name("wifi"), Mode::Apply, world.now).await.unwrap();
}
