//! TH-10 and TH-11: certificates that would renew themselves, or be taken for such.

use der::{Decode as _, Encode as _};
use scepter_device::Ticket;
use scepter_scep::FailInfo;
use scepter_scep::client::Inquiry;
use scepter_tests::FakeClock;
use scepter_tests::tlv::{BIT_STRING, SEQUENCE, tlv};
use x509_cert::Certificate;

use crate::key::{Key, sign_as_a_forged_ca};
use crate::range::{BADGE, BRANCH, Range};
use crate::sender::{Reply, Request, Sender, self_signed};
use crate::table::Attack;

const REFUSED: Reply = Reply::Refused(FailInfo::BadRequest);
/// Certificates of the range last 20 days and are due in their last four.
const ISSUED_DAYS_AGO: u16 = 40;
const DUE: u16 = ISSUED_DAYS_AGO - 18;
const EXPIRED: u16 = ISSUED_DAYS_AGO - 21;

#[tokio::test]
async fn th_10_a_forged_certificate_renews_nothing() {
    let clock = FakeClock::days_ago(ISSUED_DAYS_AGO).unwrap();
    let range = Range::by(&clock).await;
    let mut attack = Attack::new(
        "TH-10",
        "RenewalReq and PKCSReq signed by self-made certificates (our issuer's name, a live serial), another CA's, the RA's",
    );
    let ticket = range.ticket(BADGE, "scanner-1").await;
    let genuine = Sender::enrolled(&range, &ticket).await;
    let branch = of_the_branch(&range).await;
    clock.set(DUE).unwrap();

    let [swapped, resigned, own] = [(); 3].map(|()| Key::new());
    let ra = range.up.data().join("authorities/default/ra-signing.key");
    let forged = [
        Sender { certificate: with_key(&genuine.certificate, &swapped), key: swapped },
        Sender { certificate: resigned_with_key(&genuine.certificate, &resigned), key: resigned },
        Sender {
            certificate: self_signed(&ticket.subject_der, genuine.name().serial_number(), &own),
            key: own,
        },
        branch,
        Sender { certificate: ra_certificate(&range), key: Key::in_file(&ra) },
    ];
    let request = Request::bare(&ticket).for_key(&Key::new());
    for sender in forged {
        for inquiry in [Inquiry::Renew(&request), Inquiry::Enroll(&request)] {
            assert_eq!(sender.ask(&range, inquiry).await, REFUSED);
            attack.tried();
        }
    }
    assert_eq!(range.row(BADGE, "scanner-1"), "Issued", "a forger writes on nobody's row");
    genuine.ask(&range, Inquiry::Renew(&request)).await.certificate();
    range.conclude(attack, 3).await;
}

#[tokio::test]
async fn th_11_a_certificate_renews_itself_once_and_in_its_time() {
    let clock = FakeClock::days_ago(ISSUED_DAYS_AGO).unwrap();
    let range = Range::by(&clock).await;
    let mut attack = Attack::new(
        "TH-11",
        "a renewal early, twice, expired, with the old key, another name or a bad challenge",
    );
    let (ticket, other) = (range.ticket(BADGE, "scanner-1").await, range.ticket(BADGE, "scanner-2").await);
    let (device, late) = (Sender::enrolled(&range, &ticket).await, Sender::enrolled(&range, &other).await);
    let mut in_vain = async |sender: &Sender, request: &[u8], reason: &str| {
        for inquiry in [Inquiry::Renew(request), Inquiry::Enroll(request)] {
            assert_eq!(sender.ask(&range, inquiry).await, REFUSED, "{reason}");
            attack.tried();
        }
    };
    let request = Request::bare(&ticket).for_key(&Key::new());
    in_vain(&device, &request, "RenewalNotDue").await;

    clock.set(DUE).unwrap();
    for challenge in ["", "wrong", "AAAAAAAAAAAAAAAAAAAAAA.wrong"] {
        let challenge = Some(scepter_scep::Secret::new(challenge.to_owned()));
        let bad = Request { challenge, ..Request::bare(&ticket) };
        in_vain(&device, &bad.for_key(&Key::new()), "a bad challenge does not fall back to the signer").await;
    }
    in_vain(&device, &Request::bare(&ticket).for_key(&device.key), "KeyReused").await;
    in_vain(&device, &Request::bare(&other).for_key(&Key::new()), "SubjectNameMismatch").await;
    device.ask(&range, Inquiry::Renew(&request)).await.certificate();
    in_vain(&device, &Request::bare(&ticket).for_key(&Key::new()), "SignerSuperseded").await;

    clock.set(EXPIRED).unwrap();
    in_vain(&late, &Request::bare(&other).for_key(&Key::new()), "SignerExpired").await;
    range.conclude(attack, 3).await;
}

#[tokio::test]
async fn th_11_a_certificate_that_was_revoked_renews_nothing() {
    let clock = FakeClock::days_ago(ISSUED_DAYS_AGO).unwrap();
    let range = Range::by(&clock).await;
    let mut attack =
        Attack::new("TH-11", "renewals of a device that was unassigned, its certificate revoked");
    let ticket = range.ticket(BADGE, "scanner-1").await;
    let device = Sender::enrolled(&range, &ticket).await;
    clock.set(DUE).unwrap();
    range.unassign("scanner-1").await;
    for _ in 0..5 {
        let request = Request::bare(&ticket).for_key(&Key::new());
        for inquiry in [Inquiry::Renew(&request), Inquiry::Enroll(&request)] {
            assert_eq!(device.ask(&range, inquiry).await, REFUSED);
            attack.tried();
        }
    }
    range.conclude(attack, 1).await;
}

/// The holder of a certificate of the other authority, for a device of the same name.
async fn of_the_branch(range: &Range) -> Sender {
    let ticket: Ticket = range.ticket_in(BRANCH, BADGE, "scanner-1").await;
    let sender = Sender::self_made(&ticket.subject_der);
    let branch = range.authority_of("branch").await;
    let request = Request::honest(&ticket).for_key(&sender.key);
    let message = sender.message(&branch, Inquiry::Enroll(&request));
    let answer = range.post_to("branch", message).await;
    let certificate = sender.read_from(&branch, &answer).certificate();
    Sender { certificate, ..sender }
}

/// The RA's certificate that is for signing.
fn ra_certificate(range: &Range) -> Vec<u8> {
    let recipient = range.authority.encrypt_to().der();
    let others = range.authority.certificates().iter().filter(|der| *der != recipient);
    let is_ca = |der: &&Vec<u8>| {
        let parsed = Certificate::from_der(der).unwrap();
        parsed.tbs_certificate().issuer() == parsed.tbs_certificate().subject()
    };
    others.into_iter().find(|der| !is_ca(der)).unwrap().clone()
}

/// A certificate with another key in it, and the signature that it had.
fn with_key(genuine: &[u8], key: &Key) -> Vec<u8> {
    let parsed = Certificate::from_der(genuine).unwrap();
    let from = parsed.tbs_certificate().subject_public_key_info().to_der().unwrap();
    assert_eq!(from.len(), key.spki().len());
    let place = genuine.windows(from.len()).position(|part| part == from).unwrap();
    let mut forged = genuine.to_vec();
    forged[place..place + from.len()].copy_from_slice(key.spki());
    forged
}

/// The same, signed anew by somebody who calls himself our CA.
fn resigned_with_key(genuine: &[u8], key: &Key) -> Vec<u8> {
    let forged = Certificate::from_der(&with_key(genuine, key)).unwrap();
    let tbs = forged.tbs_certificate().to_der().unwrap();
    let signature = sign_as_a_forged_ca(&tbs);
    let algorithm = forged.signature_algorithm().to_der().unwrap();
    let signature = tlv(BIT_STRING, &[&[0], &*signature].concat());
    tlv(SEQUENCE, &[tbs, algorithm, signature].concat())
}
