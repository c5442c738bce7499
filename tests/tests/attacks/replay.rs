//! TH-03: what was sent once is sent again, and two ask for what one may have.

use std::collections::BTreeSet;
use std::env;

use scepter_scep::FailInfo;
use scepter_scep::client::Inquiry;

use crate::range::{BADGE, Range};
use crate::sender::{Reply, Request, Sender, TRANSACTION};
use crate::table::Attack;

/// Replays of one message.
const REPLAYS: usize = 1000;
/// Races in a run of every day. A round takes a new RSA key; `SCEPTER_RACES` asks for more.
const RACES: usize = 60;

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
    let mut pair = [racer(&range).await, racer(&range).await];
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
        certificates.insert(certificate);
        pair[number] = racer(&range).await;
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

async fn racer(range: &Range) -> Sender {
    let subject = range.ticket(BADGE, "scanner-1").await.subject_der;
    tokio::task::spawn_blocking(move || Sender::self_made(&subject)).await.unwrap()
}
