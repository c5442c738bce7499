//! Requests that somebody has to approve: PENDING, the poll, the decision.

use scepter_issuer_api::{Decision, IssuerError};
use scepter_policy::authority::Approval;
use scepter_policy::vocabulary::DeviceState;
use scepter_scep::client::Inquiry;
use scepter_scep::{FailInfo, SignerCertificate};

use crate::sender::{Key, Reply, Sender, Travel, certification_request};
use crate::world::{World, namespace};

/// A device whose request waits.
async fn waiting() -> (World, Sender, Vec<u8>) {
    let world = World::furnished_with(|authority| authority.approval = Approval::Manual).await;
    let ticket = world.ticket("laptop-1").await;
    let sender = Sender::self_made(&ticket.subject_der, Key::rsa());
    let request = certification_request(&ticket, &sender.key, Some(&ticket.challenge));
    assert_eq!(sender.ask(&world, Inquiry::Enroll(&request)).await, Reply::Pending);
    (world, sender, request)
}

/// Polls as the RFC says: issuer and subject, in the transaction of the request.
async fn poll(world: &World, sender: &Sender, travel: &Travel) -> Reply {
    let authority = world.scep().authority().await.unwrap();
    let issuer = SignerCertificate::from_der(authority.certificates().last().unwrap()).unwrap();
    let own = SignerCertificate::from_der(&sender.certificate).unwrap();
    let inquiry = Inquiry::Poll { issuer_der: issuer.subject_der(), subject_der: own.subject_der() };
    sender.ask_as(world, inquiry, travel).await
}

async fn decide(world: &World, decision: Decision) {
    let requests = world.admin.requests(&namespace()).await.unwrap().items;
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(request.device.as_str(), "laptop-1");
    world.admin.decide(&namespace(), &request.id, decision).await.unwrap();
}

#[tokio::test]
async fn t14_a_request_waits_and_its_poll_is_answered_once_it_is_approved_and_alike_ever_after() {
    let (world, sender, request) = waiting().await;
    let row = world.row("laptop-1").await;
    assert_eq!((row.state, row.reason.as_deref()), (DeviceState::Pending, Some("ApprovalPending")));
    assert_eq!(poll(&world, &sender, &Travel::default()).await, Reply::Pending);
    assert_eq!(sender.ask(&world, Inquiry::Enroll(&request)).await, Reply::Pending);
    assert_eq!(world.certificates().await, 0);

    decide(&world, Decision::Approve).await;
    let granted = poll(&world, &sender, &Travel::default()).await;
    assert_eq!(poll(&world, &sender, &Travel::default()).await, granted);
    assert_eq!(sender.ask(&world, Inquiry::Enroll(&request)).await, granted);
    assert!(!granted.certificate().is_empty());
    assert_eq!(world.certificates().await, 1);
    assert_eq!(world.row("laptop-1").await.state, DeviceState::Issued);
}

#[tokio::test]
async fn t14_a_poll_by_another_key_or_in_another_transaction_is_rejected() {
    let (world, sender, _) = waiting().await;
    let own = SignerCertificate::from_der(&sender.certificate).unwrap();
    let stranger = Sender::self_made(own.subject_der(), Key::rsa());
    let unknown = Reply::Refused(FailInfo::BadCertId);
    let another = Travel { transaction: "transaction-2", ..Travel::default() };
    for decided in [false, true] {
        if decided {
            decide(&world, Decision::Approve).await;
        }
        assert_eq!(poll(&world, &stranger, &Travel::default()).await, unknown);
        assert_eq!(poll(&world, &sender, &another).await, unknown);
    }
    assert_eq!(world.certificates().await, 0);
}

#[tokio::test]
async fn a_denied_request_is_refused_and_the_device_may_ask_anew() {
    let (world, sender, _) = waiting().await;
    decide(&world, Decision::Deny).await;
    assert_eq!(poll(&world, &sender, &Travel::default()).await, Reply::Refused(FailInfo::BadRequest));
    assert_eq!(world.row("laptop-1").await.reason.as_deref(), Some("ApprovalDenied"));
    assert_eq!(world.check_in("laptop-1").await.profiles.len(), 1);
}

#[tokio::test]
async fn a_device_whose_request_waits_is_handed_no_other_challenge() {
    let (world, sender, _) = waiting().await;
    let check_in = world.check_in("laptop-1").await;
    assert!(check_in.profiles.is_empty());
    assert_eq!(check_in.pending[0].reason, "ApprovalPending");
    decide(&world, Decision::Approve).await;
    poll(&world, &sender, &Travel::default()).await.certificate();
}

#[tokio::test]
async fn what_does_not_wait_cannot_be_decided() {
    let (world, _, _) = waiting().await;
    for id in ["", "nobody", "renewal.12", "../x"] {
        let refused = world.admin.decide(&namespace(), id, Decision::Approve).await;
        assert!(matches!(refused, Err(IssuerError::Refused(_))), "{id:?}: {refused:?}");
    }
    decide(&world, Decision::Approve).await;
    assert!(world.admin.requests(&namespace()).await.unwrap().items.is_empty());
}

#[tokio::test]
async fn a_key_that_cannot_decrypt_is_refused_where_its_request_would_wait() {
    let world = World::furnished_with(|authority| authority.approval = Approval::Manual).await;
    let ticket = world.ticket("laptop-1").await;
    let sender = Sender::self_made(&ticket.subject_der, Key::curve());
    let request = certification_request(&ticket, &Key::rsa(), Some(&ticket.challenge));
    assert_eq!(sender.ask(&world, Inquiry::Enroll(&request)).await, Reply::Refused(FailInfo::BadAlg));
}
