//! TH-12: a type that is parsed and then forgotten by whoever authorises (CVE-2026-30836).

use scepter_scep::FailInfo;

use crate::forgery::{Envelope, Forgery};
use crate::range::{BADGE, Range};
use crate::sender::{Reply, Request, Sender};
use crate::table::Attack;

#[tokio::test]
async fn th_12_no_message_type_gets_around_the_challenge() {
    let range = Range::open().await;
    let mut attack =
        Attack::new("TH-12", "messageType 0–40, absent, doubled, misspelt; each without a challenge");
    let ticket = range.ticket(BADGE, "scanner-1").await;
    let sender = Sender::self_made(&ticket.subject_der);
    let request = Request::bare(&ticket).for_key(&sender.key);
    let envelope = Envelope::sealed(range.authority.encrypt_to(), &request);
    let send = async |message_types: &[&str]| {
        let message = Forgery { message_types, ..Forgery::honest(&sender, &envelope) }.write();
        sender.read(&range, &range.post(message).await)
    };

    for number in 0..=40 {
        let reply = send(&[&number.to_string()]).await;
        match number {
            17 | 19 => assert_eq!(reply, Reply::Refused(FailInfo::BadRequest), "{number}"),
            20..=22 => assert!(matches!(reply, Reply::Refused(_)), "{number}: {reply:?}"),
            _undefined => assert_eq!(reply, Reply::Http(400), "{number}"),
        }
        attack.tried();
    }
    for malformed in [&[][..], &["19", "19"], &["19", "17"], &["3", "19"], &["019"], &["19 "], &[""], &["-1"]]
    {
        assert_eq!(send(malformed).await, Reply::Http(400), "{malformed:?}");
        attack.tried();
    }
    range.conclude(attack, 0).await;
}
