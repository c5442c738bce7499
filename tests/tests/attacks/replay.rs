//! TH-03: what was sent once is sent again, and two ask for what one may have.

use std::collections::BTreeSet;
use std::env;

use der::{Decode as _, Encode as _};
use scepter_device::load::KeyPool;
use scepter_scep::FailInfo;
use scepter_scep::client::Inquiry;
use x509_cert::Certificate;

use crate::key::Key;
use crate::range::{BADGE, Range};
use crate::sender::{Reply, Request, Sender, TRANSACTION};
use crate::table::Attack;

/// Replays of one message.
const REPLAYS: usize = 1000;
/// Races in a run of every day; `SCEPTER_RACES` asks for more.
const RACES: usize = 1000;

#[tokio::test]
async fn th_03_a_message_replayed_a_thousand_times_gets_one_certificate() {
    let range = Range::open().await;
    let mut attack = Attack::new("TH-03", "one captured message, replayed");
    let ticket = range.ticket(BADGE, "scanner-1").await;
    let device = Sender::self_made(&ticket.subject_der);
    let request = Request::honest(&ticket).for_key(&device.key);
    let captured = device.message(&range.authority, Inquiry::Enroll(&request));
    let mut received = BTreeSet::new();
    for _ in 0..REPLAYS {
        let answer = range.post(captured.clone()).await;
        received.insert(device.read(&range, &answer).certificate());
        attack.tried();
    }
    assert_eq!(received.len(), 1, "the same certificate every time");
    attack.saw("the first certificate again, each time");
    range.conclude(attack, 1).await;
}

#[tokio::test]
async fn th_03_of_two_that_race_on_one_challenge_one_gets_a_certificate() {
    let range = Range::open().await;
    let mut attack = Attack::new("TH-03", "two requests race on one challenge");
    let races = env::var("SCEPTER_RACES").map_or(RACES, |races| races.parse().unwrap());
    // A key that has a certificate gets no other: each race takes one.
    let keys = tokio::task::spawn_blocking(move || KeyPool::generate(races + 2)).await.unwrap().unwrap();
    let mut fresh = (0..keys.len()).map(|number| Key::Device(keys.key(number).unwrap()));
    let subject = range.ticket(BADGE, "scanner-1").await.subject_der;
    let mut device = || Sender::holding(fresh.next().unwrap(), &subject);
    let mut pair = [device(), device()];
    let mut certificates = BTreeSet::new();
    for race in 0..races {
        let ticket = range.ticket(BADGE, "scanner-1").await;
        let messages = [0, 1].map(|number: usize| {
            let request = Request::honest(&ticket).for_key(&pair[number].key);
            pair[number].message(&range.authority, Inquiry::Enroll(&request))
        });
        let [one, other] = messages;
        let (one, other) = tokio::join!(range.post(one), range.post(other));
        let replies = [pair[0].read(&range, &one), pair[1].read(&range, &other)];
        let winner = match replies {
            [Reply::Granted(certificate), Reply::Refused(_)] => (0, certificate),
            [Reply::Refused(_), Reply::Granted(certificate)] => (1, certificate),
            other => panic!("race {race}: one certificate, not {other:?}"),
        };
        let (number, certificate) = winner;
        let winner = std::mem::replace(&mut pair[number], device());
        assert_eq!(public_key(&certificate), winner.key.spki(), "race {race}: the winner's key");
        certificates.insert(certificate);
        attack.tried();
    }
    assert_eq!(certificates.len(), races, "no certificate twice");
    range.conclude(attack, races).await;
}

#[tokio::test]
async fn th_03_a_used_challenge_in_a_borrowed_transaction_gets_nothing() {
    let range = Range::open().await;
    let mut attack =
        Attack::new("TH-03", "a used challenge with another key, in the transaction of its first user");
    let ticket = range.ticket(BADGE, "scanner-1").await;
    let first = Sender::enrolled(&range, &ticket).await;
    for transaction in [TRANSACTION, "another"] {
        let thief = Sender::self_made(&ticket.subject_der);
        for key in [&thief.key, &first.key] {
            let request = Request::honest(&ticket).for_key(key);
            let message = thief.message_in(transaction, &range.authority, Inquiry::Enroll(&request));
            let reply = thief.read_in(transaction, &range.authority, &range.post(message).await);
            assert_eq!(reply, Reply::Refused(FailInfo::BadRequest));
            attack.tried();
        }
    }
    attack.saw(format!("row: {}", range.row(BADGE, "scanner-1")));
    range.conclude(attack, 1).await;
}

/// The `SubjectPublicKeyInfo` of a certificate.
fn public_key(certificate: &[u8]) -> Vec<u8> {
    let parsed = Certificate::from_der(certificate).unwrap();
    parsed.tbs_certificate().subject_public_key_info().to_der().unwrap()
}
