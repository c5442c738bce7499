//! TH-13: an envelope that does not open says nothing of why, in no byte and by no delay.

use std::collections::BTreeSet;
use std::env;
use std::time::Instant;

use aws_lc_rs::rand;
use scepter_scep::FailInfo;

use crate::forgery::{Envelope, Forgery, wrap};
use crate::range::{BADGE, Range};
use crate::sender::{Reply, Request, Sender};
use crate::statistics::{median, welch};
use crate::table::Attack;

/// Messages of each kind in a run of every day; `SCEPTER_ORACLE_TRIES` asks for more.
const TRIES: usize = 300;
/// What is wrong with an envelope.
const KINDS: [&str; 6] = ["padding", "key length", "CBC", "ASN.1", "second recipient", "CSR signature"];
/// The kinds that only somebody tells apart who does not know the content; who made a CSR knows it.
const SECRET: usize = 5;
/// Beyond this, Welch's t says that two kinds differ.
const DIFFERENT: f64 = 4.5;

#[tokio::test]
async fn th_13_envelopes_that_do_not_open_are_one_answer_after_one_time() {
    let range = Range::open().await;
    let mut attack =
        Attack::new("TH-13", "the envelope oracle: six kinds of broken envelopes, interleaved at random");
    let tries = env::var("SCEPTER_ORACLE_TRIES").map_or(TRIES, |tries| tries.parse().unwrap());
    let sender = Sender::self_made(&range.ticket(BADGE, "scanner-1").await.subject_der);
    let messages = broken(&range, &sender).await;
    let mut samples: [Vec<f64>; 6] = std::array::from_fn(|_| Vec::with_capacity(tries));
    let mut answers = BTreeSet::new();
    while samples.iter().any(|sample| sample.len() < tries) {
        let kind = random_below(KINDS.len());
        if samples[kind].len() == tries {
            continue;
        }
        let message = messages[kind].clone();
        let began = Instant::now();
        let answer = range.post(message).await;
        samples[kind].push(began.elapsed().as_secs_f64() * 1e6);
        answers.insert((answer.status, answer.body.len()));
        if samples[kind].len() == 1 {
            let reply = sender.read(&range, &answer);
            assert_eq!(reply, Reply::Refused(FailInfo::BadMessageCheck), "{}", KINDS[kind]);
        }
        attack.tried();
    }
    assert_eq!(answers.len(), 1, "one status, one length: {answers:?}");
    let reasons: Vec<_> = range.refusals().await.into_keys().collect();
    for sample in &mut samples {
        cut_outliers(sample);
    }
    for (kind, sample) in KINDS.iter().zip(&samples) {
        let (t, middle) = (welch(&samples[0], sample), median(sample));
        attack.saw(format!("{kind}: median {middle:.0} µs, t {t:.1}"));
    }
    for (kind, sample) in KINDS.iter().zip(&samples).take(SECRET) {
        let t = welch(&samples[0], sample);
        assert!(t.abs() < DIFFERENT, "{kind}: t {t}; {reasons:?}");
    }
    range.conclude(attack, 0).await;
}

/// A message of each kind, all of one length.
async fn broken(range: &Range, sender: &Sender) -> [Vec<u8>; 6] {
    let ticket = range.ticket(BADGE, "scanner-1").await;
    let to = range.authority.encrypt_to();
    let request = Request::honest(&ticket).for_key(&sender.key);
    let sound = Envelope::sealed(to, &request);
    let mut random = vec![0; sound.ciphertext.len()];
    rand::fill(&mut random).unwrap();
    // Below every modulus of its length.
    let mut no_padding = random[..sound.encrypted_key.len()].to_vec();
    no_padding[0] = 0x3f;
    let mut bad_signature = request.clone();
    *bad_signature.last_mut().unwrap() ^= 1;
    let kinds = [
        Envelope { encrypted_key: no_padding.clone(), ..sound.clone() },
        Envelope { encrypted_key: wrap(to, &[3; 24]), ..sound.clone() },
        Envelope { ciphertext: random, ..sound.clone() },
        Envelope::sealed(to, &vec![0x55; request.len()]),
        Envelope { more_keys: vec![sound.encrypted_key.clone()], encrypted_key: no_padding, ..sound.clone() },
        Envelope::sealed(to, &bad_signature),
    ];
    kinds.map(|envelope| Forgery::honest(sender, &envelope).write())
}

/// What the machine did meanwhile is not the issuer's: the slowest tenth goes.
fn cut_outliers(sample: &mut Vec<f64>) {
    sample.sort_by(f64::total_cmp);
    sample.truncate(sample.len() - sample.len() / 10);
}

fn random_below(end: usize) -> usize {
    let mut byte = [0];
    loop {
        rand::fill(&mut byte).unwrap();
        // 252 is the largest multiple of six that a byte holds.
        if byte[0] < 252 {
            return usize::from(byte[0]) % end;
        }
    }
}
