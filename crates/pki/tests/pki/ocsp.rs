//! OCSP requests of any bytes, and whom they ask about. What relying parties make of the answers, OpenSSL says in the
//! tests of the world.

use aws_lc_rs::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use jiff::SignedDuration;
use proptest::prelude::*;
use scepter_pki::authority::Authority;
use scepter_pki::key::KeyAlgorithm;
use scepter_pki::ocsp::{BadOcspRequest, CertificateStatus, OcspRequest, Refusal};
use x509_parser::prelude::*;

use crate::support::{created, now, parse, pool};

const SEQUENCE: u8 = 0x30;
const OCTETS: u8 = 0x04;
const INTEGER: u8 = 0x02;
const SHA1_OID: &[u8] = &[0x06, 5, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0];
const SHA256_OID: &[u8] = &[0x06, 9, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
const SHA512_OID: &[u8] = &[0x06, 9, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03];
/// 1.3.6.1.5.5.7.48.1.2
const NONCE_OID: &[u8] = &[0x06, 9, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02];
/// 1.3.6.1.5.5.7.48.1.7
const SERVICE_LOCATOR_OID: &[u8] = &[0x06, 9, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x07];

fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = match content.len() {
        short @ 0..0x80 => vec![u8::try_from(short).unwrap()],
        middle @ 0x80..0x100 => vec![0x81, u8::try_from(middle).unwrap()],
        long => [&[0x82][..], &u16::try_from(long).unwrap().to_be_bytes()].concat(),
    };
    [&[tag][..], &length, &content].concat()
}

fn cert_id(hash: &[u8], name_hash: &[u8], key_hash: &[u8], serial: &[u8]) -> Vec<u8> {
    let parts = [
        tlv(SEQUENCE, &[hash]),
        tlv(OCTETS, &[name_hash]),
        tlv(OCTETS, &[key_hash]),
        tlv(INTEGER, &[serial]),
    ];
    tlv(SEQUENCE, &parts.each_ref().map(Vec::as_slice))
}

/// The name of a certificate of that authority.
fn id_at(authority: &Authority, oid: &[u8], hash: &'static Algorithm, serial: &[u8]) -> Vec<u8> {
    let ca = parse(authority.issuing_certificate());
    let key = &ca.public_key().subject_public_key.data;
    cert_id(oid, digest(hash, ca.subject().as_raw()).as_ref(), digest(hash, key).as_ref(), serial)
}

fn request(ids: &[Vec<u8>], extensions: &[Vec<u8>]) -> Vec<u8> {
    let singles: Vec<Vec<u8>> = ids.iter().map(|id| tlv(SEQUENCE, &[id])).collect();
    let list = tlv(SEQUENCE, &singles.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let extensions = match extensions {
        [] => Vec::new(),
        some => {
            let parts: Vec<_> = some.iter().map(Vec::as_slice).collect();
            tlv(0xa2, &[&tlv(SEQUENCE, &parts)])
        }
    };
    tlv(SEQUENCE, &[&tlv(SEQUENCE, &[&list, &extensions])])
}

fn nonce(bytes: &[u8]) -> Vec<u8> {
    tlv(SEQUENCE, &[NONCE_OID, &tlv(OCTETS, &[&tlv(OCTETS, &[bytes])])])
}

/// A request without a nonce for the serial 0x41…41, chosen so that its base64 has slashes and pluses.
const IN_A_PATH: &str = "MFEwTzBNMEswSTAJBgUrDgMCGgUABBT//////////////////////////wQU++++++++++++++++++++++++++8CEEFBQUFBQUFBQUFBQUFBQUE=";

fn some_id() -> Vec<u8> {
    cert_id(SHA1_OID, &[1; 20], &[2; 20], &[0x40; 16])
}

#[tokio::test]
async fn a_certificate_is_asked_about_by_hashes_of_its_issuer_with_sha1_and_with_sha256() {
    let directory = tempfile::tempdir().unwrap();
    let authority = created(directory.path(), KeyAlgorithm::P256).await;
    for (oid, hash) in [(SHA1_OID, &SHA1_FOR_LEGACY_USE_ONLY), (SHA256_OID, &SHA256)] {
        let asked = OcspRequest::parse(&request(&[id_at(&authority, oid, hash, &[0x41; 16])], &[])).unwrap();
        let id = asked.cacheable().unwrap();
        assert!(authority.is_issuer_of(id));
        assert_eq!(id.serial().unwrap().as_bytes(), &[0x41; 16]);
    }
    for foreign in [some_id(), id_at(&authority, SHA512_OID, &SHA256, &[0x41; 16])] {
        let asked = OcspRequest::parse(&request(&[foreign], &[])).unwrap();
        assert!(!authority.is_issuer_of(&asked.certificates()[0]));
    }
}

#[test]
fn a_path_carries_base64_however_a_client_writes_it() {
    let plain = OcspRequest::from_path(IN_A_PATH).unwrap();
    assert_eq!(plain.certificates()[0].serial().unwrap().as_bytes(), &[0x41; 16]);
    let escaped = IN_A_PATH.replace('/', "%2F").replace('+', "%2b").replace('=', "%3D");
    let unpadded = IN_A_PATH.trim_end_matches('=').to_owned();
    for variant in [escaped, unpadded, format!("/{IN_A_PATH}"), format!("//{IN_A_PATH}")] {
        assert_eq!(OcspRequest::from_path(&variant), Ok(plain.clone()), "{variant}");
    }
}

#[test]
fn a_path_that_is_no_base64_or_no_request_is_refused() {
    for (path, reason) in [
        ("%", BadOcspRequest::NotBase64),
        ("%zz", BadOcspRequest::NotBase64),
        ("ü", BadOcspRequest::NotBase64),
        ("????", BadOcspRequest::NotBase64),
        ("", BadOcspRequest::Unreadable),
        ("MFE", BadOcspRequest::Unreadable),
        (&"A".repeat(6000), BadOcspRequest::TooLong),
    ] {
        assert_eq!(OcspRequest::from_path(path), Err(reason), "{path}");
    }
}

#[test]
fn a_serial_number_that_is_none_of_ours_is_no_serial() {
    for serial in [&[1][..], &[0x40; 15], &[0x40; 17], &[0x80; 16], &[0x40; 200]] {
        let id = cert_id(SHA1_OID, &[1; 20], &[2; 20], serial);
        let asked = OcspRequest::parse(&request(&[id], &[])).unwrap();
        assert_eq!(asked.certificates()[0].serial(), None, "{serial:x?}");
    }
}

#[test]
fn from_one_to_eight_certificates_are_asked_about() {
    let parsed = |count| OcspRequest::parse(&request(&vec![some_id(); count], &[]));
    for count in [1, 8] {
        assert_eq!(parsed(count).unwrap().certificates().len(), count);
    }
    for count in [0, 9] {
        assert_eq!(parsed(count), Err(BadOcspRequest::CertificateCount));
    }
    assert!(parsed(2).unwrap().cacheable().is_none(), "only an answer about one certificate is kept");
}

#[test]
fn a_nonce_has_from_1_to_128_bytes_and_keeps_the_answer_from_being_kept() {
    for length in [1, 16, 32, 128] {
        let asked = OcspRequest::parse(&request(&[some_id()], &[nonce(&vec![7; length])])).unwrap();
        assert!(asked.cacheable().is_none());
    }
    for length in [0, 129] {
        let asked = OcspRequest::parse(&request(&[some_id()], &[nonce(&vec![7; length])]));
        assert_eq!(asked, Err(BadOcspRequest::Nonce), "{length}");
    }
    let twice = request(&[some_id()], &[nonce(&[1]), nonce(&[1])]);
    assert_eq!(OcspRequest::parse(&twice), Err(BadOcspRequest::Nonce));
}

#[test]
fn an_unknown_extension_is_ignored_unless_it_is_critical() {
    let critical = [0x01, 1, 0xff];
    let extension = |flag: &[u8]| tlv(SEQUENCE, &[SERVICE_LOCATOR_OID, flag, &tlv(OCTETS, &[&[0x05, 0]])]);
    assert!(OcspRequest::parse(&request(&[some_id()], &[extension(&[])])).is_ok());
    let refused = OcspRequest::parse(&request(&[some_id()], &[extension(&critical)]));
    assert_eq!(refused, Err(BadOcspRequest::CriticalExtension));
}

#[test]
fn a_request_beyond_its_bounds_or_with_something_after_it_is_refused() {
    assert_eq!(OcspRequest::parse(&[0x30; 4097]), Err(BadOcspRequest::TooLong));
    let parameters = tlv(OCTETS, &[&[9; 100]]);
    let stuffed = cert_id(&[SHA256_OID, &parameters].concat(), &[1; 32], &[2; 32], &[0x40; 16]);
    let trailing = [request(&[some_id()], &[]), vec![0]].concat();
    for bytes in [vec![], b"GET".to_vec(), [0x30, 0x80].repeat(2000), request(&[stuffed], &[]), trailing] {
        assert_eq!(OcspRequest::parse(&bytes), Err(BadOcspRequest::Unreadable));
    }
}

#[tokio::test]
async fn a_responder_has_a_key_of_its_own_and_a_certificate_for_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let authority = created(directory.path(), KeyAlgorithm::P256).await;
    let responder = authority.new_ocsp_responder(&pool(), now()).await.unwrap();
    let (certificate, ca) = (parse(responder.certificate()), parse(authority.issuing_certificate()));

    let ca_key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &ca.public_key().subject_public_key.data);
    ca_key.verify(certificate.tbs_certificate.as_ref(), &certificate.signature_value.data).unwrap();
    assert_ne!(certificate.public_key().raw, ca.public_key().raw);
    let purposes = certificate.extended_key_usage().unwrap().unwrap().value;
    assert!(purposes.ocsp_signing && !purposes.client_auth && !purposes.any && purposes.other.is_empty());
    assert_eq!(certificate.key_usage().unwrap().unwrap().value.flags, 1, "digitalSignature alone");
    let no_check = oid_registry::asn1_rs::oid!(1.3.6.1.5.5.7.48.1.5);
    assert_eq!(certificate.get_extension_unique(&no_check).unwrap().unwrap().value, [5, 0]);
    assert!(!certificate.is_ca());

    assert!(!responder.is_due(now()));
    assert!(responder.is_due(now() + SignedDuration::from_hours(5 * 24)));
    assert!(responder.is_due(now() - SignedDuration::from_hours(1)), "the clock went back before its time");
}

#[tokio::test]
async fn an_answer_repeats_the_nonce_and_carries_the_responders_certificate() {
    let directory = tempfile::tempdir().unwrap();
    let authority = created(directory.path(), KeyAlgorithm::P256).await;
    let responder = authority.new_ocsp_responder(&pool(), now()).await.unwrap();
    let asked = OcspRequest::parse(&request(&[some_id()], &[nonce(b"an unlikely nonce")])).unwrap();
    let hour = SignedDuration::from_hours(1);
    let answer = responder.answer(&asked, &[CertificateStatus::Unknown], now(), now() + hour).await.unwrap();
    let has = |part: &[u8]| answer.der.windows(part.len()).any(|window| window == part);
    assert!(has(&nonce(b"an unlikely nonce")));
    assert!(has(&some_id()));
    assert!(has(responder.certificate()));
}

#[test]
fn a_refusal_is_five_bytes_and_unsigned() {
    // RFC 6960 §4.2.1: the numbers of OCSPResponseStatus.
    let expected = [
        (Refusal::MalformedRequest, 1),
        (Refusal::InternalError, 2),
        (Refusal::TryLater, 3),
        (Refusal::Unauthorized, 6),
    ];
    for (refusal, number) in expected {
        assert_eq!(refusal.to_der(), [0x30, 3, 0x0a, 1, number]);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = OcspRequest::parse(&bytes);
    }

    #[test]
    fn a_request_with_a_byte_changed_is_read_or_refused(at in 0usize..90, byte in any::<u8>()) {
        let mut bytes = request(&[some_id()], &[nonce(&[1; 16])]);
        if let Some(place) = bytes.get_mut(at) {
            *place = byte;
        }
        let _ = OcspRequest::parse(&bytes);
    }
}
