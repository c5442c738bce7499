//! TH-20: a clock that lies.

use std::collections::BTreeMap;
use std::time::Duration;

use scepter_scep::FailInfo;
use scepter_scep::client::Inquiry;
use scepter_tests::FakeClock;

use crate::key::Key;
use crate::range::{BADGE, CONFIGURATION, Range};
use crate::sender::{Reply, Request, Sender};
use crate::table::Attack;

#[tokio::test]
async fn th_20_a_clock_that_lies_makes_no_challenge_good_again() {
    const TODAY: Duration = days(400);
    const A_YEAR_ON: Duration = days(400 - 365);
    let clock = FakeClock::days_ago(402).unwrap();
    // The authority outlives the year that the clock goes forward.
    let lasting = CONFIGURATION.replace("value: 1, unit: Years", "value: 5, unit: Years");
    let range = Range::configured(&lasting, &clock.environment()).await;
    let mut attack = Attack::new(
        "TH-20",
        "the clock set back by an hour, a day and a year, then forward by a year: with challenges that were good then",
    );
    let stale = Attempt::with(&range, "scanner-1").await;
    clock.set_behind(TODAY).unwrap();
    let ticket = range.ticket(BADGE, "scanner-2").await;
    let holder = Sender::enrolled(&range, &ticket).await;
    let live = Attempt::with(&range, "scanner-3").await;
    let refused = Reply::Refused(FailInfo::BadRequest);
    assert_eq!(stale.make(&range).await, refused);
    assert_eq!(range.refusals().await, BTreeMap::from([("ChallengeExpired".to_owned(), 1)]));
    attack.tried();

    for back in [days(1) / 24, days(1), days(365)] {
        clock.set_behind(TODAY + back).unwrap();
        for attempt in [&stale, &live] {
            assert_eq!(attempt.make(&range).await, Reply::Http(503), "set back by {back:?}");
            attack.tried();
        }
        let ready = reqwest::get(format!("{}/readyz", range.up.ops())).await.unwrap();
        assert_eq!(ready.status(), 503);
        attack.saw(format!("503; /readyz: {}", ready.text().await.unwrap()));
    }

    clock.set_behind(A_YEAR_ON).unwrap();
    for attempt in [&stale, &live] {
        assert_eq!(attempt.make(&range).await, refused);
        attack.tried();
    }
    let request = Request::bare(&ticket).for_key(&Key::new());
    assert_eq!(holder.ask(&range, Inquiry::Renew(&request)).await, refused);
    attack.tried();
    let reasons = [("ChallengeExpired", 3), ("SignerExpired", 1), ("Unavailable", 6)];
    assert_eq!(range.refusals().await, reasons.map(|(reason, count)| (reason.to_owned(), count)).into());

    // It was the clock, and nothing of it stays.
    clock.set_behind(TODAY).unwrap();
    assert!(matches!(live.make(&range).await, Reply::Granted(_)), "by the right clock the challenge is good");
    range.conclude(attack, 2).await;
}

const fn days(days: u64) -> Duration {
    Duration::from_hours(24 * days)
}

/// A device, and what it asks for with its challenge.
struct Attempt {
    sender: Sender,
    request: Vec<u8>,
}

impl Attempt {
    async fn with(range: &Range, device: &str) -> Self {
        let ticket = range.ticket(BADGE, device).await;
        let sender = Sender::self_made(&ticket.subject_der);
        let request = Request::honest(&ticket).for_key(&sender.key);
        Self { sender, request }
    }

    async fn make(&self, range: &Range) -> Reply {
        self.sender.ask(range, Inquiry::Enroll(&self.request)).await
    }
}
