//! Messages that are broken on purpose.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::time::{Duration, Instant};

use scepter_scep::{
    Algorithms, CertificationRequest, ContentCipher, ContentKey, DigestAlgorithm, FailInfo, Limits,
    Malformed, NotBer, Unreadable, Untrusted, Verified, client::Inquiry, parse,
};
use support::{
    Party, ber::indefinite, device_nonce, opened, position, request, request_with, sealed, tlv,
    transaction_id,
};

/// `messageType` and the beginning of its values: one `PrintableString` of two characters.
const MESSAGE_TYPE: &[u8] =
    &[0x06, 0x0a, 0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x45, 0x01, 0x09, 0x02, 0x31, 0x04, 0x13, 0x02];

fn enrollment() -> (Party, Party, Vec<u8>) {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    let message = request(&device, &ra, Inquiry::Enroll(&device.csr(None)));
    (device, ra, message)
}

fn verify(message: &[u8]) -> Result<Verified, Untrusted> {
    parse(message, &Limits::default()).unwrap().verify(&Algorithms::default())
}

#[test]
fn every_undefined_message_type_is_malformed() {
    let (_device, _ra, message) = enrollment();
    let digits = position(&message, MESSAGE_TYPE) + MESSAGE_TYPE.len();
    for number in 0..=99 {
        let mut altered = message.clone();
        altered[digits..digits + 2].copy_from_slice(format!("{number:02}").as_bytes());
        let outcome = parse(&altered, &Limits::default()).map(|parsed| parsed.request_type()).ok();
        assert_eq!(outcome.is_some(), [17, 19, 20, 21, 22].contains(&number), "{number}: {outcome:?}");
    }
}

#[test]
fn a_message_type_changed_to_another_request_breaks_the_signature() {
    let (_device, _ra, mut message) = enrollment();
    let digits = position(&message, MESSAGE_TYPE) + MESSAGE_TYPE.len();
    message[digits..digits + 2].copy_from_slice(b"17");
    assert_eq!(verify(&message).err(), Some(Untrusted::Signature));
}

#[test]
fn ber_as_apple_sends_it_is_read_like_der() {
    let (device, ra, message) = enrollment();
    let ber = indefinite(&message);
    assert!(ber.starts_with(&[0x30, 0x80]));
    let (to, request) = opened(&ra, &ber);
    assert_eq!(to.signer().der(), device.certificate);
    assert!(request.verify(&Algorithms::default()).is_ok());
}

#[test]
fn no_prefix_is_a_message_or_a_panic() {
    let (_device, _ra, message) = enrollment();
    for message in [indefinite(&message), message] {
        for length in 0..message.len() {
            assert!(parse(&message[..length], &Limits::default()).is_err(), "{length} bytes");
        }
    }
}

#[test]
fn no_flipped_bit_verifies_where_it_is_signed_and_none_panics() {
    let (_device, ra, message) = enrollment();
    let original = sealed(&message);
    let key = ra.content_key(&original);
    for position in 0..message.len() {
        let mut altered = message.clone();
        altered[position] ^= 1 << (position % 8);
        let Ok(parsed) = parse(&altered, &Limits::default()) else { continue };
        let Ok(verified) = parsed.verify(&Algorithms::default()) else { continue };
        let Verified::Enrollment(verified) = verified else { panic!("byte {position}: another type") };
        // What still verifies differs only in bytes that nobody signed and nobody reads.
        let to = (verified.reply_to(), original.reply_to());
        assert_eq!(to.0.transaction(), to.1.transaction(), "byte {position}");
        assert_eq!(to.0.signer().public_key(), to.1.signer().public_key(), "byte {position}");
        assert!(verified.open(&key).is_ok(), "byte {position}");
    }
}

#[test]
fn a_signature_by_another_key_is_not_believed() {
    let (device, ra, other) = (Party::new("device"), Party::new("ra"), Party::new("device"));
    let impostor = Party { certificate: device.certificate.clone(), ..other };
    let message = request(&impostor, &ra, Inquiry::Enroll(&device.csr(None)));
    let refused = verify(&message).err().unwrap();
    assert_eq!((refused.fail_info(), refused), (FailInfo::BadMessageCheck, Untrusted::Signature));
}

#[test]
fn a_message_without_its_signers_certificate_is_not_believed() {
    let (device, _ra, message) = enrollment();
    let mut altered = message.clone();
    // Another serial number in the certificate: `sid` names a certificate that is not there.
    let certificate = position(&message, &device.certificate);
    let serial = position(&device.certificate, &[0x02, 0x03, 0x00, 0x80]) + 4;
    altered[certificate + serial] ^= 1;
    assert_eq!(verify(&altered).err(), Some(Untrusted::SignerMissing));
}

#[test]
fn a_weak_rsa_key_is_refused_for_its_algorithm() {
    let (_device, _ra, message) = enrollment();
    let strict = Algorithms::default().with_minimum_rsa_bits(3072);
    let refused = parse(&message, &Limits::default()).unwrap().verify(&strict).err().unwrap();
    assert_eq!(refused.fail_info(), FailInfo::BadAlg);
    assert_eq!(refused, Untrusted::WeakKey { bits: 2048, minimum: 3072 });
}

#[test]
fn every_wrong_key_gets_the_same_answer() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    let csr = device.csr(None);
    let message =
        request_with(&device, &ra, Inquiry::Enroll(&csr), ContentCipher::Aes256Cbc, DigestAlgorithm::Sha256);
    let open = |key: Vec<u8>| sealed(&message).open(&ContentKey::new(key)).err();
    for length in [0, 1, 16, 24, 31, 32, 33, 64] {
        assert_eq!(open(vec![0x5a; length]), Some(Unreadable), "{length} bytes");
    }
}

#[test]
fn a_certification_request_without_its_key_proves_nothing() {
    let (device, other) = (Party::new("device"), Party::new("other"));
    let stolen =
        Party { key: other.key, certificate: device.certificate.clone(), subject: device.subject.clone() };
    let own = device.csr(None);
    let mut forged = stolen.csr(None);
    let key = position(&forged, &stolen.key.spki_der);
    forged[key..key + device.key.spki_der.len()].copy_from_slice(&device.key.spki_der);

    let verify = |csr: &[u8]| {
        CertificationRequest::from_der(csr, &Limits::default()).unwrap().verify(&Algorithms::default()).err()
    };
    assert_eq!(verify(&own), None);
    assert_eq!(verify(&forged), Some(Untrusted::Signature));
}

#[test]
fn an_altered_certification_request_fails_alike_whatever_its_algorithm_became() {
    let csr = Party::new("device").csr(None);
    // sha256WithRSAEncryption; its last octet says which digest.
    let scheme = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
    let digest = position(&csr, &scheme) + scheme.len() - 1;
    let (md5, sha1, none) = (4, 5, 0x63);
    for other in [md5, sha1, none] {
        let mut altered = csr.clone();
        altered[digest] = other;
        let request = CertificationRequest::from_der(&altered, &Limits::default()).unwrap();
        let refused = request.verify(&Algorithms::default()).err().unwrap();
        assert_eq!(refused.fail_info(), FailInfo::BadMessageCheck, "{other}: {refused}");
    }
}

#[test]
fn a_weak_key_is_told_to_whoever_wrote_the_request_and_to_nobody_who_altered_it() {
    let csr = Party::new("device").csr(None);
    let strict = Algorithms::default().with_minimum_rsa_bits(3072);
    let verify = |csr: &[u8]| {
        CertificationRequest::from_der(csr, &Limits::default()).unwrap().verify(&strict).err().unwrap()
    };
    assert_eq!(verify(&csr), Untrusted::WeakKey { bits: 2048, minimum: 3072 });
    let mut altered = csr.clone();
    *altered.last_mut().unwrap() ^= 1;
    assert_eq!(verify(&altered), Untrusted::Signature);
}

#[test]
fn nested_and_numerous_values_are_refused_at_once() {
    let deep_indefinite = [0x30, 0x80].repeat(32 * 1024);
    let mut deep_definite = Vec::new();
    while let Ok(length) = u16::try_from(deep_definite.len()) {
        deep_definite = [&[0x30, 0x82][..], &length.to_be_bytes(), &deep_definite].concat();
    }
    let many = [&[0x30, 0x80][..], &[0x05, 0x00].repeat(32_000)].concat();
    let started = Instant::now();
    for (bomb, reason) in [
        (deep_indefinite, NotBer::TooDeep),
        (deep_definite, NotBer::TooDeep),
        (many, NotBer::TooManyElements),
    ] {
        assert_eq!(parse(&bomb, &Limits::default()).err(), Some(Malformed::NotBer(reason)));
    }
    assert!(started.elapsed() < Duration::from_secs(1));
}

#[test]
fn each_limit_holds() {
    let (_device, _ra, message) = enrollment();
    let with = |limits: Limits| parse(&message, &limits).err();
    let usual = Limits::default();
    assert_eq!(with(usual), None);
    let size = message.len();
    assert_eq!(with(Limits { message: size, ..usual }), None);
    assert_eq!(with(Limits { message: size - 1, ..usual }), Some(Malformed::TooLong { limit: size - 1 }));
    assert_eq!(with(Limits { certificates: 1, recipients: 1, ..usual }), None);
    assert_eq!(
        with(Limits { certificates: 0, ..usual }),
        Some(Malformed::TooMany { part: "certificates", limit: 0 })
    );
    assert_eq!(
        with(Limits { recipients: 0, ..usual }),
        Some(Malformed::TooMany { part: "recipientInfos", limit: 0 })
    );
    assert_eq!(
        with(Limits { attributes: 5, ..usual }),
        Some(Malformed::TooMany { part: "signed attributes", limit: 5 })
    );
    assert_eq!(with(Limits { attributes: 6, ..usual }), None);
    let id = transaction_id().as_str().len();
    assert_eq!(with(Limits { transaction_id: id, ..usual }), None);
    assert_eq!(
        with(Limits { transaction_id: id - 1, ..usual }),
        Some(Malformed::Value { part: "transactionID" })
    );
    let nonce = device_nonce().as_bytes().len();
    assert_eq!(with(Limits { nonce, ..usual }), None);
    assert_eq!(with(Limits { nonce: nonce - 1, ..usual }), Some(Malformed::Value { part: "senderNonce" }));
}

#[test]
fn rubbish_is_refused_without_a_panic() {
    for rubbish in [&b""[..], b"GET /", b"\0\0\0\0", b"\x30\x80\0\0", &tlv(0x30, &[]), &[0xff; 100]] {
        assert!(parse(rubbish, &Limits::default()).is_err());
    }
}

mod fuzz {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            prop_assert!(parse(&bytes, &Limits::default()).is_err());
            prop_assert!(CertificationRequest::from_der(&bytes, &Limits::default()).is_err());
        }
    }
}
