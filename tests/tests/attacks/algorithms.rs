//! TH-15 and TH-16: keys and algorithms that are too weak, or too strong to be cheap.

use std::path::{Path, PathBuf};

use der::{Decode as _, Encode as _};
use scepter_scep::client::Inquiry;
use scepter_scep::{DigestAlgorithm, FailInfo};
use scepter_tests::tlv::{BIT_STRING, SEQUENCE, tlv};
use scepter_tests::{Scratch, Tool, run};
use x509_cert::request::CertReq;

use crate::forgery::{Envelope, Forgery};
use crate::key::Key;
use crate::range::{BADGE, BRANCH, CONFIGURATION, Range};
use crate::sender::{Reply, Request, Sender};
use crate::table::Attack;

#[tokio::test]
async fn th_15_a_key_that_is_weak_or_endless_is_not_certified() {
    let range = Range::open().await;
    let mut attack = Attack::new(
        "TH-15",
        "keys of 1024 and 16384 bits, with the exponent 3, of ROCA, and one of another device",
    );
    let ticket = range.ticket(BADGE, "scanner-1").await;
    let sender = Sender::self_made(&ticket.subject_der);
    let scratch = Scratch::new("keys").unwrap();
    let keys = [
        made(&scratch, "rsa-1024", &["rsa_keygen_bits:1024"]),
        made(&scratch, "rsa-2047", &["rsa_keygen_bits:2047"]),
        made(&scratch, "exponent-3", &["rsa_keygen_bits:2048", "rsa_keygen_pubexp:3"]),
        kept("rsa-16384.pem"),
        kept("rsa-roca.pem"),
    ];
    for file in keys {
        let request = Request::honest(&ticket).for_key(&Key::in_file(&file));
        let reply = sender.ask(&range, Inquiry::Enroll(&request)).await;
        assert!(matches!(reply, Reply::Refused(_)), "{}: {reply:?}", file.display());
        attack.tried();
    }

    let other = Sender::enrolled(&range, &range.ticket(BADGE, "scanner-2").await).await;
    let request = Request::honest(&ticket).for_key(&other.key);
    let reply = sender.ask(&range, Inquiry::Enroll(&request)).await;
    assert_eq!(reply, Reply::Refused(FailInfo::BadRequest), "one key for two devices");
    attack.tried();
    let refusals = range.refusals().await;
    for reason in ["WeakKey", "KeyReused"] {
        assert!(refusals.contains_key(reason), "{reason}: {refusals:?}");
    }
    range.conclude(attack, 1).await;
}

#[tokio::test]
async fn th_16_des_md5_and_sha_1_are_refused_and_not_announced() {
    let range = Range::open().await;
    let mut attack = Attack::new("TH-16", "messages under MD5, SHA-1, DES, 3DES, RC2 and an unknown cipher");
    let ticket = range.ticket(BADGE, "scanner-1").await;
    let sender = Sender::self_made(&ticket.subject_der);
    let request = Request::honest(&ticket).for_key(&sender.key);
    let sound = Envelope::sealed(range.authority.encrypt_to(), &request);
    let forgery = Forgery { message_types: &["19"], ..Forgery::honest(&sender, &sound) };

    for digest in [MD5, SHA_1] {
        let message = Forgery { digest, ..forgery.clone() }.write();
        let reply = sender.read(&range, &range.post(message).await);
        assert_eq!(reply, Reply::Refused(FailInfo::BadAlg), "{digest:x?}");
        attack.tried();
    }
    for cipher in [DES_CBC, DES_EDE3_CBC, RC2_CBC, UNKNOWN] {
        let envelope = Envelope { cipher, iv: vec![0; 8], ..sound.clone() };
        let message = Forgery { envelope: &envelope, ..forgery.clone() }.write();
        let reply = sender.read(&range, &range.post(message).await);
        assert_eq!(reply, Reply::Refused(FailInfo::BadAlg), "{cipher:x?}");
        attack.tried();
    }
    let capabilities = range.capabilities().await;
    for weak in ["DES3", "SHA-1", "MD5"] {
        assert!(!capabilities.lines().any(|line| line == weak), "{capabilities}");
    }
    attack.saw("none is in GetCACaps");
    range.conclude(attack, 0).await;
}

#[tokio::test]
async fn th_16_a_device_that_has_nothing_but_sha_1_enrolls_where_its_authority_says_so_and_nowhere_else() {
    let mut attack =
        Attack::new("TH-16", "a message and its request under SHA-1, by default and where it is allowed");
    let scratch = Scratch::new("old-device").unwrap();
    let strict = Range::open().await;
    let (sender, message) = wholly_under_sha_1(&strict, &scratch).await;
    let reply = sender.read(&strict, &strict.post(message).await);
    assert_eq!(reply, Reply::Refused(FailInfo::BadAlg));
    assert_eq!(strict.certificates().await.len(), 0);
    attack.tried();

    let permissive = CONFIGURATION.replacen("permitted:", "legacyAlgorithms: [SHA1]\n  permitted:", 1);
    let range = Range::configured(&permissive, &[]).await;
    let (sender, message) = wholly_under_sha_1(&range, &scratch).await;
    assert!(matches!(sender.read(&range, &range.post(message).await), Reply::Granted(_)));
    attack.tried();
    assert!(range.capabilities().await.lines().any(|line| line == "SHA-1"));
    // What is allowed to one tenant's authority is not allowed to the other's.
    let branch = range.authority_of(BRANCH).await;
    let envelope = Envelope::sealed(branch.encrypt_to(), &[0x55; 100]);
    let honest = Forgery::honest(&sender, &envelope);
    let message = Forgery { digest: SHA_1, hash: DigestAlgorithm::Sha1, ..honest }.write();
    let answer = range.post_to(BRANCH, message).await;
    assert_eq!(sender.read_from(&branch, &answer), Reply::Refused(FailInfo::BadAlg));
    attack.tried();
    attack.saw("badAlg; a certificate; badAlg at the other authority");
    range.conclude(attack, 1).await;
}

/// The first message of a device that hashes with SHA-1 alone.
async fn wholly_under_sha_1(range: &Range, scratch: &Scratch) -> (Sender, Vec<u8>) {
    let key = Key::in_file(&made(scratch, "rsa-2048", &["rsa_keygen_bits:2048"]));
    let ticket = range.ticket(BADGE, "scanner-1").await;
    let request = signed_under_sha_1(&Request::honest(&ticket).for_key(&key), &key);
    let sender = Sender::holding(key, &ticket.subject_der);
    let envelope = Envelope::sealed(range.authority.encrypt_to(), &request);
    let honest = Forgery::honest(&sender, &envelope);
    let message = Forgery { digest: SHA_1, hash: DigestAlgorithm::Sha1, ..honest }.write();
    (sender, message)
}

/// A certification request, signed again.
fn signed_under_sha_1(request: &[u8], key: &Key) -> Vec<u8> {
    let info = CertReq::from_der(request).unwrap().info.to_der().unwrap();
    let signature = key.sign(DigestAlgorithm::Sha1, &info);
    let signature = tlv(BIT_STRING, &[&[0], &*signature].concat());
    tlv(SEQUENCE, &[&*info, SHA_1_WITH_RSA, &signature].concat())
}

/// Algorithm identifiers, and the OIDs of ciphers.
const MD5: &[u8] = b"\x30\x0c\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x05\x05\x00";
const SHA_1: &[u8] = b"\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00";
const SHA_1_WITH_RSA: &[u8] = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05\x05\x00";
const DES_CBC: &[u8] = b"\x06\x05\x2b\x0e\x03\x02\x07";
const DES_EDE3_CBC: &[u8] = b"\x06\x08\x2a\x86\x48\x86\xf7\x0d\x03\x07";
const RC2_CBC: &[u8] = b"\x06\x08\x2a\x86\x48\x86\xf7\x0d\x03\x02";
const UNKNOWN: &[u8] = b"\x06\x03\x2a\x03\x04";

/// A key that OpenSSL makes in no time.
fn made(scratch: &Scratch, name: &str, options: &[&str]) -> PathBuf {
    let path = scratch.join(format!("{name}.pem"));
    let mut command = Tool::OpenSsl.command().unwrap();
    command.args(["genpkey", "-quiet", "-algorithm", "RSA", "-out"]).arg(&path);
    for option in options {
        command.args(["-pkeyopt", option]);
    }
    run(&mut command, b"").unwrap();
    path
}

/// A key that takes long to make: 16384 bits of five primes; primes of the form that the flawed Infineon library makes.
fn kept(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks/keys").join(file)
}
