//! RFC 8894 point by point, as far as it takes a server: a test is named after the point of our list that it shows.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use scepter_issuer::configuration::{CaCertificatesShape, LegacyAlgorithm};
use scepter_pki::certificate::describe_certificate;
use scepter_scep::client::Inquiry;
use scepter_scep::transport::{CaCertificates, TypedBody};
use scepter_scep::{CertsOnly, ContentCipher, DigestAlgorithm, FailInfo, KeyTransport, Limits};

use crate::sender::{Key, Reply, Sender, Travel, certification_request};
use crate::world::World;

async fn get(world: &World, query: &str) -> TypedBody {
    let answer = reqwest::get(format!("{}?{query}", world.scep_url())).await.unwrap();
    assert_eq!(answer.status(), 200, "{query}");
    let content_type = answer.headers()["content-type"].to_str().unwrap().to_owned();
    assert!(answer.headers().contains_key("content-length"), "{query}");
    let body = answer.bytes().await.unwrap().to_vec();
    TypedBody { content_type: content_type.leak(), body }
}

/// A device's first request, in one message.
async fn request(world: &World, travel: &Travel) -> (Sender, Vec<u8>) {
    let ticket = world.ticket("laptop-1").await;
    let sender = Sender::self_made(&ticket.subject_der, Key::rsa());
    let request = certification_request(&ticket, &sender.key, Some(&ticket.challenge));
    let message = sender.message(world, Inquiry::Enroll(&request), travel).await;
    (sender, message)
}

#[tokio::test]
async fn t01_what_the_rfc_demands_is_announced_and_what_it_forbids_is_not() {
    let world = World::furnished().await;
    let announced = get(&world, "operation=GetCACaps").await;
    assert_eq!(announced.content_type, "text/plain");
    let text = String::from_utf8(announced.body).unwrap();
    let lines: Vec<_> = text.lines().collect();
    for required in ["AES", "SHA-256", "POSTPKIOperation", "SCEPStandard", "Renewal"] {
        assert!(lines.contains(&required), "{text}");
    }
    for absent in ["DES", "MD5", "DES3", "SHA-1", "GetNextCACert"] {
        assert!(!lines.contains(&absent), "{text}");
    }
}

#[tokio::test]
async fn t01_3des_is_refused_unless_the_authority_allows_it() {
    let travel = Travel { cipher: ContentCipher::TripleDesCbc, ..Travel::default() };
    let strict = World::furnished().await;
    let (sender, message) = request(&strict, &travel).await;
    let answer = strict.scep().pki_operation(message).await.unwrap();
    assert_eq!(sender.read(&strict, &answer, &travel, None).await, Reply::Refused(FailInfo::BadAlg));
    assert_eq!(strict.certificates().await, 0);

    let legacy =
        World::furnished_with(|authority| authority.legacy_algorithms = [LegacyAlgorithm::TripleDes].into())
            .await;
    let (sender, message) = request(&legacy, &travel).await;
    let answer = legacy.scep().pki_operation(message).await.unwrap();
    sender.read(&legacy, &answer, &travel, None).await.certificate();
    let announced = String::from_utf8(get(&legacy, "operation=GetCACaps").await.body).unwrap();
    assert!(announced.lines().any(|line| line == "DES3"), "{announced}");
}

#[tokio::test]
async fn t02_an_old_debian_client_is_refused_for_des_whatever_is_allowed() {
    let captured = include_bytes!("../../../scep/tests/vectors/micromdm-scepclient-2.1.0-PKCSReq.der");
    let world = World::furnished_with(|authority| {
        authority.legacy_algorithms = [LegacyAlgorithm::TripleDes, LegacyAlgorithm::Sha1].into();
    })
    .await;
    let answer = world.scep().pki_operation(captured.to_vec()).await.unwrap();
    // failInfo 2.16.840.1.113733.1.9.4 with the value 0, badAlg.
    let bad_algorithm = b"\x06\x0a\x60\x86\x48\x01\x86\xf8\x45\x01\x09\x04\x31\x03\x13\x010";
    assert!(answer.windows(bad_algorithm.len()).any(|part| part == bad_algorithm));
}

#[tokio::test]
async fn t03_a_message_by_get_is_read_however_clients_write_its_base64() {
    let world = World::furnished().await;
    let travel = Travel::default();
    let (sender, message) = request(&world, &travel).await;
    let standard = STANDARD.encode(&message);
    let lines: Vec<_> =
        standard.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let spellings = [
        ("percent-escaped", standard.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")),
        ("bare", standard.clone()),
        ("with blanks for +", standard.replace('+', "%20")),
        ("for URLs", URL_SAFE_NO_PAD.encode(&message)),
        ("in lines", lines.join("%0A").replace('+', "%2B")),
        ("without padding", standard.trim_end_matches('=').to_owned()),
    ];
    let mut certificates = Vec::new();
    for (spelling, text) in spellings {
        let answer = get(&world, &format!("operation=PKIOperation&message={text}")).await;
        assert_eq!(answer.content_type, "application/x-pki-message", "{spelling}");
        certificates.push(sender.read(&world, &answer.body, &travel, None).await.certificate());
    }
    certificates.dedup();
    assert_eq!(certificates.len(), 1, "each is the identical request");
}

#[tokio::test]
async fn t03_the_path_does_not_matter_and_a_post_needs_no_operation_and_no_content_type() {
    let world = World::furnished().await;
    let travel = Travel::default();
    let (sender, message) = request(&world, &travel).await;
    let scep = world.running.addresses().scep;
    for target in [
        "cgi-bin/pkiclient.exe",
        "CertSrv/mscep/MSCEP.dll/pkiclient.exe?operation=PKIOperation",
        "scep/default/anything/pkiclient.exe",
    ] {
        let sent = reqwest::Client::new().post(format!("http://{scep}/{target}")).body(message.clone());
        let answer = sent.send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "application/x-pki-message");
        let body = answer.bytes().await.unwrap();
        sender.read(&world, &body, &travel, None).await.certificate();
    }
    assert_eq!(world.certificates().await, 1);
}

#[tokio::test]
async fn t04_the_ca_certificates_come_in_the_shape_that_the_authority_is_given() {
    for (shape, content_type, count) in [
        (CaCertificatesShape::RaPair, "application/x-x509-ca-ra-cert", 3),
        (CaCertificatesShape::Chain, "application/x-x509-ca-ra-cert", 1),
        (CaCertificatesShape::Single, "application/x-x509-ca-cert", 1),
    ] {
        let world = World::furnished_with(|authority| authority.ca_certificates = shape).await;
        let answer = get(&world, "operation=GetCACert&message=default").await;
        assert_eq!(answer.content_type, content_type, "{shape:?}");
        let ca = format!("http://{}/ca/default.cer", world.running.addresses().scep);
        let ca = reqwest::get(ca).await.unwrap().bytes().await.unwrap().to_vec();
        let certificates = match shape {
            CaCertificatesShape::Single => vec![answer.body],
            CaCertificatesShape::RaPair | CaCertificatesShape::Chain => {
                CertsOnly::from_ber(&answer.body, &Limits::default()).unwrap().certificates
            }
        };
        assert_eq!((certificates.len(), certificates.last()), (count, Some(&ca)), "{shape:?}");
    }
}

#[tokio::test]
async fn t05_without_a_next_ca_none_is_announced_and_none_is_answered() {
    let world = World::furnished().await;
    let answer = reqwest::get(format!("{}?operation=GetNextCACert", world.scep_url())).await.unwrap();
    assert_eq!(answer.status(), 400);
}

#[tokio::test]
async fn t10_a_windows_like_request_is_answered() {
    for hash in [DigestAlgorithm::Sha1, DigestAlgorithm::Sha256] {
        let world = World::furnished().await;
        // RSAES-OAEP, `message=default`, by GET.
        get(&world, "operation=GetCACaps&message=default").await;
        get(&world, "operation=GetCACert&message=default").await;
        let key_transport = KeyTransport::RsaOaep { hash, mask_hash: hash };
        let travel = Travel { key_transport, ..Travel::default() };
        let (sender, message) = request(&world, &travel).await;
        let query = format!("operation=PKIOperation&message={}", STANDARD.encode(&message));
        let answer = get(&world, &query).await;
        sender.read(&world, &answer.body, &travel, None).await.certificate();
    }
}

#[tokio::test]
async fn t11_a_device_whose_key_cannot_decrypt_enrolls_under_its_challenge() {
    let world = World::furnished().await;
    let ticket = world.ticket("laptop-1").await;
    let sender = Sender::self_made(&ticket.subject_der, Key::curve());
    let travel = Travel::default();
    let certified = Key::rsa();
    let request = certification_request(&ticket, &certified, Some(&ticket.challenge));
    let message = sender.message(&world, Inquiry::Enroll(&request), &travel).await;
    let answer = world.scep().pki_operation(message).await.unwrap();
    let certificate = sender.read(&world, &answer, &travel, Some(&ticket.challenge)).await.certificate();
    let is_certified = certificate.windows(certified.spki().len()).any(|part| part == certified.spki());
    assert!(is_certified);
}

#[tokio::test]
async fn t16_a_renewal_signed_by_a_certificate_of_ones_own_making_is_refused() {
    let world = World::furnished().await;
    let ticket = world.ticket("laptop-1").await;
    let sender = Sender::self_made(&ticket.subject_der, Key::rsa());
    let request = certification_request(&ticket, &sender.key, None);
    for inquiry in [Inquiry::Renew(&request), Inquiry::Enroll(&request)] {
        assert_eq!(sender.ask(&world, inquiry).await, Reply::Refused(FailInfo::BadRequest));
    }
    assert_eq!(world.certificates().await, 0);
}

#[tokio::test]
async fn t17_a_challenge_works_once_and_a_self_made_signer_authenticates_nobody() {
    let world = World::furnished().await;
    let ticket = world.ticket("laptop-1").await;
    let first = Sender::self_made(&ticket.subject_der, Key::rsa());
    let request = certification_request(&ticket, &first.key, Some(&ticket.challenge));
    let granted = first.ask(&world, Inquiry::Enroll(&request)).await;
    let second = Sender::self_made(&ticket.subject_der, Key::rsa());
    let other = certification_request(&ticket, &second.key, Some(&ticket.challenge));
    assert_eq!(second.ask(&world, Inquiry::Enroll(&other)).await, Reply::Refused(FailInfo::BadRequest));
    // The same request in another's hands is another request.
    assert_eq!(second.ask(&world, Inquiry::Enroll(&request)).await, Reply::Refused(FailInfo::BadRequest));
    assert_eq!(first.ask(&world, Inquiry::Enroll(&request)).await, granted);
    assert_eq!(world.certificates().await, 1);
}

#[tokio::test]
async fn t18_certificates_that_speak_scep_say_what_their_keys_are_for() {
    let world = World::furnished().await;
    let authority = world.scep().authority().await.unwrap();
    let usages: Vec<_> = authority.certificates().iter().map(|der| key_usage(der)).collect();
    // digitalSignature for answers; keyEncipherment for envelopes; keyCertSign and cRLSign, which speak no SCEP.
    assert_eq!(usages, [&[0x07, 0x80][..], &[0x05, 0x20], &[0x01, 0x06]]);
    assert_eq!(authority.encrypt_to().der(), authority.certificates()[1]);
    assert!(CaCertificates::Single(&authority.certificates()[2]).to_body().is_ok());
    assert!(describe_certificate(&authority.certificates()[2]).is_ok());
}

/// The BIT STRING of keyUsage: unused bits, then the bits.
fn key_usage(der: &[u8]) -> Vec<u8> {
    const HEAD: &[u8] = b"\x06\x03\x55\x1d\x0f\x01\x01\xff\x04\x04\x03\x02";
    let place = der.windows(HEAD.len()).position(|part| part == HEAD).unwrap() + HEAD.len();
    der[place..place + 2].to_vec()
}

#[tokio::test]
async fn t19_a_challenge_is_long_random_and_void_after_its_hour() {
    let world = World::furnished().await;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..5 {
        let challenge = world.ticket("laptop-1").await.challenge;
        let (id, secret) = challenge.expose().split_once('.').unwrap();
        assert!(URL_SAFE_NO_PAD.decode(secret).unwrap().len() >= 32 && !id.is_empty());
        assert!(seen.insert(challenge.expose().to_owned()));
    }
    let travel = Travel::default();
    let (sender, message) = request(&world, &travel).await;
    world.clock.advance(jiff::SignedDuration::from_hours(1));
    let answer = world.scep().pki_operation(message).await.unwrap();
    assert_eq!(sender.read(&world, &answer, &travel, None).await, Reply::Refused(FailInfo::BadRequest));
    let read = |file: &str| std::fs::read(world.data.path().join(file)).unwrap();
    let stored = [read("store.sqlite"), read("store.sqlite-wal")].concat();
    for challenge in &seen {
        let (id, secret) = challenge.split_once('.').unwrap();
        let (id, secret) = (id.as_bytes(), secret.as_bytes());
        assert!(stored.windows(id.len()).any(|part| part == id), "this is where challenges are");
        assert!(!stored.windows(secret.len()).any(|part| part == secret), "a secret is stored as it is");
    }
}
