//! TH-13: an envelope that does not open says nothing of why, in no byte and by no delay.

use std::collections::BTreeSet;
use std::env;
use std::fmt;
use std::time::Instant;

use aws_lc_rs::rand;
use scepter_scep::FailInfo;

use crate::forgery::{Envelope, Forgery, Recipient, wrap};
use crate::range::{BADGE, HttpAnswer, Range};
use crate::sender::{Reply, Request, Sender};
use crate::statistics::{centile, median, welch};
use crate::table::Attack;

/// Messages of each kind in a run of every day; `SCEPTER_ORACLE_TRIES` asks for more.
const TRIES: usize = 1000;
/// What is wrong with an envelope.
const KINDS: [&str; 6] = ["padding", "key length", "CBC", "ASN.1", "second recipient", "CSR signature"];
/// The kinds before this one must not be told apart. It is only reported: verifying takes longer than not being able to
/// (decision 0250).
const CSR_SIGNATURE: usize = 5;
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
        "the envelope oracle: six kinds of broken envelopes, each once a round, in random order",
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
    messages: [Vec<u8>; 6],
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
        let unreadable = ("EnvelopeUnreadable".to_owned(), 5);
        let unproven = ("SignatureValidationFailed".to_owned(), 1);
        assert_eq!(refusals.into_iter().collect::<Vec<_>>(), [unreadable, unproven]);
        oracle
    }

    /// Each kind once a round: what happens to the machine happens to all of them.
    async fn durations(&mut self, rounds: usize) -> Durations {
        let mut all: [Vec<f64>; 6] = std::array::from_fn(|_| Vec::with_capacity(rounds));
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
    medians: [f64; 6],
    /// Capped.
    all: [Vec<f64>; 6],
}

impl Durations {
    fn capped(mut all: [Vec<f64>; 6]) -> Self {
        let medians = std::array::from_fn(|kind| median(&all[kind]));
        let cap = centile(CAP, &all[..CSR_SIGNATURE].concat());
        for duration in all.iter_mut().flatten() {
            *duration = duration.min(cap);
        }
        Self { medians, all }
    }

    /// The kinds that are told from the first one, and whether they take longer.
    fn different(&self) -> impl Iterator<Item = (&'static str, bool)> {
        let kinds = KINDS.iter().enumerate().take(CSR_SIGNATURE);
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
            let note = if kind == CSR_SIGNATURE { " (reported only)" } else { "" };
            write!(f, "{separator}{name}{note}: median {:.0} µs, t {:.1}", self.medians[kind], self.t(kind))?;
        }
        Ok(())
    }
}

/// A message of each kind, all of one length: each has two keys for the same recipient.
async fn broken(range: &Range, sender: &Sender) -> [Vec<u8>; 6] {
    let ticket = range.ticket(BADGE, "scanner-1").await;
    let to = range.authority.encrypt_to();
    let request = Request::honest(&ticket).for_key(&sender.key);
    let mut bad_signature = request.clone();
    *bad_signature.last_mut().unwrap() ^= 1;
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
        sealing(&bad_signature),
    ];
    let messages = kinds.map(|envelope| Forgery::honest(sender, &envelope).write());
    assert!(messages.iter().all(|message| message.len() == messages[0].len()));
    messages
}

/// The kinds in random order (Fisher and Yates).
fn shuffled() -> [usize; 6] {
    let mut kinds: [usize; 6] = std::array::from_fn(|kind| kind);
    for last in (1..kinds.len()).rev() {
        kinds.swap(last, random_below(last + 1));
    }
    kinds
}

/// `end` is at most six.
fn random_below(end: usize) -> usize {
    let mut byte = [0];
    loop {
        rand::fill(&mut byte).unwrap();
        // 240 is a multiple of every number up to six.
        if byte[0] < 240 {
            return usize::from(byte[0]) % end;
        }
    }
}
