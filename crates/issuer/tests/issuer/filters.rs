//! Filters on the whole way: who gets a profile, and what happens when a device stops matching.

use scepter_device::EnrollError;
use scepter_issuer_api::{Mode, PutOutcome};
use scepter_policy::vocabulary::DeviceState;
use serde_json::{Value, json};

use crate::world::{World, inventory, profile, root};

/// The profile for all laptops of the group that a filter describes.
fn filtered(mode: &str, expression: &str) -> Value {
    let mut profile = profile();
    profile["spec"]["assignments"]["include"][0]["filter"] =
        json!({ "mode": mode, "expression": expression });
    profile
}

/// Laptops 1 to 3, all in the group, each of another model.
fn models(models: [&str; 3]) -> Value {
    let mut inventory = inventory(&["laptop-1", "laptop-2", "laptop-3"]);
    for (device, model) in models.into_iter().enumerate() {
        inventory["spec"]["source"]["inline"]["devices"][device]["model"] = model.into();
    }
    inventory
}

async fn world(profile: &Value, inventory: &Value) -> World {
    let world = World::empty().await;
    for manifest in [&root(), profile, inventory] {
        let outcome = world.put(manifest, Mode::Apply).await;
        assert!(matches!(outcome, PutOutcome::Applied(_)), "{outcome:#?}");
    }
    world
}

/// The devices that have a row, with its state.
async fn rows(world: &World) -> Vec<(String, DeviceState)> {
    let devices = world.report().await.devices;
    let mut rows: Vec<_> = devices.into_iter().map(|row| (row.device.to_string(), row.state)).collect();
    rows.sort();
    rows
}

#[tokio::test]
async fn only_devices_that_match_are_given_the_profile() {
    let profile = filtered("Include", r#"(device.model -startsWith "Surface")"#);
    let world = world(&profile, &models(["Surface Go", "Latitude", "Surface Pro"])).await;
    let pending = |device: &str| (device.to_owned(), DeviceState::Pending);
    assert_eq!(rows(&world).await, [pending("laptop-1"), pending("laptop-3")]);

    world.enroll(&world.ticket("laptop-1").await).await.unwrap();
    world.check_in("laptop-2").await;
    world.report_root("laptop-2").await;
    assert!(world.check_in("laptop-2").await.profiles.is_empty(), "no challenge is minted for it");
    assert_eq!(world.row("laptop-1").await.state, DeviceState::Issued);
    assert_eq!(world.certificates().await, 1);
}

#[tokio::test]
async fn devices_that_match_an_exclude_filter_are_left_out() {
    let profile = filtered("Exclude", r#"(device.model -startsWith "Surface")"#);
    let world = world(&profile, &models(["Surface Go", "Latitude", "Surface Pro"])).await;
    assert_eq!(rows(&world).await, [("laptop-2".to_owned(), DeviceState::Pending)]);
}

#[tokio::test]
async fn a_device_that_stops_matching_loses_its_certificate_and_its_challenge() {
    let profile = filtered("Include", r#"(device.model -startsWith "Surface")"#);
    let world = world(&profile, &models(["Surface Go", "Surface Pro", "Latitude"])).await;
    world.enroll(&world.ticket("laptop-1").await).await.unwrap();
    let open = world.ticket("laptop-2").await;

    world.put(&models(["Latitude", "Latitude", "Latitude"]), Mode::Apply).await;

    let refused = world.enroll(&open).await;
    assert!(matches!(refused, Err(EnrollError::Refused { .. })), "{refused:?}");
    let row = world.row("laptop-1").await;
    assert_eq!(row.state, DeviceState::Revoked);
    assert_eq!(
        row.message.as_deref(),
        Some("the Include filter on group laptops does not match device laptop-1")
    );
    assert_eq!(world.certificates().await, 1);
}

#[tokio::test]
async fn a_question_without_an_answer_keeps_what_is_out_and_allows_nothing_new() {
    let profile = filtered("Exclude", "(device.operatingSystemVersion -lt 10.0.22000)");
    let world = world(&profile, &inventory(&["laptop-1", "laptop-2"])).await;
    world.enroll(&world.ticket("laptop-1").await).await.unwrap();

    let mut unversioned = inventory(&["laptop-1", "laptop-2"]);
    for device in unversioned["spec"]["source"]["inline"]["devices"].as_array_mut().unwrap() {
        device.as_object_mut().unwrap().remove("osVersion");
    }
    world.put(&unversioned, Mode::Apply).await;

    assert_eq!(world.row("laptop-1").await.state, DeviceState::Issued);
    let row = world.row("laptop-2").await;
    assert_eq!((row.state, row.reason.as_deref()), (DeviceState::Failed, Some("ASG-13")));
    world.report_root("laptop-2").await;
    assert!(world.check_in("laptop-2").await.profiles.is_empty());
}

#[tokio::test]
async fn a_filter_that_cannot_be_read_is_refused_by_the_issuer_too() {
    let world = World::empty().await;
    world.put(&root(), Mode::Apply).await;
    let outcome = world.put(&filtered("Include", r#"(device.isRooted -eq "True")"#), Mode::Apply).await;
    let PutOutcome::Refused { diagnostics, .. } = outcome else { panic!("{outcome:#?}") };
    let finding = diagnostics.iter().next().unwrap();
    assert_eq!(finding.rule.as_str(), "ASG-13");
    assert!(finding.message.starts_with("at column 2: device.isRooted cannot be asked for"), "{finding}");
}
