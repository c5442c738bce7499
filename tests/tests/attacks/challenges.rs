//! TH-02 and TH-04: challenges in other hands, of other things, and of those who lost their entitlement meanwhile.

use std::collections::BTreeMap;

use scepter_device::Ticket;
use scepter_scep::client::Inquiry;
use scepter_scep::{FailInfo, Secret, SignerCertificate};
use scepter_tests::FakeClock;

use crate::key::Key;
use crate::range::{BADGE, BRANCH, CONFIGURATION, DOORS, Range};
use crate::sender::{Reply, Request, Sender};
use crate::table::Attack;

const REFUSED: Reply = Reply::Refused(FailInfo::BadRequest);
/// Why somebody gets nothing who is not assigned any more.
pub(crate) const NOT_TARGETED: &str = "ScepProfileNoLongerTargetedToTheClient";

#[tokio::test]
async fn th_02_a_device_whose_challenge_a_thief_used_first_is_refused_and_its_row_says_so() {
    let range = Range::open().await;
    let mut attack =
        Attack::new("TH-02", "a thief uses the challenge first, with the right names; then the device comes");
    let ticket = range.ticket(BADGE, "scanner-1").await;
    Sender::enrolled(&range, &ticket).await;
    let device = Sender::self_made(&ticket.subject_der);
    let request = Request::honest(&ticket).for_key(&device.key);
    assert_eq!(device.ask(&range, Inquiry::Enroll(&request)).await, REFUSED);
    attack.tried();
    let row = range.row(BADGE, "scanner-1");
    assert_eq!(row, "Issued, ChallengeUsed", "somebody looks and revokes");
    attack.saw(format!("row: {row}"));
    range.conclude(attack, 1).await;
}

#[tokio::test]
async fn th_02_a_challenge_in_a_message_of_another_devices_certificate_gets_nothing() {
    let range = Range::open().await;
    let mut attack = Attack::new("TH-02", "a device's certificate signs for the challenge of another device");
    let thief = Sender::enrolled(&range, &range.ticket(BADGE, "scanner-2").await).await;
    let stolen = range.ticket(BADGE, "scanner-1").await;
    let request = Request::honest(&stolen).for_key(&Key::new());
    for inquiry in [Inquiry::Enroll(&request), Inquiry::Renew(&request)] {
        assert_eq!(thief.ask(&range, inquiry).await, REFUSED);
        attack.tried();
    }
    attack.saw(format!("row: {}", range.row(BADGE, "scanner-1")));
    range.conclude(attack, 1).await;
}

#[tokio::test]
async fn th_02_a_challenge_of_another_profile_device_or_tenant_gets_nothing() {
    let range = Range::open().await;
    let mut attack =
        Attack::new("TH-02", "a live challenge of another profile, device or tenant; guessed ones");
    let wanted = range.ticket(BADGE, "scanner-1").await;
    let sender = Sender::self_made(&wanted.subject_der);
    for other in [range.ticket(DOORS, "scanner-1").await, range.ticket(BADGE, "scanner-2").await] {
        let request = asking(&wanted, &other.challenge);
        assert_eq!(sender.ask(&range, Inquiry::Enroll(&request.for_key(&sender.key))).await, REFUSED);
        attack.tried();
    }
    // The same names, but another tenant's authority.
    let branch = range.ticket_in(BRANCH, BADGE, "scanner-1").await;
    let request = asking(&wanted, &branch.challenge).for_key(&sender.key);
    assert_eq!(sender.ask(&range, Inquiry::Enroll(&request)).await, REFUSED);
    attack.tried();

    let (id, secret) = wanted.challenge.expose().split_once('.').unwrap();
    let (other_id, _) = branch.challenge.expose().split_once('.').unwrap();
    let flipped: String = secret.chars().rev().collect();
    for guess in [
        String::new(),
        "secret".to_owned(),
        id.to_owned(),
        format!("{id}."),
        format!("{id}.{flipped}"),
        format!("{other_id}.{secret}"),
        format!("{id}.{secret}="),
        format!("{id}.{secret}' OR '1'='1"),
        format!(" {id}.{secret}"),
    ] {
        let request = asking(&wanted, &Secret::new(guess)).for_key(&sender.key);
        assert_eq!(sender.ask(&range, Inquiry::Enroll(&request)).await, REFUSED);
        attack.tried();
    }
    range.conclude(attack, 0).await;
}

#[tokio::test]
async fn th_04_a_challenge_that_expired_gets_nothing() {
    let clock = FakeClock::days_ago(1).unwrap();
    let range = Range::by(&clock).await;
    let mut attack = Attack::new("TH-04", "a challenge of yesterday");
    let ticket = range.ticket(BADGE, "scanner-1").await;
    clock.set(0).unwrap();
    use_in_vain(&range, &mut attack, &ticket, "ChallengeExpired").await;
    range.conclude(attack, 0).await;
}

#[tokio::test]
async fn th_04_a_challenge_of_a_device_that_was_unassigned_meanwhile_gets_nothing() {
    let range = Range::open().await;
    let mut attack = Attack::new("TH-04", "unassigned between hand-out and use");
    let ticket = range.ticket(BADGE, "scanner-1").await;
    range.unassign("scanner-1").await;
    use_in_vain(&range, &mut attack, &ticket, NOT_TARGETED).await;
    range.conclude(attack, 0).await;
}

#[tokio::test]
async fn th_04_a_request_that_waits_for_approval_dies_with_its_entitlement() {
    let manual = CONFIGURATION.replacen("permitted:", "approval: Manual\n  permitted:", 1);
    let range = Range::configured(&manual, &[]).await;
    let mut attack = Attack::new(
        "TH-04",
        "unassigned between the request and its approval; then approved, polled and sent again",
    );
    let ticket = range.ticket(BADGE, "scanner-1").await;
    let device = Sender::self_made(&ticket.subject_der);
    let request = Request::honest(&ticket).for_key(&device.key);
    assert_eq!(device.ask(&range, Inquiry::Enroll(&request)).await, Reply::Pending);
    let waiting = range.up.admin().waiting().unwrap().remove(0);
    range.unassign("scanner-1").await;
    let approved = range.up.admin().approve(&waiting);
    attack.saw(if approved.is_ok() { "approved in vain" } else { "nothing is left to approve" });
    let issuer = range.authority.certificates().last().unwrap();
    let issuer_der = SignerCertificate::from_der(issuer).unwrap().subject_der().to_vec();
    let poll = Inquiry::Poll { issuer_der: &issuer_der, subject_der: &ticket.subject_der };
    for (inquiry, count) in [(poll, 1), (Inquiry::Enroll(&request), 2)] {
        assert!(matches!(device.ask(&range, inquiry).await, Reply::Refused(_)));
        assert_eq!(range.refusals().await, BTreeMap::from([(NOT_TARGETED.to_owned(), count)]));
        attack.tried();
    }
    range.conclude(attack, 0).await;
}

async fn use_in_vain(range: &Range, attack: &mut Attack, ticket: &Ticket, reason: &str) {
    let device = Sender::self_made(&ticket.subject_der);
    let request = Request::honest(ticket).for_key(&device.key);
    for (inquiry, count) in [(Inquiry::Enroll(&request), 1), (Inquiry::Renew(&request), 2)] {
        assert_eq!(device.ask(range, inquiry).await, REFUSED);
        assert_eq!(range.refusals().await, BTreeMap::from([(reason.to_owned(), count)]));
        attack.tried();
    }
}

/// The request of one ticket with the challenge of another.
fn asking(ticket: &Ticket, challenge: &Secret) -> Request {
    Request { challenge: Some(challenge.clone()), ..Request::honest(ticket) }
}
