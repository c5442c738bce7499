//! Challenges and what they grant.

use futures::future::join_all;
use jiff::SignedDuration;
use scepter_policy::inventory::Inventory;
use scepter_policy::issuance::{ChallengeId, Credential, CredentialState, Refusal, RefusalReason, Secret};
use scepter_policy::request::KeyFingerprint;
use scepter_policy::vocabulary::DeviceState;
use scepter_store::{IssuanceError, MintError};

use crate::world::{Manifest, World, fleet, key};

/// Where the feed ends: each commit moves the profile there once, if its status may have changed.
const FEED_END: &str = "SELECT MAX(id) FROM feed";

/// The key of a request; any will do where nothing is reserved.
const KEY: KeyFingerprint = KeyFingerprint([1; 32]);

async fn with_device(world: &World) {
    world.sync(&fleet(&["d1"])).await;
    world.put(&Manifest::default()).await;
}

/// The refusal of a credential, and whether the store says on which row it belongs.
async fn refused(world: &World, credential: &Credential) -> (RefusalReason, bool) {
    match world.store.grant(credential, KEY).await {
        Err(IssuanceError::Refused { refusal, key }) => (refusal.reason, key.is_some()),
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn a_challenge_opens_what_it_was_minted_for(world: World) {
    with_device(&world).await;
    let credential = world.mint(&key("d1"), "c1").await.unwrap();
    let grant = world.store.grant(&credential, KEY).await.unwrap();
    assert_eq!((grant.key, grant.state), (key("d1"), CredentialState::Open));
    assert_eq!((grant.device.id.as_str(), grant.profile.name.as_str()), ("d1", "wifi"));
    assert_eq!(grant.memberships.device.len(), 1);
    assert_eq!(grant.key_seen_for, None);
    assert_eq!(world.row("d1").await.unwrap().state, DeviceState::ChallengeIssued);
}

pub(crate) async fn a_wrong_secret_and_an_unknown_challenge_are_one_answer(world: World) {
    with_device(&world).await;
    world.mint(&key("d1"), "c1").await.unwrap();
    let guessed = Credential::Challenge(ChallengeId("c1".into()), Secret::new("guess"));
    let invented = Credential::Challenge(ChallengeId("c2".into()), Secret::new("guess"));
    let answer = |error: IssuanceError| error.to_string();
    let wrong = answer(world.store.grant(&guessed, KEY).await.unwrap_err());
    assert_eq!(wrong, answer(world.store.grant(&invented, KEY).await.unwrap_err()));
    assert_eq!(refused(&world, &guessed).await, (RefusalReason::ChallengeUnknown, false));
}

pub(crate) async fn a_device_that_is_not_assigned_gets_no_challenge(world: World) {
    with_device(&world).await;
    assert!(matches!(world.mint(&key("d2"), "c1").await, Err(MintError::NotAssigned(_))));
}

pub(crate) async fn a_newer_challenge_voids_the_older(world: World) {
    with_device(&world).await;
    let older = world.mint(&key("d1"), "c1").await.unwrap();
    let newer = world.mint(&key("d1"), "c2").await.unwrap();
    assert_eq!(refused(&world, &older).await, (RefusalReason::ChallengeExpired, true));
    assert!(world.store.grant(&newer, KEY).await.is_ok());
}

pub(crate) async fn a_challenge_is_news_where_its_row_did_not_say_so(mut world: World) {
    with_device(&world).await;
    let told = world.number(FEED_END).await;
    world.mint(&key("d1"), "c1").await.unwrap();
    let row = world.row("d1").await.unwrap();
    assert_eq!((row.state, row.last_transition_time), (DeviceState::ChallengeIssued, world.now));
    assert_eq!(world.number(FEED_END).await, told + 1);

    world.now += SignedDuration::from_mins(1);
    world.mint(&key("d1"), "c2").await.unwrap();
    assert_eq!(world.row("d1").await.unwrap(), row);
    assert_eq!(world.number(FEED_END).await, told + 1, "nothing is new");

    let refusal = Refusal::new(RefusalReason::SubjectNameMismatch, "CN=A expected, CN=B came");
    world.store.refuse(&key("d1"), &refusal, world.now).await.unwrap();
    world.mint(&key("d1"), "c3").await.unwrap();
    let row = world.row("d1").await.unwrap();
    assert_eq!((row.state, row.reason, row.message), (DeviceState::ChallengeIssued, None, None));
    assert_eq!(row.last_transition_time, world.now);
    assert_eq!(world.number(FEED_END).await, told + 3);
}

pub(crate) async fn challenges_that_are_minted_at_once_share_commits_and_nobody_gets_one_by_that(
    world: World,
) {
    let devices: Vec<_> = (0..40).map(|number| format!("d{number}")).collect();
    world.sync(&fleet(&devices.iter().map(String::as_str).collect::<Vec<_>>())).await;
    world.put(&Manifest::default()).await;
    let before = world.number(FEED_END).await;
    let attempts = devices.iter().map(String::as_str).chain(["nobody"]).map(|device| {
        let key = key(device);
        let world = &world;
        async move { world.mint(&key, device).await }
    });
    let mut minted = join_all(attempts).await;
    let commits = world.number(FEED_END).await - before;
    assert!(commits <= 20, "{commits} commits for 40 challenges");
    assert!(
        matches!(minted.pop(), Some(Err(MintError::NotAssigned(key))) if key.device.as_str() == "nobody")
    );
    for (credential, device) in minted.into_iter().zip(&devices) {
        let grant = world.store.grant(&credential.unwrap(), KEY).await.unwrap();
        assert_eq!(grant.device.id.as_str(), device);
    }
    world.store.verify_audit().await.unwrap();
}

pub(crate) async fn losing_the_assignment_voids_the_challenge(world: World) {
    with_device(&world).await;
    let credential = world.mint(&key("d1"), "c1").await.unwrap();
    let lost = (RefusalReason::ScepProfileNoLongerTargetedToTheClient, true);
    world.sync(&Inventory::default()).await;
    assert_eq!(refused(&world, &credential).await, lost);
    world.sync(&fleet(&["d1"])).await;
    assert_eq!(refused(&world, &credential).await, lost, "coming back revived a challenge");
}

pub(crate) async fn a_refused_attempt_is_told_on_a_row_without_a_certificate(world: World) {
    with_device(&world).await;
    world.mint(&key("d1"), "c1").await.unwrap();
    let refusal = Refusal::new(RefusalReason::SubjectNameMismatch, "CN=A expected, CN=B came");
    world.store.refuse(&key("d1"), &refusal, world.now).await.unwrap();
    let row = world.row("d1").await.unwrap();
    assert_eq!((row.state, row.reason.as_deref()), (DeviceState::Failed, Some("SubjectNameMismatch")));
    assert_eq!(row.message.as_deref(), Some("CN=A expected, CN=B came"));
}

pub(crate) async fn the_database_alone_opens_no_challenge(world: World) {
    with_device(&world).await;
    let credential = world.mint(&key("d1"), "c1").await.unwrap();
    let thief = world.with_another_mac_key().await;
    assert_eq!(refused(&thief, &credential).await.0, RefusalReason::ChallengeUnknown);
}
