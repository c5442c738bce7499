//! Inventory: sources, groups, users, devices.

use scepter_policy::inventory::{GroupKind, Inventory};
use scepter_policy::report::DeviceRow;
use scepter_store::inventory::Sync;
use scepter_store::{Mode, SyncError};

use crate::world::{Manifest, World, device, device_id, fleet, group, name, tenant, user};

pub(crate) async fn a_group_inside_a_group_assigns_its_members(world: World) {
    let mut inventory = fleet(&[]);
    inventory.devices.push(device("d1", None));
    inventory.groups[0].members = vec!["laptops".into()];
    inventory.groups.push(group("laptops", GroupKind::Device, &["d1"]));
    world.put(&Manifest::default()).await;
    world.sync(&inventory).await;
    assert!(world.row("d1").await.is_some());
}

pub(crate) async fn a_cycle_of_groups_ends_and_assigns_everyone_in_it(world: World) {
    let mut inventory = fleet(&["d1"]);
    inventory.devices.push(device("d2", None));
    inventory.groups[0].members.push("laptops".into());
    inventory.groups.push(group("laptops", GroupKind::Device, &["fleet", "d2"]));
    world.put(&Manifest::default()).await;
    assert_eq!(world.sync(&inventory).await.counts.assigned, 2);
}

pub(crate) async fn an_id_of_another_source_is_refused_and_named(world: World) {
    world.sync(&fleet(&["d1"])).await;
    let mut theirs = fleet(&["d1", "d2"]);
    theirs.groups.clear();
    let outcome = world.sync_in(&tenant("team-a"), "second", &theirs).await;
    assert_eq!(outcome.source.devices, 1);
    let [rejected] = &outcome.source.rejected[..] else { panic!("{:?}", outcome.source.rejected) };
    assert_eq!((rejected.record.as_str(), rejected.reason.as_str()), ("device d1", "IdClaimed"));
    assert!(rejected.message.contains("directory"), "{}", rejected.message);
    let noted = world.store.last_sync(&tenant("team-a"), &name("second")).await.unwrap();
    assert_eq!(noted, Some(outcome.source));
    world.sync_in(&tenant("team-a"), "second", &Inventory::default()).await;
    assert!(world.store.device(&tenant("team-a"), &device_id("d1")).await.unwrap().is_some());
}

pub(crate) async fn a_record_that_stands_twice_counts_once(world: World) {
    let mut inventory = fleet(&["d1"]);
    inventory.devices.push(device("d1", Some("mallory")));
    let outcome = world.sync(&inventory).await;
    assert_eq!((outcome.source.devices, outcome.source.rejected.len()), (1, 1));
    let stored = world.store.device(&tenant("team-a"), &device_id("d1")).await.unwrap().unwrap();
    assert_eq!(stored.device.user_id, None);
}

pub(crate) async fn an_identical_sync_changes_nothing(world: World) {
    world.put(&Manifest::default()).await;
    assert!(world.sync(&fleet(&["d1"])).await.changed);
    let before = world.store.audit_head().await.unwrap();
    assert!(!world.sync(&fleet(&["d1"])).await.changed);
    assert_eq!(world.store.audit_head().await.unwrap(), before);
}

pub(crate) async fn a_source_that_is_not_declared_is_refused_unless_nothing_is_meant(world: World) {
    let (tenant, source, inventory) = (&tenant("team-a"), &name("nobody"), &fleet(&["d1"]));
    let sync = Sync { tenant, source, inventory, prune: true };
    let refused = world.store.sync_inventory(&sync, Mode::Apply, world.now).await;
    assert!(matches!(refused, Err(SyncError::UnknownSource(_))), "{refused:?}");
    let computed = world.store.sync_inventory(&sync, Mode::DryRun, world.now).await;
    assert_eq!(computed.unwrap().source.devices, 1);
}

pub(crate) async fn a_user_reaches_their_device_through_a_user_group(world: World) {
    world.put(&Manifest { include: vec!["staff".into()], ..Manifest::default() }).await;
    let inventory = Inventory {
        users: vec![user("jdoe")],
        devices: vec![device("d1", Some("jdoe")), device("d2", None)],
        groups: vec![group("staff", GroupKind::User, &["jdoe"])],
    };
    world.sync(&inventory).await;
    let row = world.row("d1").await.unwrap();
    assert_eq!(row.user.map(String::from).as_deref(), Some("jdoe"));
    assert_eq!(world.row("d2").await, None);
}

pub(crate) async fn a_device_that_leaves_the_inventory_leaves_no_row(world: World) {
    world.put(&Manifest::default()).await;
    world.sync(&fleet(&["d1", "d2"])).await;
    let outcome = world.sync(&fleet(&["d2"])).await;
    assert_eq!(outcome.counts.unassigned, 1);
    assert_eq!(world.row("d1").await, None);
    assert!(world.store.check_in(&tenant("team-a"), &device_id("d1"), world.now).await.unwrap().is_none());
}

pub(crate) async fn a_sync_that_does_not_prune_keeps_what_it_does_not_name(world: World) {
    world.sync(&fleet(&["d1", "d2"])).await;
    let (tenant, source, inventory) = (&tenant("team-a"), &name("directory"), &fleet(&["d2"]));
    let sync = Sync { tenant, source, inventory, prune: false };
    let outcome = world.store.sync_inventory(&sync, Mode::Apply, world.now).await.unwrap();
    assert_eq!(outcome.source.devices, 2);
}

pub(crate) async fn deleting_a_source_takes_its_devices_away(world: World) {
    world.put(&Manifest::default()).await;
    world.sync(&fleet(&["d1"])).await;
    let counts =
        world.store.delete_source(&tenant("team-a"), &name("directory"), Mode::Apply, world.now).await;
    assert_eq!(counts.unwrap().unwrap().unassigned, 1);
    assert_eq!(world.store.last_sync(&tenant("team-a"), &name("directory")).await.unwrap(), None);
    assert_eq!(world.row("d1").await, None::<DeviceRow>);
}

pub(crate) async fn a_changed_user_moves_the_revision_of_their_devices(world: World) {
    let mut inventory = Inventory {
        users: vec![user("jdoe")],
        devices: vec![device("d1", Some("jdoe"))],
        groups: Vec::new(),
    };
    world.sync(&inventory).await;
    let before = world.store.device(&tenant("team-a"), &device_id("d1")).await.unwrap().unwrap();
    inventory.users[0].user_name = Some("john".into());
    world.sync(&inventory).await;
    let after = world.store.device(&tenant("team-a"), &device_id("d1")).await.unwrap().unwrap();
    assert!(after.revision > before.revision);
    assert_eq!(after.user.unwrap().user_name.as_deref(), Some("john"));
}

pub(crate) async fn a_dry_run_of_a_sync_changes_nothing(world: World) {
    world.put(&Manifest::default()).await;
    world.sync(&fleet(&["d1"])).await;
    let (tenant, source, inventory) = (&tenant("team-a"), &name("directory"), &Inventory::default());
    let sync = Sync { tenant, source, inventory, prune: true };
    let outcome = world.store.sync_inventory(&sync, Mode::DryRun, world.now).await.unwrap();
    assert_eq!(outcome.counts.unassigned, 1);
    assert!(world.row("d1").await.is_some());
}
