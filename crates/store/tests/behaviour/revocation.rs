//! What ends a certificate's life, and what a CRL says of it.

use jiff::SignedDuration;
use scepter_policy::identity::SerialNumber;
use scepter_policy::inventory::{GroupKind, Inventory};
use scepter_policy::revocation::{RevocationReason, Revoked};
use scepter_policy::vocabulary::{CertificateType, DeletionPolicy, DeviceState};
use scepter_store::Mode;
use scepter_store::check_in::Outcome;

use crate::world::enrolment::{Issuing, Request, authority_name};
use crate::world::{Manifest, World, device, device_id, fleet, group, key, name, tenant, user};

/// A device with a certificate.
async fn with_certificate(
    world: &World,
    manifest: &Manifest,
    inventory: &Inventory,
) -> (Issuing, SerialNumber) {
    world.sync(inventory).await;
    world.put(manifest).await;
    let issuing = Issuing::new().await;
    let credential = world.mint(&key("d1"), "c1").await.unwrap();
    let serial = issuing.enroll(world, &credential, Request::number(1), 1).await.serial();
    (issuing, serial)
}

async fn revoked(world: &World) -> Vec<Revoked> {
    world.store.revoked(&authority_name(), world.now, None, 100).await.unwrap()
}

pub(crate) async fn unassigning_revokes_in_the_same_moment(world: World) {
    let (_, serial) = with_certificate(&world, &Manifest::default(), &fleet(&["d1"])).await;
    let outcome = world.put(&Manifest { include: vec!["others".into()], ..Manifest::default() }).await;
    assert_eq!((outcome.plan.revoke, outcome.plan.remove), (1, 0));
    let reason = RevocationReason::CessationOfOperation;
    assert_eq!(revoked(&world).await, [Revoked { serial, at: world.now, reason }]);
    assert_eq!(world.store.revocation_count(&authority_name()).await.unwrap(), 1);
    let row = world.row("d1").await.unwrap();
    assert_eq!((row.state, row.serial_number), (DeviceState::Revoked, Some(serial.to_string())));
}

pub(crate) async fn a_dry_run_revokes_nothing(world: World) {
    with_certificate(&world, &Manifest::default(), &fleet(&["d1"])).await;
    let others = Manifest { include: vec!["others".into()], ..Manifest::default() };
    assert_eq!(world.try_put(&tenant("team-a"), &others, Mode::DryRun).await.plan.revoke, 1);
    assert_eq!(revoked(&world).await, []);
}

pub(crate) async fn coming_back_needs_a_new_certificate(world: World) {
    let (issuing, old) = with_certificate(&world, &Manifest::default(), &fleet(&["d1"])).await;
    world.sync(&Inventory::default()).await;
    world.sync(&fleet(&["d1"])).await;
    let row = world.row("d1").await.unwrap();
    assert_eq!((row.state, row.serial_number), (DeviceState::Pending, None));
    let credential = world.mint(&key("d1"), "c2").await.unwrap();
    let new = issuing.enroll(&world, &credential, Request::number(2), 2).await.serial();
    assert_ne!(new, old);
    assert_eq!(revoked(&world).await.len(), 1);
}

pub(crate) async fn a_deleted_profile_revokes(world: World) {
    assert_eq!(revoked_by_deleting(&world, DeletionPolicy::Revoke).await, 1);
    assert_eq!(revoked(&world).await.len(), 1);
}

pub(crate) async fn a_deleted_profile_that_retains_revokes_nothing(world: World) {
    assert_eq!(revoked_by_deleting(&world, DeletionPolicy::Retain).await, 0);
    assert_eq!(revoked(&world).await.len(), 0);
}

/// How many certificates the deletion of a profile with one says that it revoked.
async fn revoked_by_deleting(world: &World, policy: DeletionPolicy) -> u32 {
    let manifest = Manifest { deletion_policy: policy, ..Manifest::default() };
    with_certificate(world, &manifest, &fleet(&["d1"])).await;
    let deleted = world.store.delete_profile(&tenant("team-a"), &name("wifi"), Mode::Apply, world.now).await;
    deleted.unwrap().unwrap().revoked
}

pub(crate) async fn a_retained_certificate_dies_when_its_device_leaves(world: World) {
    let manifest = Manifest { deletion_policy: DeletionPolicy::Retain, ..Manifest::default() };
    let (_, serial) = with_certificate(&world, &manifest, &fleet(&["d1"])).await;
    world.store.delete_profile(&tenant("team-a"), &name("wifi"), Mode::Apply, world.now).await.unwrap();
    assert_eq!(world.sync(&Inventory::default()).await.counts.revoked, 1);
    assert_eq!(revoked(&world).await[0].serial, serial);
}

pub(crate) async fn a_users_certificate_dies_when_the_device_passes_to_another(world: World) {
    let staff = |owner| Inventory {
        users: vec![user("jane"), user("john")],
        devices: vec![device("d1", Some(owner))],
        groups: vec![group("fleet", GroupKind::Device, &["d1"])],
    };
    let manifest = Manifest {
        certificate_type: CertificateType::User,
        subject: "CN={{UserName}}".into(),
        ..Manifest::default()
    };
    with_certificate(&world, &manifest, &staff("jane")).await;
    assert_eq!(world.sync(&staff("john")).await.counts.revoked, 1);
    assert_eq!(revoked(&world).await[0].reason, RevocationReason::AffiliationChanged);
    assert_eq!(world.row("d1").await.unwrap().state, DeviceState::Pending);
}

pub(crate) async fn a_devices_certificate_outlives_its_user(world: World) {
    let mut inventory = fleet(&["d1"]);
    inventory.users = vec![user("jane")];
    inventory.devices[0].user_id = Some("jane".parse().unwrap());
    with_certificate(&world, &Manifest::default(), &inventory).await;
    inventory.users.clear();
    world.sync(&inventory).await;
    assert_eq!(revoked(&world).await, []);
}

pub(crate) async fn the_older_certificate_is_revoked_once_the_newer_is_installed(world: World) {
    let (issuing, old) = with_certificate(&world, &Manifest::default(), &fleet(&["d1"])).await;
    let shorter = Manifest { days: 29, ..Manifest::default() };
    assert_eq!(world.put(&shorter).await.plan.reissue, 1);
    let check_in =
        world.store.check_in(&tenant("team-a"), &device_id("d1"), world.now).await.unwrap().unwrap();
    assert!(check_in.profiles[0].current.unwrap().outdated);
    let credential = world.mint(&key("d1"), "c2").await.unwrap();
    assert_eq!(world.row("d1").await.unwrap().state, DeviceState::Issued, "a renewal hides the certificate");
    let new = issuing.enroll(&world, &credential, Request::number(2), 2).await.serial();
    assert_eq!(revoked(&world).await, [], "revoked before the newer one is installed");
    let installed = Outcome::Installed;
    assert!(!world.store.report_certificate(&key("d1"), Some(old), &installed, world.now).await.unwrap());
    assert!(world.store.report_certificate(&key("d1"), Some(new), &installed, world.now).await.unwrap());
    let superseded = Revoked { serial: old, at: world.now, reason: RevocationReason::Superseded };
    assert_eq!(revoked(&world).await, [superseded]);
    let check_in =
        world.store.check_in(&tenant("team-a"), &device_id("d1"), world.now).await.unwrap().unwrap();
    let current = check_in.profiles[0].current.unwrap();
    assert_eq!((current.serial, current.outdated), (new, false));
}

pub(crate) async fn a_revoked_certificate_is_not_replayed(world: World) {
    let (issuing, serial) = with_certificate(&world, &Manifest::default(), &fleet(&["d1"])).await;
    let reason = RevocationReason::KeyCompromise;
    assert!(world.store.revoke(&tenant("team-a"), serial, reason, world.now).await.unwrap());
    assert!(!world.store.revoke(&tenant("team-a"), serial, reason, world.now).await.unwrap());
    assert_eq!(world.row("d1").await.unwrap().state, DeviceState::Revoked);
    let credential = World::credential("c1");
    assert!(issuing.reserve(&world, &credential, Request::number(1), 2).await.is_err());
}

pub(crate) async fn a_crl_lists_what_has_not_ended_and_its_number_only_rises(world: World) {
    let (_, serial) = with_certificate(&world, &Manifest::default(), &fleet(&["d1"])).await;
    world.store.revoke(&tenant("team-a"), serial, RevocationReason::KeyCompromise, world.now).await.unwrap();
    let ended = world.now + SignedDuration::from_hours(24 * 31);
    assert_eq!(world.store.revoked(&authority_name(), ended, None, 100).await.unwrap(), []);
    assert_eq!(world.store.revoked(&"other".parse().unwrap(), world.now, None, 100).await.unwrap(), []);
    let mut numbers = Vec::new();
    for _ in 0..3 {
        numbers.push(world.store.next_crl_number(&authority_name(), world.now).await.unwrap());
    }
    assert_eq!(numbers, [1, 2, 3]);
}

pub(crate) async fn what_a_crl_lists_comes_in_pages_and_each_entry_once(world: World) {
    let devices: Vec<String> = (1..=5).map(|number| format!("d{number}")).collect();
    let devices: Vec<&str> = devices.iter().map(String::as_str).collect();
    world.sync(&fleet(&devices)).await;
    world.put(&Manifest::default()).await;
    let issuing = Issuing::new().await;
    for (number, device) in (1u8..).zip(&devices) {
        let credential = world.mint(&key(device), &format!("c{number}")).await.unwrap();
        issuing.enroll(&world, &credential, Request::number(number), number).await;
    }
    // Two at one moment, which nothing but the serial number tells apart, and three at another.
    world.sync(&fleet(&devices[2..])).await;
    world.sync(&Inventory::default()).await;

    let whole = revoked(&world).await;
    assert_eq!(whole.len(), 5);
    let (mut pages, mut last) = (Vec::new(), None);
    loop {
        let page = world.store.revoked(&authority_name(), world.now, last.as_ref(), 2).await.unwrap();
        assert!(page.len() <= 2);
        let Some(end) = page.last() else { break };
        last = Some(*end);
        pages.extend(page);
    }
    assert_eq!(pages, whole);
}
