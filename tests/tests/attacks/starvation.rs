//! TH-21: one source sends as much junk as it can, under the limits that an issuer has by default.

use std::time::{Duration, Instant};

use aws_lc_rs::rand;
use scepter_scep::Secret;
use scepter_scep::client::Inquiry;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use crate::honest::{Honest, at};
use crate::range::{BADGE, CONFIGURATION, Range};
use crate::sender::{Request, Sender};
use crate::table::Attack;

/// Where the honest devices are.
const HONEST: [u8; 4] = [127, 0, 0, 2];
/// Where the junk comes from, on so many connections.
const FLOODER: [u8; 4] = [127, 0, 0, 66];
const CONNECTIONS: usize = 16;
/// Answers to junk between two enrolments.
const BETWEEN: usize = 200;
/// The flood has met its limit for good once so many messages in all were not heard.
const NOT_HEARD: usize = 1000;
/// No more than that: every device has thirty at once.
const ENROLMENTS: usize = 75;
/// What one source may send by default: at once, and in a second.
const BURST: usize = 5000;
const RATE: f64 = 100.0;

#[tokio::test(flavor = "multi_thread")]
async fn th_21_devices_enroll_in_two_seconds_while_one_source_floods_under_the_default_limits() {
    let unlimited = CONFIGURATION.lines().filter(|line| !line.starts_with("limits:"));
    let range = Range::configured(&unlimited.collect::<Vec<_>>().join("\n"), &[]).await;
    let mut attack = Attack::new(
        "TH-21",
        "signed junk from one address with X-Forwarded-For of others, the honest devices' among them; default limits",
    );
    let mut honest = Honest::at(HONEST, &range, ENROLMENTS).await;
    let message = junk(&range).await;
    let url = format!("{}?operation=PKIOperation", range.up.scep("default"));
    let (answers, mut answered) = unbounded_channel();
    let began = Instant::now();
    let mut flood = JoinSet::new();
    for _ in 0..CONNECTIONS {
        flood.spawn(send_for_ever(url.clone(), message.clone(), answers.clone()));
    }

    let (mut seen, mut slowest) = (Seen::default(), Duration::ZERO);
    while seen.not_heard < NOT_HEARD && honest.enrolled() < ENROLMENTS {
        seen.count(&mut answered, BETWEEN).await;
        slowest = slowest.max(honest.enroll().await);
    }
    flood.shutdown().await;
    let seconds = began.elapsed().as_secs_f64();
    drop(answers);
    seen.count(&mut answered, usize::MAX).await;

    attack.tried_times(seen.heard + seen.not_heard);
    attack.saw(format!(
        "{} heard in {seconds:.0} s, {} answered 429; of {} enrolments meanwhile the slowest took {} ms",
        seen.heard,
        seen.not_heard,
        honest.enrolled(),
        slowest.as_millis()
    ));
    assert!(seen.not_heard >= NOT_HEARD, "{} of the flood were not heard", seen.not_heard);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few thousand messages")]
    let allowed = BURST + (RATE * seconds) as usize + CONNECTIONS;
    assert!(seen.heard <= allowed, "{} were heard in {seconds} s, and no forged address helps", seen.heard);
    assert!(slowest < Duration::from_secs(2), "an enrolment took {slowest:?}");
    let due = honest.enrolled();
    range.conclude(attack, due).await;
}

/// What the flood was answered.
#[derive(Default)]
struct Seen {
    /// Messages that cost us private-key operations.
    heard: usize,
    /// Messages that were answered 429.
    not_heard: usize,
}

impl Seen {
    /// Counts so many more answers, or all that there are.
    async fn count(&mut self, answered: &mut UnboundedReceiver<u16>, most: usize) {
        for _ in 0..most {
            match answered.recv().await {
                Some(200) => self.heard += 1,
                Some(429) => self.not_heard += 1,
                Some(status) => panic!("one source was answered {status}"),
                None => return,
            }
        }
    }
}

/// A message, well signed and sealed, whose challenge nobody handed out.
async fn junk(range: &Range) -> Vec<u8> {
    let ticket = range.ticket(BADGE, "scanner-1").await;
    let sender = Sender::self_made(&ticket.subject_der);
    let challenge = Some(Secret::new("nobodys".to_owned()));
    let request = Request { challenge, ..Request::honest(&ticket) }.for_key(&sender.key);
    sender.message(&range.authority, Inquiry::Enroll(&request))
}

/// Sends the same message again and again, as somebody else each time.
async fn send_for_ever(url: String, message: Vec<u8>, answers: UnboundedSender<u16>) {
    let http = at(FLOODER);
    loop {
        let mut other = [10, 0, 0, 0];
        rand::fill(&mut other[1..]).unwrap();
        let [forged, honest] = [other, HONEST].map(|[a, b, c, d]| format!("{a}.{b}.{c}.{d}"));
        let request = http.post(&url).header("X-Forwarded-For", format!("{forged}, {honest}"));
        let request = request.header("X-Real-IP", &honest).header("Forwarded", format!("for={forged}"));
        let answer = request.body(message.clone()).send().await.unwrap();
        if answers.send(answer.status().as_u16()).is_err() {
            return;
        }
        answer.bytes().await.unwrap();
    }
}
