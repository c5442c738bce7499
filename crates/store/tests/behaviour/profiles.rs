//! Profiles and their assignments.

use scepter_policy::identity::{Association, ObjectKind};
use scepter_policy::vocabulary::{DeviceState, Platform};
use scepter_store::objects::Origin;
use scepter_store::{MintError, Mode, PutError};

use crate::world::{Manifest, World, bare_device, device, fleet, group, key, name, put, tenant};

use scepter_policy::inventory::{GroupKind, Inventory};

pub(crate) async fn a_profile_assigns_the_devices_of_its_groups(world: World) {
    world.sync(&fleet(&["d1", "d2"])).await;
    let outcome = world.put(&Manifest::default()).await;
    assert_eq!((outcome.changed, outcome.plan.create), (true, 2));
    assert_eq!(world.row("d1").await.unwrap().state, DeviceState::Pending);
    assert_eq!(world.row("d2").await.unwrap().last_transition_time, world.now);
}

pub(crate) async fn an_identical_put_changes_nothing(world: World) {
    world.sync(&fleet(&["d1"])).await;
    let first = world.put(&Manifest::default()).await;
    let before = world.store.audit_head().await.unwrap();
    let second = world.put(&Manifest::default()).await;
    assert_eq!((second.changed, second.revision), (false, first.revision));
    assert_eq!(world.store.audit_head().await.unwrap(), before);
}

pub(crate) async fn a_dry_run_computes_the_plan_and_changes_nothing(world: World) {
    world.sync(&fleet(&["d1", "d2"])).await;
    let outcome = world.try_put(&tenant("team-a"), &Manifest::default(), Mode::DryRun).await;
    assert_eq!(outcome.plan.create, 2);
    assert_eq!(world.row("d1").await, None);
    let stored = world.store.object(&tenant("team-a"), ObjectKind::ScepProfile, &name("wifi")).await;
    assert_eq!(stored.unwrap(), None);
}

pub(crate) async fn an_exclusion_takes_its_devices_away(world: World) {
    let mut inventory = fleet(&["d1", "d2"]);
    inventory.groups.push(group("lost", GroupKind::Device, &["d2"]));
    world.sync(&inventory).await;
    world.put(&Manifest::default()).await;
    let without = Manifest { exclude: vec!["lost".into()], ..Manifest::default() };
    let outcome = world.put(&without).await;
    assert_eq!((outcome.plan.create, outcome.plan.remove), (0, 1));
    assert!(world.row("d1").await.is_some() && world.row("d2").await.is_none());
}

pub(crate) async fn a_device_of_the_wrong_version_is_not_applicable(world: World) {
    let mut inventory = fleet(&["new", "old"]);
    inventory.devices[0].os_version = Some("10.0.22631.0".into());
    inventory.devices[1].os_version = Some("10.0.10240.0".into());
    world.sync(&inventory).await;
    world.put(&Manifest { os_version_at_least: Some("10.0.19041.0".into()), ..Manifest::default() }).await;
    assert_eq!(world.row("new").await.unwrap().state, DeviceState::Pending);
    let old = world.row("old").await.unwrap();
    assert_eq!((old.state, old.reason.as_deref()), (DeviceState::NotApplicable, Some("NotApplicable")));
}

pub(crate) async fn a_question_without_an_answer_is_a_failed_row_that_gets_no_challenge(world: World) {
    world.sync(&fleet(&["d1"])).await;
    // Without a version, a version rule cannot be decided.
    world.put(&Manifest { os_version_at_least: Some("10.0.19041.0".into()), ..Manifest::default() }).await;
    let row = world.row("d1").await.unwrap();
    assert_eq!(row.state, DeviceState::Failed);
    assert!(row.reason.is_some() && row.message.is_some(), "{row:?}");
    assert!(matches!(world.mint(&key("d1"), "c1").await, Err(MintError::NotAssigned(_))));
}

pub(crate) async fn the_same_names_in_another_tenant_are_other_things(world: World) {
    let other = tenant("team-b");
    world.sync(&fleet(&["d1"])).await;
    world.put(&Manifest::default()).await;
    world.put_in(&other, &Manifest::default()).await;
    let report = world.store.report(&other, ObjectKind::ScepProfile, &name("wifi"), 10).await.unwrap();
    assert_eq!(report.devices, [], "team-b has no inventory");
    world.sync_in(&other, "directory", &fleet(&["d1"])).await;
    world.sync_in(&other, "directory", &Inventory::default()).await;
    assert!(world.row("d1").await.is_some(), "emptying team-b touched team-a");
    world.store.delete_profile(&other, &name("wifi"), Mode::Apply, world.now).await.unwrap().unwrap();
    assert!(world.row("d1").await.is_some(), "deleting in team-b touched team-a");
}

pub(crate) async fn a_recreated_namespace_is_refused_until_the_old_objects_are_gone(world: World) {
    world.put(&Manifest::default()).await;
    let manifest = Manifest::default();
    let mut again = put(&tenant("team-a"), &manifest);
    again.origin = Origin { namespace_uid: "another".into(), ..again.origin };
    let refused = world.store.put_profile(&again, &manifest.profile(), Mode::Apply, world.now).await;
    assert!(matches!(refused, Err(PutError::ForeignOrigin { .. })), "{refused:?}");
    world.store.delete_profile(&again.tenant, &again.name, Mode::Apply, world.now).await.unwrap();
    let taken = world.store.put_profile(&again, &manifest.profile(), Mode::Apply, world.now).await;
    assert!(taken.unwrap().changed);
}

pub(crate) async fn an_apple_device_has_a_row_for_each_associated_profile(world: World) {
    let mut inventory = fleet(&["laptop"]);
    inventory.devices.push(bare_device("phone", Platform::Ios));
    inventory.groups[0].members.push("phone".into());
    world.sync(&inventory).await;
    let phones =
        Manifest { platform: Platform::Ios, wifi_profiles: vec!["corp".into()], ..Manifest::default() };
    assert_eq!(world.put(&phones).await.plan.create, 2);
    let mut associations = Vec::new();
    for association in [Association::Own, Association::WiFi("corp".into())] {
        let key = scepter_policy::identity::AssignmentKey { association, ..key("phone") };
        world.mint(&key, &format!("c{}", associations.len())).await.unwrap();
        associations.push(key);
    }
    let own = Manifest { wifi_profiles: Vec::new(), ..phones };
    assert_eq!(world.put(&own).await.plan.remove, 1);
}

pub(crate) async fn a_deleted_profile_leaves_no_rows(world: World) {
    world.sync(&fleet(&["d1"])).await;
    world.put(&Manifest::default()).await;
    let counts = world.store.delete_profile(&tenant("team-a"), &name("wifi"), Mode::Apply, world.now).await;
    assert_eq!(counts.unwrap().unwrap().unassigned, 1);
    assert_eq!(world.row("d1").await, None);
    let again = world.store.delete_profile(&tenant("team-a"), &name("wifi"), Mode::Apply, world.now).await;
    assert_eq!(again.unwrap(), None);
}

pub(crate) async fn rows_come_worst_first_and_the_rest_is_counted(world: World) {
    let mut inventory = fleet(&["a-challenged", "b-pending", "c-failed"]);
    inventory.devices.push(device("d-elsewhere", None));
    world.sync(&inventory).await;
    world.put(&Manifest::default()).await;
    world.mint(&key("a-challenged"), "c1").await.unwrap();
    let failed = scepter_store::check_in::Outcome::Failed("no TPM".into());
    world.store.report_certificate(&key("c-failed"), None, &failed, world.now).await.unwrap();
    let report =
        world.store.report(&tenant("team-a"), ObjectKind::ScepProfile, &name("wifi"), 2).await.unwrap();
    let shown: Vec<_> = report.devices.iter().map(|row| row.device.as_str()).collect();
    assert_eq!(shown, ["c-failed", "b-pending"]);
    assert_eq!(report.omitted_devices, 1);
    assert_eq!((report.summary.assigned, report.summary.challenge_issued), (3, 1));
    assert_eq!((report.failures[0].count, report.failures[0].example_device.as_str()), (1, "c-failed"));
}

pub(crate) async fn more_devices_than_one_batch_are_all_assigned(world: World) {
    let ids: Vec<String> = (0..1001).map(|number| format!("d{number}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    world.sync(&fleet(&ids)).await;
    assert_eq!(world.put(&Manifest::default()).await.plan.create, 1001);
    assert_eq!(world.sync(&fleet(&ids[..500])).await.counts.unassigned, 501);
}

pub(crate) async fn pending_does_not_outrank_a_challenge(world: World) {
    world.sync(&fleet(&["d1"])).await;
    world.put(&Manifest::default()).await;
    world.store.set_pending(&key("d1"), "RootNotDelivered", "root has not arrived", world.now).await.unwrap();
    assert_eq!(world.row("d1").await.unwrap().reason.as_deref(), Some("RootNotDelivered"));
    world.mint(&key("d1"), "c1").await.unwrap();
    world.store.set_pending(&key("d1"), "RootNotDelivered", "root has not arrived", world.now).await.unwrap();
    let row = world.row("d1").await.unwrap();
    assert_eq!((row.state, row.reason), (DeviceState::ChallengeIssued, None));
}
