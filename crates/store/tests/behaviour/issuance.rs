//! From a challenge to a recorded certificate, in order, at once, interrupted and overtaken.

use futures::future::join_all;
use jiff::SignedDuration;
use scepter_policy::identity::SerialNumber;
use scepter_policy::inventory::Inventory;
use scepter_policy::issuance::{Authorized, Credential, Refusal, RefusalReason};
use scepter_policy::vocabulary::DeviceState;
use scepter_store::issuance::Reservation;
use scepter_store::{IssuanceError, Mode};
use tokio::task::JoinSet;

use crate::world::enrolment::{Issuing, Request, authority_name, reason};
use crate::world::{Manifest, World, fleet, key, name, tenant};

/// A device with an open challenge.
async fn with_challenge(world: &World) -> (Issuing, Credential) {
    world.sync(&fleet(&["d1"])).await;
    world.put(&Manifest::default()).await;
    let credential = world.mint(&key("d1"), "c1").await.unwrap();
    (Issuing::new().await, credential)
}

pub(crate) async fn a_recorded_certificate_stands_on_its_row_and_in_the_store(world: World) {
    let (issuing, credential) = with_challenge(&world).await;
    let recorded = issuing.enroll(&world, &credential, Request::number(1), 1).await;
    let row = world.row("d1").await.unwrap();
    assert_eq!((row.state, row.serial_number), (DeviceState::Issued, Some(recorded.serial().to_string())));
    let stored = world.store.certificate(&authority_name(), recorded.serial()).await.unwrap().unwrap();
    assert_eq!((stored.der.as_slice(), &stored.key), (recorded.der(), &key("d1")));
    assert_eq!(row.sha1_thumbprint.as_ref(), Some(&stored.sha1_thumbprint));
    assert_eq!(row.not_after, Some(stored.not_after));
    assert_eq!(world.store.some_certificate(&authority_name()).await.unwrap(), Some(stored));
    let elsewhere = "other".parse().unwrap();
    assert_eq!(world.store.certificate(&elsewhere, recorded.serial()).await.unwrap(), None);
    assert_eq!(world.store.some_certificate(&elsewhere).await.unwrap(), None);
}

pub(crate) async fn an_identical_retry_gets_the_same_certificate(world: World) {
    let (issuing, credential) = with_challenge(&world).await;
    let recorded = issuing.enroll(&world, &credential, Request::number(1), 1).await;
    let again = issuing.reserve(&world, &credential, Request::number(1), 2).await.unwrap();
    assert!(matches!(again, Reservation::Replay(same) if same == recorded));
}

pub(crate) async fn another_request_on_a_used_challenge_is_refused(world: World) {
    let (issuing, credential) = with_challenge(&world).await;
    let [first, second] = [Request::number(1), Request::number(2)];
    let early = world.store.grant(&credential, second.key()).await.unwrap();
    let early = issuing.authorize(&world, early, second);
    issuing.enroll(&world, &credential, first, 1).await;
    let refused =
        world.store.reserve(early, &second.asked(), SerialNumber::from_random([2; 16]), world.now).await;
    assert_eq!(reason(refused), RefusalReason::ChallengeUsed);
}

pub(crate) async fn a_hundred_requests_at_once_on_one_challenge_get_one_serial(world: World) {
    let (issuing, credential) = with_challenge(&world).await;
    let mut judged = Vec::new();
    for number in 0..100 {
        let request = Request::number(number);
        let grant = world.store.grant(&credential, request.key()).await.unwrap();
        judged.push((
            issuing.authorize(&world, grant, request),
            request,
            SerialNumber::from_random([number; 16]),
        ));
    }
    let mut attempts = JoinSet::new();
    for (authorized, request, serial) in judged {
        let (store, now) = (world.store.clone(), world.now);
        attempts.spawn(async move { store.reserve(authorized, &request.asked(), serial, now).await });
    }
    let (won, lost): (Vec<_>, Vec<_>) = attempts.join_all().await.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 99));
    for refused in lost {
        assert_eq!(reason(refused), RefusalReason::ChallengeUsed);
    }
}

pub(crate) async fn an_identical_request_twice_at_once_gets_one_certificate(world: World) {
    let (issuing, credential) = with_challenge(&world).await;
    let first = issuing.order(&world, &credential, Request::number(1), 1).await;
    let second = issuing.order(&world, &credential, Request::number(1), 2).await;
    assert_eq!(first.serial(), second.serial());
    let (first, second) = (issuing.sign(first).await, issuing.sign(second).await);
    assert_ne!(first.der(), second.der(), "ECDSA signatures differ, so the test can tell the two apart");
    let kept = world.store.record(first, world.now).await.unwrap();
    assert_eq!(world.store.record(second, world.now).await.unwrap(), kept);
}

pub(crate) async fn a_reservation_goes_on_under_its_serial_after_a_crash(world: World) {
    let (issuing, credential) = with_challenge(&world).await;
    let order = issuing.order(&world, &credential, Request::number(1), 1).await;
    let world = world.restarted().await;
    let again = issuing.order(&world, &credential, Request::number(1), 2).await;
    assert_eq!(again.serial(), order.serial());
    let recorded = world.store.record(issuing.sign(again).await, world.now).await.unwrap();
    let world = world.restarted().await;
    let stored = world.store.certificate(&authority_name(), order.serial()).await.unwrap().unwrap();
    assert_eq!(stored.der, recorded.der());
}

pub(crate) async fn a_reserved_challenge_is_refused_to_another_request(world: World) {
    let (issuing, credential) = with_challenge(&world).await;
    let other = world.store.grant(&credential, Request::number(2).key()).await.unwrap();
    let other = issuing.authorize(&world, other, Request::number(2));
    issuing.order(&world, &credential, Request::number(1), 1).await;
    let refused = world
        .store
        .reserve(other, &Request::number(2).asked(), SerialNumber::from_random([2; 16]), world.now)
        .await;
    assert_eq!(reason(refused), RefusalReason::ChallengeUsed);
}

pub(crate) async fn losing_the_assignment_before_reserving_leaves_no_serial(world: World) {
    let (issuing, credential) = with_challenge(&world).await;
    let grant = world.store.grant(&credential, Request::number(1).key()).await.unwrap();
    let authorized = issuing.authorize(&world, grant, Request::number(1));
    world.sync(&Inventory::default()).await;
    let refused = world
        .store
        .reserve(authorized, &Request::number(1).asked(), SerialNumber::from_random([1; 16]), world.now)
        .await;
    assert_eq!(reason(refused), RefusalReason::ScepProfileNoLongerTargetedToTheClient);
}

pub(crate) async fn losing_the_assignment_before_recording_loses_the_certificate(world: World) {
    let (issuing, credential) = with_challenge(&world).await;
    let order = issuing.order(&world, &credential, Request::number(1), 1).await;
    let serial = order.serial();
    let issued = issuing.sign(order).await;
    world.put(&Manifest { include: vec!["others".into()], ..Manifest::default() }).await;
    let refused = world.store.record(issued.clone(), world.now).await;
    assert_eq!(reason(refused), RefusalReason::ScepProfileNoLongerTargetedToTheClient);
    // Coming back does not revive the reservation.
    world.put(&Manifest::default()).await;
    let refused = world.store.record(issued, world.now).await;
    assert_eq!(reason(refused), RefusalReason::ScepProfileNoLongerTargetedToTheClient);
    assert_eq!(world.store.certificate(&authority_name(), serial).await.unwrap(), None);
}

pub(crate) async fn a_profile_that_changed_while_signing_makes_the_device_try_again(world: World) {
    let (issuing, credential) = with_challenge(&world).await;
    let order = issuing.order(&world, &credential, Request::number(1), 1).await;
    let serial = order.serial();
    let issued = issuing.sign(order).await;
    world.put(&Manifest { days: 29, ..Manifest::default() }).await;
    assert_eq!(reason(world.store.record(issued, world.now).await), RefusalReason::Outdated);
    let recorded = issuing.enroll(&world, &credential, Request::number(1), 2).await;
    assert_eq!(recorded.serial(), serial);
}

pub(crate) async fn a_device_record_that_changed_while_judging_makes_the_device_try_again(world: World) {
    let (issuing, credential) = with_challenge(&world).await;
    let grant = world.store.grant(&credential, Request::number(1).key()).await.unwrap();
    let authorized = issuing.authorize(&world, grant, Request::number(1));
    let mut renamed = fleet(&["d1"]);
    renamed.devices[0].device_name = Some("DC01".into());
    world.sync(&renamed).await;
    let refused = world
        .store
        .reserve(authorized, &Request::number(1).asked(), SerialNumber::from_random([1; 16]), world.now)
        .await;
    assert_eq!(reason(refused), RefusalReason::Outdated);
}

pub(crate) async fn a_challenge_that_expired_while_judging_reserves_nothing(world: World) {
    let (issuing, credential) = with_challenge(&world).await;
    let grant = world.store.grant(&credential, Request::number(1).key()).await.unwrap();
    let authorized = issuing.authorize(&world, grant, Request::number(1));
    let late = world.now + SignedDuration::from_hours(1);
    let refused = world
        .store
        .reserve(authorized, &Request::number(1).asked(), SerialNumber::from_random([1; 16]), late)
        .await;
    assert_eq!(reason(refused), RefusalReason::ChallengeExpired);
}

pub(crate) async fn a_key_is_certified_once(world: World) {
    world.sync(&fleet(&["d1", "d2"])).await;
    world.put(&Manifest::default()).await;
    let issuing = Issuing::new().await;
    let [one, two] = [key("d1"), key("d2")];
    let [first, second] = [world.mint(&one, "c1").await.unwrap(), world.mint(&two, "c2").await.unwrap()];
    // Judged before the other one reserved: the grant does not know of the key yet.
    let copied = Request::number(1).again_as(2);
    let grant = world.store.grant(&second, copied.key()).await.unwrap();
    let authorized = issuing.authorize(&world, grant, copied);
    issuing.enroll(&world, &first, Request::number(1), 1).await;
    let refused =
        world.store.reserve(authorized, &copied.asked(), SerialNumber::from_random([2; 16]), world.now).await;
    assert_eq!(reason(refused), RefusalReason::KeyReused);
    // Judged after: it does.
    let grant = world.store.grant(&second, copied.key()).await.unwrap();
    assert_eq!(grant.key_seen_for, Some(one));
}

pub(crate) async fn a_refused_attempt_leaves_a_certified_row_as_it_is_and_says_so(world: World) {
    let (issuing, credential) = with_challenge(&world).await;
    issuing.enroll(&world, &credential, Request::number(1), 1).await;
    let refusal = Refusal::new(RefusalReason::ChallengeUsed, "the challenge was used by another request");
    world.store.refuse(&key("d1"), &refusal, world.now).await.unwrap();
    let row = world.row("d1").await.unwrap();
    assert_eq!((row.state, row.reason.as_deref()), (DeviceState::Issued, Some("ChallengeUsed")));
}

pub(crate) async fn a_tenant_learns_nothing_of_another_ones_certificates(world: World) {
    let (issuing, credential) = with_challenge(&world).await;
    let recorded = issuing.enroll(&world, &credential, Request::number(1), 1).await;
    let other = tenant("team-b");
    assert_eq!(world.store.certificates(&other, 10).await.unwrap(), []);
    assert_eq!(world.store.certificates(&tenant("team-a"), 10).await.unwrap().len(), 1);
    let reason = scepter_policy::revocation::RevocationReason::KeyCompromise;
    assert!(!world.store.revoke(&other, recorded.serial(), reason, world.now).await.unwrap());
    world.store.delete_profile(&other, &name("wifi"), Mode::Apply, world.now).await.unwrap();
    assert_eq!(world.row("d1").await.unwrap().state, DeviceState::Issued);
}

/// Devices that were all judged, each with a request, a serial and a key of its number.
async fn judged(world: &World, devices: &[String]) -> (Issuing, Vec<(Authorized, Request, SerialNumber)>) {
    let names: Vec<_> = devices.iter().map(String::as_str).collect();
    world.sync(&fleet(&names)).await;
    world.put(&Manifest::default()).await;
    let issuing = Issuing::new().await;
    let mut judged = Vec::new();
    for (number, device) in (1..).zip(&names) {
        let credential = world.mint(&key(device), device).await.unwrap();
        let request = Request::number(number);
        let grant = world.store.grant(&credential, request.key()).await.unwrap();
        let authorized = issuing.authorize(world, grant, request);
        judged.push((authorized, request, SerialNumber::from_random([number; 16])));
    }
    (issuing, judged)
}

/// What comes of reserving everything at once, in the order of the serials.
async fn reserve_at_once(
    world: &World,
    judged: Vec<(Authorized, Request, SerialNumber)>,
) -> Vec<Result<Reservation, IssuanceError>> {
    let attempts = judged.into_iter().map(|(authorized, request, serial)| async move {
        world.store.reserve(authorized, &request.asked(), serial, world.now).await
    });
    join_all(attempts).await
}

pub(crate) async fn certificates_that_are_recorded_at_once_share_commits(world: World) {
    let devices: Vec<_> = (0..40).map(|number| format!("d{number}")).collect();
    let (issuing, judged) = judged(&world, &devices).await;
    let mut signed = Vec::new();
    for reservation in reserve_at_once(&world, judged).await {
        let Reservation::Fresh(order) = reservation.unwrap() else { panic!("nobody asked before") };
        signed.push(issuing.sign(*order).await);
    }
    // Every commit moves the profile to the end of the feed once.
    let commits = "SELECT MAX(id) FROM feed";
    let before = world.number(commits).await;
    let recorded = join_all(signed.into_iter().map(|issued| world.store.record(issued, world.now))).await;
    let after = world.number(commits).await;
    assert!((1..=20).contains(&(after - before)), "{} commits for 40 certificates", after - before);
    for recorded in recorded {
        let recorded = recorded.unwrap();
        let stored = world.store.certificate(&authority_name(), recorded.serial()).await.unwrap().unwrap();
        assert_eq!(stored.der, recorded.der());
    }
    world.store.verify_audit().await.unwrap();
}

pub(crate) async fn a_claim_that_is_refused_harms_none_of_those_it_shares_a_commit_with(world: World) {
    let devices: Vec<_> = (0..20).map(|number| format!("d{number}")).collect();
    let (_, judged) = judged(&world, &devices).await;
    let staying: Vec<_> = devices.iter().step_by(2).map(String::as_str).collect();
    world.sync(&fleet(&staying)).await;
    for (number, reservation) in reserve_at_once(&world, judged).await.into_iter().enumerate() {
        if number % 2 == 0 {
            assert!(matches!(reservation, Ok(Reservation::Fresh(_))), "d{number}: {reservation:?}");
        } else {
            assert_eq!(reason(reservation), RefusalReason::ScepProfileNoLongerTargetedToTheClient);
        }
    }
    let reserved = world.number("SELECT COUNT(*) FROM challenges WHERE state = 'Reserved'").await;
    let told = world.number("SELECT COUNT(*) FROM events WHERE what = 'SerialReserved'").await;
    assert_eq!((reserved, told), (10, 10));
    world.store.verify_audit().await.unwrap();
}
