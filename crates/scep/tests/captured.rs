//! Messages that real clients sent.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use scepter_scep::{
    Algorithms, CertificationRequest, ContentCipher, DigestAlgorithm, FailInfo, KeyAlgorithm, KeyTransport,
    Limits, RequestType, Untrusted, Verified, parse,
    transport::{Operation, Query},
};

const STRONGSWAN: &[u8] = include_bytes!("vectors/strongswan-5.9.8-POST-PKCSReq-des3-sha256.der");
const CERTMONGER: &str = include_str!("vectors/certmonger-0.79.17-GET-PKCSReq.http");
const SHA1_REQUEST: &[u8] = include_bytes!("vectors/openssl-3.0.19-csr-sha1.der");
const MICROMDM: &[u8] = include_bytes!("vectors/micromdm-scepclient-2.1.0-PKCSReq.der");

fn certmonger_message() -> Vec<u8> {
    let target = CERTMONGER.split(' ').nth(1).unwrap();
    let (_path, query) = target.split_once('?').unwrap();
    let query = Query::parse(query, &Limits::default()).unwrap();
    assert_eq!(query.operation(), Some(Operation::PkiOperation));
    query.pki_message().unwrap()
}

#[test]
fn certmonger_is_understood() {
    let parsed = parse(&certmonger_message(), &Limits::default()).unwrap();
    assert_eq!(parsed.request_type(), RequestType::PkcsReq);
    let Verified::Enrollment(sealed) = parsed.verify(&Algorithms::default()).unwrap() else {
        panic!("not an enrollment")
    };

    let to = sealed.reply_to();
    assert_eq!(to.cipher(), ContentCipher::Aes256Cbc);
    assert_eq!(to.transaction().digest(), DigestAlgorithm::Sha256);
    assert_eq!(to.signer().public_key().algorithm(), KeyAlgorithm::Rsa { bits: 2048 });
    let serial_number = to.signer().issuer_and_serial().serial_number();
    assert_eq!(serial_number.len(), 32, "longer than RFC 5280 permits, and nobody's business here");

    let keys: Vec<_> = sealed.wrapped_keys().collect();
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0].transport, KeyTransport::RsaPkcs1);
    assert_eq!((keys[0].encrypted_key.len(), keys[0].key_length), (256, 32));
}

#[test]
fn strongswan_with_3des_is_refused_for_its_algorithm_unless_that_is_allowed() {
    let parsed = parse(STRONGSWAN, &Limits::default()).unwrap();
    assert_eq!(parsed.request_type(), RequestType::PkcsReq);
    assert!(parsed.transaction().id().as_str().bytes().all(|octet| octet.is_ascii_hexdigit()));
    let refused = parsed.verify(&Algorithms::default()).err().unwrap();
    assert_eq!(refused.fail_info(), FailInfo::BadAlg);
    assert!(matches!(refused, Untrusted::Algorithm { part: "content cipher", .. }), "{refused}");

    let allowed = Algorithms::default().with_triple_des();
    let verified = parse(STRONGSWAN, &Limits::default()).unwrap().verify(&allowed).unwrap();
    assert_eq!(verified.reply_to().cipher(), ContentCipher::TripleDesCbc);
}

#[test]
fn a_certification_request_signed_with_sha_1_is_refused_unless_that_is_allowed() {
    let request = || CertificationRequest::from_der(SHA1_REQUEST, &Limits::default()).unwrap();
    let refused = request().verify(&Algorithms::default()).err().unwrap();
    assert_eq!(refused.fail_info(), FailInfo::BadAlg);
    let proven = request().verify(&Algorithms::default().with_sha1()).unwrap();
    assert_eq!(proven.challenge_password().unwrap().expose(), "secret");
}

#[test]
fn micromdm_with_sha_1_and_des_is_refused_for_its_algorithms_whatever_is_allowed() {
    for allowed in [
        Algorithms::default(),
        Algorithms::default().with_sha1().with_triple_des().with_minimum_rsa_bits(1024),
    ] {
        let parsed = parse(MICROMDM, &Limits::default()).unwrap();
        assert_eq!(parsed.transaction().digest(), DigestAlgorithm::Sha256, "the refusal is not in SHA-1");
        assert_eq!(parsed.verify(&allowed).err().unwrap().fail_info(), FailInfo::BadAlg);
    }
}

#[test]
fn no_prefix_of_a_message_is_a_message_or_a_panic() {
    for message in [STRONGSWAN, MICROMDM, &certmonger_message()] {
        for length in 0..message.len() {
            assert!(parse(&message[..length], &Limits::default()).is_err(), "{length} bytes");
        }
    }
}

#[test]
fn no_changed_byte_of_a_message_goes_unnoticed_where_it_is_signed() {
    let message = certmonger_message();
    let signed_content = 66..1232;
    for position in signed_content.step_by(7) {
        let mut altered = message.clone();
        altered[position] ^= 0x01;
        let trusted =
            parse(&altered, &Limits::default()).map(|parsed| parsed.verify(&Algorithms::default()).is_ok());
        assert!(!trusted.unwrap_or(false), "byte {position}");
    }
}
