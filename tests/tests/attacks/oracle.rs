//! TH-13: an envelope that does not open says nothing of why, in no byte and by no delay.

use std::collections::BTreeSet;
use std::env;
use std::fmt;
use std::time::Instant;

use aws_lc_rs::rand;
use scepter_scep::FailInfo;
use scepter_tests::tlv::OCTET_STRING;

use crate::forgery::{Envelope, Forgery, Recipient, wrap};
use crate::key::Key;
use crate::range::{BADGE, HttpAnswer, Range};
use crate::sender::{Reply, Request, Sender};
use crate::statistics::{centile, median, welch};
use crate::table::Attack;

/// Messages of each kind in a run of every day; `SCEPTER_ORACLE_TRIES` asks for more.
const TRIES: usize = 1000;
/// What is wrong with an envelope, or with the request that it opens to.
const KINDS: [&str; COUNT] = [
    "padding",
    "key length",
    "CBC",
    "ASN.1",
    "second recipient",
    "CSR signature",
    "CSR algorithm",
    "CSR challenge",
];
const COUNT: usize = 8;
/// Beyond this, Welch's t says that two kinds differ.
const DIFFERENT: f64 = 4.5;
/// The centile of all durations together at which each is capped. Slower ones are what the machine did meanwhile, to
/// whichever kind; the cap is settled before anything is measured, and is one for all kinds (decision 0250).
const CAP: usize = 50;

#[tokio::test]
async fn th_13_envelopes_that_do_not_open_are_one_answer_after_one_time() {
    let range = Range::open().await;
    let mut attack = Attack::new(
        "TH-13",
        "the envelope oracle: eight kinds of broken envelopes and requests, each once a round, in random order",
    );
    let tries = env::var("SCEPTER_ORACLE_TRIES").map_or(TRIES, |tries| tries.parse().unwrap());
    let mut oracle = Oracle::open(&range).await;
    let first = oracle.durations(tries).await;
    attack.saw(first.to_string());
    attack.tried_times(tries * KINDS.len());
    // What differs by chance, or by the machine's other work, does not differ again in the same direction.
    if first.different().next().is_some() {
        let second = oracle.durations(tries).await;
        attack.saw(format!("again: {second}"));
        attack.tried_times(tries * KINDS.len());
        let again: Vec<_> = second.different().collect();
        let found: Vec<_> = first.different().filter(|difference| again.contains(difference)).collect();
        assert!(found.is_empty(), "told apart twice: {found:?}\n{first}\n{second}");
    }
    range.conclude(attack, 0).await;
}

/// Who sends broken envelopes and times the answers.
struct Oracle<'a> {
    range: &'a Range,
    messages: [Vec<u8>; COUNT],
    /// Status and length of every answer.
    answers: BTreeSet<(u16, usize)>,
}

impl<'a> Oracle<'a> {
    /// Looks at one answer to each kind, which also is the issuer's first time.
    async fn open(range: &'a Range) -> Self {
        let sender = Sender::self_made(&range.ticket(BADGE, "scanner-1").await.subject_der);
        let mut oracle = Self { range, messages: broken(range, &sender).await, answers: BTreeSet::new() };
        for (kind, name) in KINDS.iter().enumerate() {
            let reply = sender.read(range, &oracle.send(kind).await.1);
            assert_eq!(reply, Reply::Refused(FailInfo::BadMessageCheck), "{name}");
        }
        let refusals = range.refusals().await;
        let unreadable = ("EnvelopeUnreadable".to_owned(), 6);
        let unproven = ("SignatureValidationFailed".to_owned(), 2);
        assert_eq!(refusals.into_iter().collect::<Vec<_>>(), [unreadable, unproven]);
        oracle
    }

    /// Each kind once a round: what happens to the machine happens to all of them.
    async fn durations(&mut self, rounds: usize) -> Durations {
        let mut all: [Vec<f64>; COUNT] = std::array::from_fn(|_| Vec::with_capacity(rounds));
        for _ in 0..rounds {
            for kind in shuffled() {
                all[kind].push(self.send(kind).await.0);
            }
        }
        Durations::capped(all)
    }

    async fn send(&mut self, kind: usize) -> (f64, HttpAnswer) {
        let message = self.messages[kind].clone();
        let began = Instant::now();
        let answer = self.range.post(message).await;
        let microseconds = began.elapsed().as_secs_f64() * 1e6;
        self.answers.insert((answer.status, answer.body.len()));
        assert_eq!(self.answers.len(), 1, "one status, one length: {:?}", self.answers);
        (microseconds, answer)
    }
}

/// How long the answers to each kind took, in microseconds.
struct Durations {
    medians: [f64; COUNT],
    /// Capped.
    all: [Vec<f64>; COUNT],
}

impl Durations {
    fn capped(mut all: [Vec<f64>; COUNT]) -> Self {
        let medians = std::array::from_fn(|kind| median(&all[kind]));
        let cap = centile(CAP, &all.concat());
        for duration in all.iter_mut().flatten() {
            *duration = duration.min(cap);
        }
        Self { medians, all }
    }

    /// The kinds that are told from the first one, and whether they take longer.
    fn different(&self) -> impl Iterator<Item = (&'static str, bool)> {
        let kinds = KINDS.iter().enumerate();
        kinds
            .map(|(kind, name)| (*name, self.t(kind)))
            .filter(|(_, t)| t.abs() > DIFFERENT)
            .map(|(name, t)| (name, t > 0.0))
    }

    /// Welch's t of a kind against the first one; positive where it takes longer.
    fn t(&self, kind: usize) -> f64 {
        welch(&self.all[kind], &self.all[0])
    }
}

impl fmt::Display for Durations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (kind, name) in KINDS.iter().enumerate() {
            let separator = if kind == 0 { "" } else { ", " };
            write!(f, "{separator}{name}: median {:.0} µs, t {:.1}", self.medians[kind], self.t(kind))?;
        }
        Ok(())
    }
}

/// A message of each kind, all of one length: each has two keys for the same recipient.
async fn broken(range: &Range, sender: &Sender) -> [Vec<u8>; COUNT] {
    let ticket = range.ticket(BADGE, "scanner-1").await;
    let to = range.authority.encrypt_to();
    let request = Request::honest(&ticket).for_key(&sender.key);
    let challenge = ticket.challenge.expose().as_bytes();
    let sealed = Envelope::sealed(to, &request);
    let key = sealed.recipients[0].encrypted_key.clone();
    let mut random = vec![0; sealed.ciphertext.len()];
    rand::fill(&mut random).unwrap();
    // Below every modulus of its length.
    let mut no_padding = random[..key.len()].to_vec();
    no_padding[0] = 0x3f;
    let two = |first: &[u8], second: &[u8]| vec![Recipient::of(to, first), Recipient::of(to, second)];
    let sound = Envelope { recipients: two(&key, &no_padding), ..sealed };
    let sealing = |plaintext: &[u8]| Envelope {
        recipients: sound.recipients.clone(),
        ..Envelope::sealed(to, plaintext)
    };
    let kinds = [
        Envelope { recipients: two(&no_padding, &no_padding), ..sound.clone() },
        Envelope { recipients: two(&wrap(to, &[3; 24]), &no_padding), ..sound.clone() },
        Envelope { ciphertext: random, ..sound.clone() },
        sealing(&vec![0x55; request.len()]),
        Envelope { recipients: two(&no_padding, &key), ..sound.clone() },
        sealing(&with_octet(&request, request.len() - 1, !request[request.len() - 1])),
        sealing(&with_octet(&request, end_of(&request, SHA_256_WITH_RSA) - 1, 0x63)),
        sealing(&with_octet(&request, end_of(&request, challenge) - challenge.len() - 2, OCTET_STRING)),
    ];
    let messages = kinds.map(|envelope| Forgery::honest(sender, &envelope).write());
    assert!(messages.iter().all(|message| message.len() == messages[0].len()));
    messages
}

/// The kinds in random order (Fisher and Yates).
fn shuffled() -> [usize; COUNT] {
    let mut kinds: [usize; COUNT] = std::array::from_fn(|kind| kind);
    for last in (1..kinds.len()).rev() {
        kinds.swap(last, random_below(last + 1));
    }
    kinds
}

/// `end` is at most 256.
fn random_below(end: usize) -> usize {
    let mut byte = [0];
    loop {
        rand::fill(&mut byte).unwrap();
        let byte = usize::from(byte[0]);
        if byte < 256 - 256 % end {
            return byte % end;
        }
    }
}

/// The OID of sha256WithRSAEncryption.
const SHA_256_WITH_RSA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b";

/// Where a part of a value ends.
fn end_of(value: &[u8], part: &[u8]) -> usize {
    value.windows(part.len()).position(|window| window == part).unwrap() + part.len()
}

fn with_octet(value: &[u8], place: usize, octet: u8) -> Vec<u8> {
    let mut value = value.to_vec();
    value[place] = octet;
    value
}

#[tokio::test]
async fn th_13_an_inquiry_that_does_not_open_is_answered_like_one_about_nothing() {
    let range = Range::open().await;
    let mut attack = Attack::new("TH-13", "another's envelope, altered, as GetCert and GetCRL of a device");
    let device = Sender::enrolled(&range, &range.ticket(BADGE, "scanner-1").await).await;
    let to = range.authority.encrypt_to();
    let request = Request::honest(&range.ticket(BADGE, "scanner-2").await).for_key(&Key::new());
    let of_another = Envelope::sealed(to, &request);
    let mut wrong_padding = of_another.clone();
    *wrong_padding.ciphertext.last_mut().unwrap() ^= 1;
    // Its issuer has no name, and its serial number is 1.
    let about_nothing = Envelope::sealed(to, b"\x30\x05\x30\x00\x02\x01\x01");
    for envelope in [of_another, wrong_padding, about_nothing] {
        for get in ["21", "22"] {
            let message = Forgery { message_types: &[get], ..Forgery::honest(&device, &envelope) }.write();
            let reply = device.read(&range, &range.post(message).await);
            assert_eq!(reply, Reply::Refused(FailInfo::BadCertId), "{get}");
            attack.tried();
        }
    }
    range.conclude(attack, 1).await;
}
