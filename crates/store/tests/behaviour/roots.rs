//! Trusted roots on devices.

use scepter_policy::identity::ObjectKind;
use scepter_policy::vocabulary::DeviceState;
use scepter_store::Mode;
use scepter_store::check_in::Outcome;
use scepter_store::interpreter::Document;
use scepter_store::objects::PutOutcome;

use crate::world::{Manifest, World, device_id, fleet, key, name, put, root, tenant};

/// Declares the root `wifi` of an authority: it has the name of the profile, which must not matter.
async fn put_root(world: &World, authority: &str) -> PutOutcome {
    let mut put = put(&tenant("team-a"), &Manifest::default());
    put.document = Document { manifest: authority.to_owned(), ..Document::default() };
    let wanted = root::parse(authority, world.now).unwrap();
    world.store.put_root(&put, &wanted, Mode::Apply, world.now).await.unwrap()
}

async fn state(world: &World) -> Option<DeviceState> {
    let check_in = world.store.check_in(&tenant("team-a"), &device_id("d1"), world.now).await.unwrap();
    check_in.unwrap().roots.first().map(|root| root.state)
}

pub(crate) async fn a_root_is_pending_then_delivered_then_installed(world: World) {
    world.sync(&fleet(&["d1"])).await;
    put_root(&world, "default").await;
    assert_eq!(state(&world).await, Some(DeviceState::Pending));
    let (tenant, root, device) = (tenant("team-a"), name("wifi"), device_id("d1"));
    world.store.root_delivered(&tenant, &root, &device, world.now).await.unwrap();
    assert_eq!(state(&world).await, Some(DeviceState::Issued));
    let taken = world.store.report_root(&tenant, &root, &device, &Outcome::Installed, world.now).await;
    assert!(taken.unwrap());
    world.store.root_delivered(&tenant, &root, &device, world.now).await.unwrap();
    assert_eq!(state(&world).await, Some(DeviceState::Installed));
    let stranger = device_id("d2");
    assert!(
        !world.store.report_root(&tenant, &root, &stranger, &Outcome::Installed, world.now).await.unwrap()
    );
}

pub(crate) async fn a_root_with_another_certificate_has_to_be_delivered_anew(world: World) {
    world.sync(&fleet(&["d1"])).await;
    put_root(&world, "default").await;
    let (tenant, root, device) = (tenant("team-a"), name("wifi"), device_id("d1"));
    world.store.report_root(&tenant, &root, &device, &Outcome::Installed, world.now).await.unwrap();
    assert_eq!(put_root(&world, "successor").await.plan.update, 1);
    assert_eq!(state(&world).await, Some(DeviceState::Pending));
}

pub(crate) async fn a_root_and_a_profile_of_one_name_do_not_touch_each_other(world: World) {
    world.sync(&fleet(&["d1"])).await;
    world.put(&Manifest::default()).await;
    put_root(&world, "default").await;
    let credential = world.mint(&key("d1"), "c1").await.unwrap();
    world.store.delete_root(&tenant("team-a"), &name("wifi"), Mode::Apply, world.now).await.unwrap().unwrap();
    let grant = world.store.grant(&credential, scepter_policy::request::KeyFingerprint([1; 32])).await;
    assert!(grant.is_ok(), "{grant:?}");
    let rows = world.store.report(&tenant("team-a"), ObjectKind::TrustedRootProfile, &name("wifi"), 9).await;
    assert_eq!(rows.unwrap().devices, []);
}
