//! What anyone can send to the SCEP listener. Nothing is ever issued for it, and nothing is ever a 500.

use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use scepter_device::DeviceKey;
use scepter_scep::client::{Inquiry, PkiRequest, RequestDraft, SelfSignedDraft, UnsignedStructure};
use scepter_scep::{
    ContentCipher, DigestAlgorithm, EnvelopeSecrets, IssuerAndSerial, KeyTransport, Nonce, TransactionId,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::world::{World, new_key};

/// messageType 2.16.840.1.113733.1.9.2, then the head of a set with one PrintableString of two characters.
const MESSAGE_TYPE: &[u8] = b"\x06\x0a\x60\x86\x48\x01\x86\xf8\x45\x01\x09\x02\x31\x04\x13\x02";

fn sign(unsigned: UnsignedStructure, key: &DeviceKey) -> Vec<u8> {
    let signature = key.sign(unsigned.digest(), unsigned.bytes()).unwrap();
    unsigned.assemble(&signature).unwrap()
}

/// A request without a challenge, and the self-signed certificate of its sender.
fn bare(subject_der: &[u8], key: &DeviceKey) -> (Vec<u8>, Vec<u8>) {
    let now = SystemTime::now();
    let request =
        RequestDraft { subject_der, spki_der: key.spki(), challenge_password: None, extensions_der: None };
    let signer = SelfSignedDraft {
        subject_der,
        spki_der: key.spki(),
        serial_number: &[7],
        not_before: now,
        not_after: now + std::time::Duration::from_hours(1),
    };
    (sign(request.prepare().unwrap(), key), sign(signer.prepare().unwrap(), key))
}

/// A whole, well-signed message that asks `inquiry`.
async fn message(world: &World, inquiry: Inquiry<'_>, signer: &[u8], key: &DeviceKey) -> Vec<u8> {
    let authority = world.scep().authority().await.unwrap();
    let request = PkiRequest {
        inquiry,
        transaction_id: &TransactionId::new("bare").unwrap(),
        sender_nonce: &Nonce::new([1; 16]),
        recipient: authority.encrypt_to(),
        key_transport: KeyTransport::RsaPkcs1,
        cipher: ContentCipher::Aes128Cbc,
        digest: DigestAlgorithm::Sha256,
    };
    let secrets = EnvelopeSecrets::from_random([2; EnvelopeSecrets::LENGTH]);
    let unsigned = request.prepare(signer, &secrets, SystemTime::now()).unwrap();
    let signature = key.sign(unsigned.digest(), &unsigned.bytes().unwrap()).unwrap();
    unsigned.assemble(&signature).unwrap()
}

async fn post(world: &World, body: Vec<u8>) -> (u16, Vec<u8>) {
    let url = format!("{}?operation=PKIOperation", world.scep_url());
    let answer = reqwest::Client::new().post(url).body(body).send().await.unwrap();
    (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn a_whole_message_of_any_kind_without_a_challenge_gets_a_signed_refusal() {
    let world = World::furnished().await;
    let subject = world.ticket("laptop-1").await.subject_der;
    let key = new_key();
    let (request, signer) = bare(&subject, &key);
    let name = IssuerAndSerial::of_certificate(&signer).unwrap();
    for inquiry in [
        Inquiry::Enroll(&request),
        Inquiry::Renew(&request),
        Inquiry::Poll { issuer_der: &subject, subject_der: &subject },
        Inquiry::GetCert(&name),
        Inquiry::GetCrl(&name),
    ] {
        let (status, body) = post(&world, message(&world, inquiry, &signer, &key).await).await;
        let failed = body.windows(FAILURE.len()).any(|window| window == FAILURE);
        assert!(status == 200 && failed, "{inquiry:?}: {status}");
    }
    assert_eq!(world.certificates().await, 0);
}

/// pkiStatus 2.16.840.1.113733.1.9.3 with the value 2.
const FAILURE: &[u8] = b"\x06\x0a\x60\x86\x48\x01\x86\xf8\x45\x01\x09\x03\x31\x03\x13\x012";

#[tokio::test]
async fn no_message_type_from_0_to_40_gets_around_the_challenge() {
    let world = World::furnished().await;
    let subject = world.ticket("laptop-1").await.subject_der;
    let key = new_key();
    let (request, signer) = bare(&subject, &key);
    let genuine = message(&world, Inquiry::Enroll(&request), &signer, &key).await;
    let found = genuine.windows(MESSAGE_TYPE.len()).position(|window| window == MESSAGE_TYPE);
    let place = found.expect("the message has a messageType") + MESSAGE_TYPE.len();
    for number in 0..=40 {
        let mut forged = genuine.clone();
        forged[place..place + 2].copy_from_slice(format!("{number:02}").as_bytes());
        let (status, _) = post(&world, forged).await;
        let is_defined = [17, 19, 20, 21, 22].contains(&number);
        assert_eq!(status, if is_defined { 200 } else { 400 }, "messageType {number}");
    }
    assert_eq!(world.certificates().await, 0);
}

#[tokio::test]
async fn garbage_is_a_bad_request_and_the_next_device_enrolls() {
    let world = World::furnished().await;
    let ticket = world.ticket("laptop-1").await;
    let subject = &ticket.subject_der;
    let key = new_key();
    let (request, signer) = bare(subject, &key);
    let whole = message(&world, Inquiry::Enroll(&request), &signer, &key).await;
    let mut garbage = vec![Vec::new(), b"hello".to_vec(), vec![0; 1000], [0x30, 0x80].repeat(30_000)];
    garbage.extend([1, 2, 100, whole.len() / 2, whole.len() - 1].map(|length| whole[..length].to_vec()));
    for body in garbage {
        let (status, text) = post(&world, body.clone()).await;
        assert_eq!(status, 400, "{} bytes: {}", body.len(), String::from_utf8_lossy(&text));
    }
    let (status, _) = post(&world, vec![0x30; 65 * 1024]).await;
    assert_eq!(status, 413);
    world.enroll(&ticket).await.unwrap();
}

#[tokio::test]
async fn a_flipped_bit_anywhere_issues_nothing_and_is_never_a_fault() {
    let world = World::furnished().await;
    let key = new_key();
    let enrolled = world.enroll_with(&world.ticket("laptop-1").await, &key).await.unwrap();
    for position in (0..enrolled.message.len()).step_by(enrolled.message.len() / 60) {
        let mut flipped = enrolled.message.clone();
        flipped[position] ^= 0x10;
        let (status, _) = post(&world, flipped).await;
        assert!(status == 200 || status == 400, "byte {position}: {status}");
    }
    assert_eq!(world.certificates().await, 1);
}

#[tokio::test]
async fn an_unknown_operation_is_a_bad_request_in_plain_text() {
    let world = World::empty().await;
    let queries = ["", "?operation=GetCAChain", "?operation=getcacaps", "?operation=GetNextCACert&message=0"];
    for query in queries {
        let answer = reqwest::get(format!("{}{query}", world.scep_url())).await.unwrap();
        assert_eq!(answer.status(), 400, "{query}");
        assert_eq!(answer.headers()["content-type"], "text/plain", "{query}");
    }
}

#[tokio::test]
async fn refusals_are_counted_by_reason() {
    let world = World::furnished().await;
    post(&world, b"hello".to_vec()).await;
    let metrics = format!("http://{}/metrics", world.running.addresses().ops);
    let text = reqwest::get(metrics).await.unwrap().text().await.unwrap();
    let line = r#"scep_requests_total{operation="PKIOperation",result="error",reason="Malformed"} 1"#;
    assert!(text.contains(line), "{text}");
}

#[tokio::test]
async fn a_message_by_get_is_read_however_its_plus_signs_arrive() {
    let world = World::furnished().await;
    let key = new_key();
    let enrolled = world.enroll_with(&world.ticket("laptop-1").await, &key).await.unwrap();
    let base64 = STANDARD.encode(&enrolled.message);
    assert!(base64.contains('+'));
    for encoded in [base64.replace('+', "%2B"), base64.clone(), base64.replace('+', "%20")] {
        let path = format!("/scep/default?operation=PKIOperation&message={encoded}");
        let answer =
            raw(&world, &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    assert_eq!(world.certificates().await, 1);
}

#[tokio::test]
async fn an_http_1_0_client_without_a_host_is_served_with_a_content_length() {
    let world = World::empty().await;
    for path in ["/cgi-bin/pkiclient.exe", "/CERTSRV/mscep/mscep.dll/pkiclient.exe", "/scep/default/x"] {
        let answer =
            raw(&world, &format!("GET {path}?operation=GetCACaps&message=default HTTP/1.0\r\n\r\n")).await;
        assert!(answer.starts_with("HTTP/1.0 200"), "{answer}");
        let head = answer.split("\r\n\r\n").next().unwrap().to_ascii_lowercase();
        assert!(head.contains("content-length:") && !head.contains("chunked"), "{head}");
        assert!(head.contains("content-type: text/plain\r\n"), "{head}");
        assert!(answer.contains("POSTPKIOperation\n"), "{answer}");
    }
}

#[tokio::test]
async fn a_head_gets_the_head_of_what_a_get_gets_and_no_other_method_gets_anything() {
    let world = World::empty().await;
    let ask = async |method: &str, target: &str| {
        raw(&world, &format!("{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).await
    };
    for target in ["/scep/default?operation=GetCACert", "/ca/default.cer", "/crl/default.crl"] {
        let head = ask("HEAD", target).await.to_ascii_lowercase();
        let got = ask("GET", target).await.to_ascii_lowercase();
        assert!(head.starts_with("http/1.1 200") && head.ends_with("\r\n\r\n"), "{head}");
        let length =
            |answer: &str| answer.lines().find(|line| line.starts_with("content-length")).map(str::to_owned);
        assert_eq!(length(&head), length(&got), "{target}");
    }
    let unsafe_head = ask("HEAD", "/scep/default?operation=PKIOperation&message=AAAA").await;
    assert!(unsafe_head.starts_with("HTTP/1.1 405"), "{unsafe_head}");
    for method in ["PUT", "DELETE", "OPTIONS", "TRACE"] {
        let answer = ask(method, "/scep/default?operation=GetCACaps").await;
        assert!(answer.starts_with("HTTP/1.1 405") && answer.contains("allow: GET, HEAD, POST"), "{answer}");
        for target in PUBLISHED {
            assert_allows_reading_alone(&ask(method, target).await);
        }
    }
    for target in PUBLISHED {
        assert_allows_reading_alone(&ask("POST", target).await);
    }
}

/// What anyone may read, and nobody may write.
const PUBLISHED: [&str; 2] = ["/ca/default.cer", "/crl/default.crl"];

fn assert_allows_reading_alone(answer: &str) {
    assert!(answer.starts_with("HTTP/1.1 405") && answer.contains("allow: GET, HEAD\r\n"), "{answer}");
}

/// Speaks to the SCEP listener in so many words.
async fn raw(world: &World, request: &str) -> String {
    let mut stream = TcpStream::connect(world.running.addresses().scep).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}
