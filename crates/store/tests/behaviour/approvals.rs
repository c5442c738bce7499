//! Requests that somebody has to approve.

use jiff::SignedDuration;
use scepter_policy::identity::SerialNumber;
use scepter_policy::inventory::Inventory;
use scepter_policy::issuance::{Credential, CredentialId, CredentialState, RefusalReason};
use scepter_policy::revocation::RevocationReason;
use scepter_policy::vocabulary::DeviceState;
use scepter_store::approvals::Decision;
use scepter_store::issuance::{Recorded, Reservation};

use crate::world::enrolment::{Issuing, Request, authority_name, reason};
use crate::world::{Manifest, World, device_id, fleet, key, tenant};

/// A device whose request waits.
async fn with_waiting_request(world: &World) -> (Issuing, Credential) {
    world.sync(&fleet(&["d1"])).await;
    world.put(&Manifest::default()).await;
    let issuing = Issuing::new().await.with_approval();
    let credential = world.mint(&key("d1"), "c1").await.unwrap();
    let waits = issuing.reserve(world, &credential, Request::number(1), 1).await.unwrap();
    assert!(matches!(waits, Reservation::Waiting));
    (issuing, credential)
}

/// Decides about the one request that waits.
async fn decide(world: &World, decision: Decision) -> CredentialId {
    let undecided = world.store.undecided_requests(&tenant("team-a"), 10, world.now).await.unwrap();
    let [request] = undecided.as_slice() else { panic!("{undecided:?}") };
    assert!(world.store.decide(&tenant("team-a"), &request.id, decision, world.now).await.unwrap());
    request.id.clone()
}

pub(crate) async fn a_request_waits_until_it_is_approved_and_is_then_answered_for_good(world: World) {
    let (issuing, credential) = with_waiting_request(&world).await;
    let row = world.row("d1").await.unwrap();
    assert_eq!((row.state, row.reason.as_deref()), (DeviceState::Pending, Some("ApprovalPending")));
    let again = issuing.reserve(&world, &credential, Request::number(1), 2).await.unwrap();
    assert!(matches!(again, Reservation::Waiting));
    let undecided = world.store.undecided_requests(&tenant("team-a"), 10, world.now).await.unwrap();
    assert_eq!((&undecided[0].key, undecided[0].request_der.len()), (&key("d1"), 32));

    let id = decide(&world, Decision::Approve).await;
    assert!(!world.store.decide(&tenant("team-a"), &id, Decision::Deny, world.now).await.unwrap());
    assert_eq!(world.row("d1").await.unwrap().state, DeviceState::ChallengeIssued);
    let world = world.restarted().await;
    let recorded = issuing.enroll(&world, &credential, Request::number(1), 3).await;
    let later = issuing.reserve(&world, &credential, Request::number(1), 4).await.unwrap();
    assert!(matches!(later, Reservation::Replay(same) if same == recorded));
    assert_eq!(world.store.undecided_requests(&tenant("team-a"), 10, world.now).await.unwrap(), []);
}

pub(crate) async fn a_request_that_waits_is_found_by_its_transaction_and_its_own_key_alone(world: World) {
    let (issuing, _) = with_waiting_request(&world).await;
    let (asked, stranger) = (Request::number(1).asked(), Request::number(2).asked());
    let find = |authority: &str, transaction: &str, signer| {
        let (store, authority) = (world.store.clone(), authority.parse().unwrap());
        let transaction = transaction.to_owned();
        async move { store.waiting_request(&authority, &transaction, signer).await.unwrap() }
    };
    let default = authority_name();
    let waiting = find(default.as_str(), &asked.transaction_id, asked.signer_key).await.unwrap();
    assert_eq!(waiting.request_der(), asked.request_der);
    assert_eq!(find("other", &asked.transaction_id, asked.signer_key).await, None);
    assert_eq!(find("default", &stranger.transaction_id, asked.signer_key).await, None);
    assert_eq!(find("default", &asked.transaction_id, stranger.signer_key).await, None);

    let request = Request::number(1);
    let grant = world.store.grant_waiting(&waiting, request.key()).await.unwrap();
    assert!(matches!(grant.state, CredentialState::Waiting(_)));
    let authorized = issuing.authorize(&world, grant, request);
    let serial = SerialNumber::from_random([1; 16]);
    let polled = world.store.reserve(authorized, &asked, serial, world.now).await.unwrap();
    assert!(matches!(polled, Reservation::Waiting));
}

pub(crate) async fn a_denied_request_gets_nothing_and_its_row_says_so(world: World) {
    let (issuing, credential) = with_waiting_request(&world).await;
    decide(&world, Decision::Deny).await;
    let row = world.row("d1").await.unwrap();
    assert_eq!((row.state, row.reason.as_deref()), (DeviceState::Failed, Some("ApprovalDenied")));
    let refused = issuing.reserve(&world, &credential, Request::number(1), 2).await;
    assert_eq!(reason(refused), RefusalReason::ApprovalDenied);
}

pub(crate) async fn an_approval_serves_no_other_request(world: World) {
    world.sync(&fleet(&["d1"])).await;
    world.put(&Manifest::default()).await;
    let issuing = Issuing::new().await.with_approval();
    let credential = world.mint(&key("d1"), "c1").await.unwrap();
    let other = world.store.grant(&credential, Request::number(2).key()).await.unwrap();
    let other = issuing.authorize(&world, other, Request::number(2));
    issuing.reserve(&world, &credential, Request::number(1), 1).await.unwrap();
    decide(&world, Decision::Approve).await;
    let serial = SerialNumber::from_random([2; 16]);
    let refused = world.store.reserve(other, &Request::number(2).asked(), serial, world.now).await;
    assert_eq!(reason(refused), RefusalReason::ChallengeUsed);
}

pub(crate) async fn a_request_that_waits_dies_with_its_assignment(world: World) {
    let (issuing, credential) = with_waiting_request(&world).await;
    world.sync(&Inventory::default()).await;
    assert_eq!(world.store.undecided_requests(&tenant("team-a"), 10, world.now).await.unwrap(), []);
    let refused = issuing.reserve(&world, &credential, Request::number(1), 2).await;
    assert_eq!(reason(refused), RefusalReason::ScepProfileNoLongerTargetedToTheClient);
}

pub(crate) async fn a_tenant_decides_nothing_for_another_one(world: World) {
    with_waiting_request(&world).await;
    let other = tenant("team-b");
    assert_eq!(world.store.undecided_requests(&other, 10, world.now).await.unwrap(), []);
    let undecided = world.store.undecided_requests(&tenant("team-a"), 10, world.now).await.unwrap();
    assert!(!world.store.decide(&other, &undecided[0].id, Decision::Approve, world.now).await.unwrap());
}

pub(crate) async fn a_device_whose_request_waits_needs_no_challenge(world: World) {
    let (issuing, credential) = with_waiting_request(&world).await;
    let awaits = async || {
        let check_in = world.store.check_in(&tenant("team-a"), &device_id("d1"), world.now).await;
        check_in.unwrap().unwrap().profiles[0].awaits_approval
    };
    assert!(awaits().await);
    decide(&world, Decision::Approve).await;
    assert!(awaits().await, "it was approved, and the device has still to poll");
    issuing.enroll(&world, &credential, Request::number(1), 1).await;
    assert!(!awaits().await);
}

/// A device whose certificate is in its renewal window, and the request that waits to renew it.
async fn with_waiting_renewal(world: &mut World, profile: &Manifest) -> (Issuing, Recorded, Credential) {
    world.sync(&fleet(&["d1"])).await;
    world.put(profile).await;
    let issuing = Issuing::new().await;
    let credential = world.mint(&key("d1"), "c1").await.unwrap();
    let old = issuing.enroll(world, &credential, Request::number(1), 1).await;
    world.now += SignedDuration::from_hours(24 * i64::from(profile.days) * 9 / 10);
    let (renewal, issuing) = (issuing.renewal(&old), issuing.with_approval());
    let waits = issuing.reserve(world, &renewal, Request::number(2), 2).await.unwrap();
    assert!(matches!(waits, Reservation::Waiting));
    (issuing, old, renewal)
}

pub(crate) async fn a_renewal_waits_for_approval_too_and_its_row_stays_issued(mut world: World) {
    let (issuing, old, renewal) = with_waiting_renewal(&mut world, &Manifest::default()).await;
    let row = world.row("d1").await.unwrap();
    assert_eq!(row.reason.as_deref(), Some("ApprovalPending"));
    assert_eq!(row.serial_number, Some(old.serial().to_string()));
    decide(&world, Decision::Approve).await;
    let new = issuing.enroll(&world, &renewal, Request::number(2), 3).await;
    assert_eq!(world.row("d1").await.unwrap().serial_number, Some(new.serial().to_string()));
}

pub(crate) async fn a_renewal_that_waits_dies_with_its_certificate(mut world: World) {
    let (_, old, _) = with_waiting_renewal(&mut world, &Manifest::default()).await;
    let compromised = RevocationReason::KeyCompromise;
    assert!(world.store.revoke(&tenant("team-a"), old.serial(), compromised, world.now).await.unwrap());
    assert_eq!(world.store.undecided_requests(&tenant("team-a"), 10, world.now).await.unwrap(), []);
    let check_in = world.store.check_in(&tenant("team-a"), &device_id("d1"), world.now).await;
    assert!(!check_in.unwrap().unwrap().profiles[0].awaits_approval, "the device needs a new challenge");
}

pub(crate) async fn a_renewal_that_waited_too_long_is_refused(mut world: World) {
    let profile = Manifest { days: 100, ..Manifest::default() };
    let (issuing, _, renewal) = with_waiting_renewal(&mut world, &profile).await;
    world.now += SignedDuration::from_hours(7 * 24);
    let refused = issuing.reserve(&world, &renewal, Request::number(2), 3).await;
    assert_eq!(reason(refused), RefusalReason::ChallengeExpired);
}

pub(crate) async fn an_approved_request_is_answered_where_nobody_has_to_approve_any_more(world: World) {
    let (issuing, credential) = with_waiting_request(&world).await;
    decide(&world, Decision::Approve).await;
    issuing.without_approval().enroll(&world, &credential, Request::number(1), 2).await;
}

pub(crate) async fn an_approval_that_comes_too_late_is_none(mut world: World) {
    with_waiting_request(&world).await;
    let undecided = world.store.undecided_requests(&tenant("team-a"), 10, world.now).await.unwrap();
    let id = &undecided[0].id;
    world.now += SignedDuration::from_hours(7 * 24);
    assert!(!world.store.decide(&tenant("team-a"), id, Decision::Approve, world.now).await.unwrap());
    assert_eq!(world.store.undecided_requests(&tenant("team-a"), 10, world.now).await.unwrap(), []);
}
