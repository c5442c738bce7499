//! TH-19: relying parties who ask for more than they need, while devices enroll (decision 0265).

use std::fmt;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use scepter_tests::{Issued, Scratch, Tool, run};
use tokio::task::JoinSet;
use tokio::time::{Interval, interval, sleep_until};

use crate::honest::{Honest, at};
use crate::range::{BADGE, Range};
use crate::sender::Sender;
use crate::statistics::{centile, median};
use crate::store::Database;
use crate::table::Attack;

/// Entries of the revocation list, which then has some 40 MB.
const REVOKED: i64 = 1_000_000;
/// Each weather once a round; what the machine does meanwhile happens to all of them.
const ROUNDS: usize = 5;
/// Enrolments in one weather of a round.
const ENROLMENTS: usize = 100;
/// Where the devices are, and where the flood comes from.
const HONEST: [u8; 4] = [127, 0, 0, 2];
const FLOODER: [u8; 4] = [127, 0, 0, 66];
/// Connections of a flood for either kind of question.
const CONNECTIONS: u32 = 4;
/// OCSP requests with a nonce in a second, each signed anew: what one source has by default.
const OCSP_RATE: u32 = 500;
/// Bytes of revocation lists in a second: a gigabit.
const CRL_RATE: f64 = 125e6;

#[tokio::test(flavor = "multi_thread")]
async fn th_19_floods_of_ocsp_and_crl_requests_do_not_double_the_time_of_an_enrolment() {
    let (range, bystander) = (with_a_long_list().await, with_a_long_list().await);
    let mut attack = Attack::new(
        "TH-19",
        "500 OCSP nonces and a gigabit of a CRL with 1M entries in a second, while devices enroll; then all that can be had",
    );
    let floods = Floods { here: Flood::against(&range).await, beside: Flood::against(&bystander).await };
    let mut honest = Honest::at(HONEST, &range, 2 * (3 * ROUNDS + 1) * ENROLMENTS).await;
    let first = Measured::rounds(&mut honest, &floods).await;
    attack.saw(first.to_string());
    // What comes from the machine's other work does not come twice (decision 0250).
    if !first.is_withstood() {
        let second = Measured::rounds(&mut honest, &floods).await;
        attack.saw(format!("again: {second}"));
        assert!(second.is_withstood(), "twice: {first}; {second}");
    }
    attack.tried_times(floods.here.answers.load(Ordering::Relaxed));
    let due = honest.enrolled() + 1;
    range.conclude(attack, due).await;
}

/// A range whose authority has revoked a million certificates.
async fn with_a_long_list() -> Range {
    let range = Range::open().await;
    // The issuer knows its CA by a certificate of it.
    Sender::enrolled(&range, &range.ticket(BADGE, "scanner-1").await).await;
    let premises = range.kill();
    Database::open(&premises.data()).await.add_revoked("default", REVOKED).await;
    let range = Range::over(premises.start().unwrap()).await;
    let head = reqwest::Client::new().head(list_of(&range)).send().await.unwrap();
    let length: i64 = head.headers()["content-length"].to_str().unwrap().parse().unwrap();
    assert!(length > REVOKED * 30, "a serial number and a date take 30 bytes, and the list has {length}");
    range
}

fn list_of(range: &Range) -> String {
    format!("{}.crl", range.up.scep("default").replace("/scep/", "/crl/"))
}

/// What goes on while devices enroll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weather {
    Quiet,
    /// The flood at its rates.
    Flooded,
    /// The same flood, at another issuer on the same machine: what the machine alone makes of it.
    Beside,
    /// As much as the machine that all are on lets through.
    Saturated,
}

/// The flood of the issuer that devices enroll with, and that of its neighbour.
struct Floods {
    here: Flood,
    beside: Flood,
}

impl Floods {
    fn of(&self, weather: Weather) -> &Flood {
        match weather {
            Weather::Quiet | Weather::Flooded | Weather::Saturated => &self.here,
            Weather::Beside => &self.beside,
        }
    }
}

/// A hundred enrolments in one weather.
struct Spell {
    /// In milliseconds.
    p99: f64,
    /// What the flood got meanwhile, in a second: OCSP answers, and MB of lists.
    answers: f64,
    megabytes: f64,
}

impl Spell {
    async fn of(weather: Weather, honest: &mut Honest<'_>, floods: &Floods) -> Self {
        let flood = floods.of(weather);
        let ((answers, bytes), began) = (flood.counts(), Instant::now());
        let mut senders = flood.begin(weather);
        let mut sample = Vec::with_capacity(ENROLMENTS);
        for _ in 0..ENROLMENTS {
            sample.push(honest.enroll().await.as_secs_f64() * 1e3);
        }
        let ended = senders.try_join_next();
        assert!(ended.is_none(), "a sender of the flood ended: {ended:?}");
        senders.shutdown().await;
        let (seconds, after) = (began.elapsed().as_secs_f64(), flood.counts());
        let answers = (after.0 - answers) / seconds;
        Self { p99: centile(98, &sample), answers, megabytes: (after.1 - bytes) / seconds / 1e6 }
    }
}

/// The spells of every round.
#[derive(Default)]
struct Measured {
    quiet: Vec<Spell>,
    flooded: Vec<Spell>,
    beside: Vec<Spell>,
    /// One: it is reported only.
    saturated: Vec<Spell>,
}

impl Measured {
    async fn rounds(honest: &mut Honest<'_>, floods: &Floods) -> Self {
        let mut measured = Self::default();
        for _ in 0..ROUNDS {
            measured.quiet.push(Spell::of(Weather::Quiet, honest, floods).await);
            measured.flooded.push(Spell::of(Weather::Flooded, honest, floods).await);
            measured.beside.push(Spell::of(Weather::Beside, honest, floods).await);
        }
        measured.saturated.push(Spell::of(Weather::Saturated, honest, floods).await);
        for flooded in [&measured.flooded, &measured.beside] {
            let answers = median_of(flooded, |spell| spell.answers / f64::from(OCSP_RATE));
            let lists = median_of(flooded, |spell| spell.megabytes * 1e6 / CRL_RATE);
            assert!(answers > 0.1 && lists > 0.1, "the flood is none: {measured}");
        }
        measured
    }

    /// Whether the flood does not double the time. On a machine that it is too much for wherever it goes, it must not take
    /// half as long again as it does there.
    fn is_withstood(&self) -> bool {
        let [quiet, flooded, beside] =
            [&self.quiet, &self.flooded, &self.beside].map(|spells| median_of(spells, |spell| spell.p99));
        flooded < 2.0 * quiet || flooded < 1.5 * beside
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { quiet, flooded, beside, saturated } = self;
        write!(f, "p99 of an enrolment: {:.1} ms", median_of(quiet, |spell| spell.p99))?;
        let floods =
            [("flooded", flooded), ("flood beside it", beside), ("saturated (reported only)", saturated)];
        for (name, spells) in floods {
            let p99 = median_of(spells, |spell| spell.p99);
            let answers = median_of(spells, |spell| spell.answers);
            let megabytes = median_of(spells, |spell| spell.megabytes);
            write!(f, ", {name} {p99:.1} ms with {answers:.0} answers/s and {megabytes:.0} MB/s")?;
        }
        Ok(())
    }
}

fn median_of(spells: &[Spell], figure: impl Fn(&Spell) -> f64) -> f64 {
    median(&spells.iter().map(figure).collect::<Vec<_>>())
}

/// Who asks for OCSP answers that cannot be kept, and for the list.
struct Flood {
    ocsp: String,
    question: Vec<u8>,
    list: String,
    /// OCSP answers, and bytes of lists, so far.
    answers: Arc<AtomicUsize>,
    bytes: Arc<AtomicUsize>,
}

impl Flood {
    async fn against(range: &Range) -> Self {
        let device = range.certificates().await.remove(0);
        let authority = range.up.data().join("authorities/default/ca.pem");
        Self {
            ocsp: range.up.scep("default").replace("/scep/", "/ocsp/"),
            question: question_with_a_nonce(&Issued::from_der(&device.certificate).unwrap(), &authority),
            list: list_of(range),
            answers: Arc::default(),
            bytes: Arc::default(),
        }
    }

    #[allow(clippy::cast_precision_loss, reason = "far less than 2^52")]
    fn counts(&self) -> (f64, f64) {
        (self.answers.load(Ordering::Relaxed) as f64, self.bytes.load(Ordering::Relaxed) as f64)
    }

    /// The connections of a flood, which last until they are shut down.
    fn begin(&self, weather: Weather) -> JoinSet<()> {
        let mut senders = JoinSet::new();
        let (ask_every, rate) = match weather {
            Weather::Quiet => return senders,
            Weather::Flooded | Weather::Beside => {
                (Duration::from_secs(1) * CONNECTIONS / OCSP_RATE, CRL_RATE / f64::from(CONNECTIONS))
            }
            Weather::Saturated => (Duration::from_nanos(1), f64::INFINITY),
        };
        for _ in 0..CONNECTIONS {
            let (turns, answers) = (interval(ask_every), Arc::clone(&self.answers));
            senders.spawn(ask(self.ocsp.clone(), self.question.clone(), turns, answers));
            senders.spawn(fetch(self.list.clone(), rate, Arc::clone(&self.bytes)));
        }
        senders
    }
}

async fn ask(url: String, question: Vec<u8>, mut turns: Interval, answers: Arc<AtomicUsize>) {
    let http = at(FLOODER);
    loop {
        turns.tick().await;
        let answer = http.post(&url).body(question.clone()).send().await.unwrap();
        let answer = answer.error_for_status().unwrap().bytes().await.unwrap();
        // It was signed: responseStatus is successful (RFC 6960 §4.2.1), and more follows.
        if answer.len() > 64 {
            answers.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Takes the list again and again, no faster than `rate` bytes in a second.
async fn fetch(url: String, rate: f64, bytes: Arc<AtomicUsize>) {
    let http = at(FLOODER);
    let (began, mut taken) = (Instant::now(), 0.0);
    loop {
        let mut answer = http.get(&url).send().await.unwrap().error_for_status().unwrap();
        while let Some(chunk) = answer.chunk().await.unwrap() {
            bytes.fetch_add(chunk.len(), Ordering::Relaxed);
            taken += f64::from(u32::try_from(chunk.len()).unwrap());
            sleep_until((began + Duration::from_secs_f64(taken / rate)).into()).await;
        }
    }
}

/// An OCSP request whose answer cannot be one that was kept.
fn question_with_a_nonce(certificate: &Issued, issuer: &Path) -> Vec<u8> {
    let scratch = Scratch::new("question").unwrap();
    let path = scratch.join("request.der");
    let mut command = Tool::OpenSsl.command().unwrap();
    command.args(["ocsp", "-nonce", "-issuer"]).arg(issuer);
    command.arg("-cert").arg(scratch.write("certificate.pem", certificate.pem()).unwrap());
    run(command.arg("-reqout").arg(&path), b"").unwrap();
    fs::read(&path).unwrap()
}
