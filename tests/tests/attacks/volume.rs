//! TH-22: messages that are more than a message is: in depth, in number, and in signers and recipients.

use std::fs;

use futures::{StreamExt as _, stream};
use scepter_device::Ticket;
use scepter_scep::{FailInfo, SignerCertificate};
use scepter_tests::tlv::{SEQUENCE, tlv};

use crate::forgery::{Envelope, Forgery, Recipient, attribute};
use crate::range::{BADGE, Range};
use crate::sender::{Reply, Request, Sender, self_signed};
use crate::table::Attack;

/// The bytes that a message may have.
const MOST: usize = 64 * 1024;
/// How many bombs are under way at once.
const AT_ONCE: usize = 8;
/// Rounds of all bombs after which the process has what it needs: threads, buffers, the allocator's arenas.
const WARM_UP: usize = 60;
/// Rounds that must cost nothing that stays: some 200 MiB of bombs.
const ROUNDS: usize = 400;
/// What a process may have more at the end than after its warm-up: a thirtieth of what was thrown at it.
const GROWTH: usize = 6 * 1024 * 1024;

#[tokio::test]
async fn th_22_a_message_has_one_signer() {
    let range = Range::open().await;
    let mut attack = Attack::new(
        "TH-22",
        "two signers: a stranger and the holder of a certificate, in both orders; the same one twice",
    );
    let holder = Sender::enrolled(&range, &range.ticket(BADGE, "scanner-2").await).await;
    let ticket = range.ticket(BADGE, "scanner-1").await;
    let stranger = Sender::self_made(&ticket.subject_der);
    let request = Request::honest(&ticket).for_key(&stranger.key);
    let envelope = Envelope::sealed(range.authority.encrypt_to(), &request);
    for (first, second) in [(&stranger, &holder), (&holder, &stranger), (&stranger, &stranger)] {
        let message = Forgery { more_signers: &[second], ..Forgery::honest(first, &envelope) }.write();
        assert_eq!(first.read(&range, &range.post(message).await), Reply::Http(400));
        attack.tried();
    }
    attack.saw("400");
    // One of them alone is heard.
    let message = Forgery::honest(&stranger, &envelope).write();
    stranger.read(&range, &range.post(message).await).certificate();
    range.conclude(attack, 2).await;
}

#[tokio::test]
async fn th_22_of_two_recipients_ours_counts_and_another_opens_nothing() {
    let range = Range::open().await;
    let mut attack = Attack::new(
        "TH-22",
        "two recipients: neither of them us; us with a key that opens nothing beside one that would; more than four",
    );
    let ticket = range.ticket(BADGE, "scanner-1").await;
    let sender = Sender::self_made(&ticket.subject_der);
    let us = range.authority.encrypt_to();
    let other = SignerCertificate::from_der(&sender.certificate).unwrap();
    let sealed = Envelope::sealed(us, &Request::honest(&ticket).for_key(&sender.key));
    let genuine = &sealed.recipients[0];
    let (bad, stranger) = (Recipient::of_key(us, &[7; 16]), Recipient::of(&other, &genuine.encrypted_key));
    let refused = Reply::Refused(FailInfo::BadMessageCheck);
    for (recipients, expected) in [
        (vec![stranger.clone(), stranger.clone()], &refused),
        (vec![stranger.clone(), bad.clone()], &refused),
        (vec![bad.clone(), stranger.clone()], &refused),
        (vec![bad, genuine.clone()], &refused),
        (vec![stranger.clone(); 5], &Reply::Http(400)),
    ] {
        let envelope = Envelope { recipients, ..sealed.clone() };
        let message = Forgery::honest(&sender, &envelope).write();
        assert_eq!(sender.read(&range, &range.post(message).await), *expected);
        attack.tried();
    }
    attack.saw("badMessageCheck, as for any envelope that does not open; 400");
    // Clients that encrypt to every certificate of GetCACert are heard.
    let envelope = Envelope { recipients: vec![stranger, genuine.clone()], ..sealed.clone() };
    let message = Forgery::honest(&sender, &envelope).write();
    sender.read(&range, &range.post(message).await).certificate();
    range.conclude(attack, 1).await;
}

#[tokio::test]
async fn th_22_bombs_are_refused_and_leave_nothing_in_memory() {
    let range = Range::open().await;
    let mut attack = Attack::new(
        "TH-22",
        "nested and numerous: 3080 × 32k, definite nesting, segments, attributes, certificates, recipients, signers",
    );
    let ticket = range.ticket(BADGE, "scanner-1").await;
    let sender = Sender::self_made(&ticket.subject_der);
    let bombs = bombs(&range, &sender, &ticket);
    throw(&range, &sender, &bombs, WARM_UP).await;
    let before = resident(&range);
    let mut most = before;
    for _ in 0..ROUNDS / 10 {
        throw(&range, &sender, &bombs, 10).await;
        most = most.max(resident(&range));
    }
    attack.tried_times((WARM_UP + ROUNDS) * bombs.len());
    let thrown = ROUNDS * bombs.iter().map(|bomb| bomb.message.len()).sum::<usize>();
    let mebibytes = |bytes: usize| format!("{} MiB", bytes.div_ceil(1024 * 1024));
    let seen = format!(
        "{} resident, at most {} more after {} of bombs",
        mebibytes(before),
        mebibytes(most - before),
        mebibytes(thrown)
    );
    assert!(most - before < GROWTH, "{seen}");
    attack.saw(seen);
    range.conclude(attack, 0).await;
}

/// A message, and what must come back.
struct Bomb {
    what: &'static str,
    message: Vec<u8>,
    reply: Reply,
}

fn bombs(range: &Range, sender: &Sender, ticket: &Ticket) -> Vec<Bomb> {
    let us = range.authority.encrypt_to();
    let request = Request::bare(ticket).for_key(&sender.key);
    let sound = Envelope::sealed(us, &request);
    let forgery = || Forgery::honest(sender, &sound);
    let attributes = |count: usize| vec![attribute(b"\x06\x01\x2a", b"\x05\x00"); count];
    let certificates: Vec<_> =
        (1..=60).map(|number| self_signed(&ticket.subject_der, &[number], &sender.key)).collect();
    let recipients = vec![sound.recipients[0].clone(); 150];
    let within = |content: &[u8]| Forgery::honest(sender, &Envelope::sealed(us, content)).write();
    let malformed = |what, message| Bomb { what, message, reply: Reply::Http(400) };
    let unreadable = |what, message| Bomb { what, message, reply: Reply::Refused(FailInfo::BadMessageCheck) };
    let bombs = vec![
        malformed("indefinite nesting", [0x30, 0x80].repeat(MOST / 2)),
        malformed("definite nesting", nested(MOST)),
        malformed("values in a row", [&[0x30, 0x80][..], &[0x05, 0x00].repeat(MOST / 2 - 1)].concat()),
        malformed("segments", [&[0x24, 0x80][..], &[0x04, 0x01, 0x00].repeat(MOST / 3 - 1)].concat()),
        malformed("attributes", Forgery { more_attributes: &attributes(6000), ..forgery() }.write()),
        malformed("certificates", Forgery { more_certificates: &certificates, ..forgery() }.write()),
        malformed("recipients", {
            let envelope = Envelope { recipients, ..sound.clone() };
            Forgery::honest(sender, &envelope).write()
        }),
        malformed("signers", Forgery { more_signers: &[sender; 80], ..forgery() }.write()),
        unreadable("indefinite nesting within", within(&[0x30, 0x80].repeat(30_000))),
        unreadable("definite nesting within", within(&nested(60_000))),
        unreadable("attributes within", within(&tlv(SEQUENCE, &attributes(6000).concat()))),
    ];
    for Bomb { what, message, .. } in &bombs {
        assert!(message.len() <= MOST, "{what} has {} bytes, and its size alone is refused", message.len());
        assert!(message.len() > MOST / 3, "{what} has no more than {} bytes", message.len());
    }
    bombs
}

/// As many values within values as so many bytes hold, every length being right.
fn nested(bytes: usize) -> Vec<u8> {
    let mut reversed = Vec::with_capacity(bytes);
    loop {
        let length = reversed.len();
        let [.., high, low] = length.to_be_bytes();
        let head: &[u8] = match (high, low) {
            (0, 0..0x80) => &[low, SEQUENCE],
            (0, _) => &[low, 0x81, SEQUENCE],
            (_, _) => &[low, high, 0x82, SEQUENCE],
        };
        if length + head.len() > bytes {
            reversed.reverse();
            return reversed;
        }
        reversed.extend(head);
    }
}

/// Sends every bomb so many times, in turn.
async fn throw(range: &Range, sender: &Sender, bombs: &[Bomb], rounds: usize) {
    let all = (0..rounds).flat_map(|_| bombs);
    stream::iter(all)
        .for_each_concurrent(AT_ONCE, async |bomb| {
            let answer = range.post(bomb.message.clone()).await;
            assert_eq!(sender.read(range, &answer), bomb.reply, "{}", bomb.what);
        })
        .await;
}

/// The bytes of the issuer that are in memory (proc(5), statm).
fn resident(range: &Range) -> usize {
    let statm = fs::read_to_string(format!("/proc/{}/statm", range.up.id())).unwrap();
    let pages: usize = statm.split_whitespace().nth(1).unwrap().parse().unwrap();
    pages * rustix::param::page_size()
}
