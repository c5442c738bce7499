//! Our client's half against our server's half.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use scepter_scep::{
    Algorithms, CertRep, ContentCipher, DigestAlgorithm, IssuerAndSerial, KeyAlgorithm, Limits, Unwritable,
    client, client::Inquiry, parse,
};
use support::{
    Party, answer, device_nonce, grant, granted, keys::CurveKey, opened, request, request_with, sealed,
    secrets, transaction_id,
};

#[test]
fn a_device_enrolls_with_every_accepted_cipher_and_digest() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    let csr = device.csr(None);
    for cipher in [ContentCipher::Aes128Cbc, ContentCipher::Aes192Cbc, ContentCipher::Aes256Cbc] {
        for digest in [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512] {
            let (to, _) = opened(&ra, &request_with(&device, &ra, Inquiry::Enroll(&csr), cipher, digest));
            assert_eq!((to.cipher(), to.transaction().digest()), (cipher, digest));

            let cert_rep = CertRep::success(&to, &grant(&ra.certificate), &secrets(3)).unwrap();
            assert_eq!(granted(&device, &ra, &answer(&ra, cert_rep)), grant(&ra.certificate));
        }
    }
}

#[test]
fn a_message_for_somebody_else_has_no_key_for_us() {
    let (device, ra, other) = (Party::new("device"), Party::new("ra"), Party::new("other ra"));
    let sealed = sealed(&request(&device, &other, Inquiry::Enroll(&device.csr(None))));
    assert!(sealed.wrapped_key(&ra.issuer_and_serial()).is_none());
    assert_eq!(sealed.wrapped_keys().count(), 1);
}

#[test]
fn an_answer_is_not_a_request_and_a_request_not_an_answer() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    let message = request(&device, &ra, Inquiry::Enroll(&device.csr(None)));
    let parsed = parse(&message, &Limits::default()).unwrap();
    let reply = answer(&ra, CertRep::pending(parsed.transaction()));
    assert!(parse(&reply, &Limits::default()).is_err());
    assert!(client::read_answer(&message, &Limits::default()).is_err());
}

#[test]
fn a_key_on_a_curve_can_be_certified_for_an_rsa_signer() {
    let (device, ra, curve) = (Party::new("device"), Party::new("ra"), CurveKey::generate());
    let draft = client::RequestDraft {
        subject_der: &device.subject,
        spki_der: &curve.spki_der,
        challenge_password: None,
        extensions_der: None,
    };
    let draft = draft.prepare().unwrap();
    let signature = curve.sign(draft.bytes());
    let csr = draft.assemble(&signature).unwrap();

    let (to, request) = opened(&ra, &request(&device, &ra, Inquiry::Enroll(&csr)));
    let proven = request.verify(&Algorithms::default()).unwrap();
    assert_eq!(proven.public_key().algorithm(), KeyAlgorithm::P256);
    assert!(proven.challenge_password().is_none());
    assert_ne!(proven.public_key(), to.signer().public_key());
}

#[test]
fn a_key_that_cannot_decrypt_gets_no_envelope() {
    let ra = Party::new("ra");
    let curve = CurveKey::generate();
    let draft = client::SelfSignedDraft {
        subject_der: &ra.subject,
        spki_der: &curve.spki_der,
        serial_number: &[1],
        not_before: support::now(),
        not_after: support::now(),
    };
    let certificate = draft.prepare().unwrap().assemble(&[0; 70]).unwrap();
    let recipient = scepter_scep::SignerCertificate::from_der(&certificate).unwrap();
    assert_eq!(recipient.public_key().algorithm(), KeyAlgorithm::P256);
    let request = client::PkiRequest {
        inquiry: Inquiry::Enroll(&[]),
        transaction_id: &transaction_id(),
        sender_nonce: &device_nonce(),
        recipient: &recipient,
        key_transport: scepter_scep::KeyTransport::RsaPkcs1,
        cipher: ContentCipher::Aes128Cbc,
        digest: DigestAlgorithm::Sha256,
    };
    let sealed = request.prepare(&ra.certificate, &secrets(1), support::now());
    assert_eq!(sealed.err(), Some(Unwritable::RecipientKey));
}

#[test]
fn a_name_from_its_parts_equals_the_one_in_the_certificate() {
    let ra = Party::new("ra");
    let whole = ra.issuer_and_serial();
    assert_eq!(IssuerAndSerial::new(&ra.subject, &[0x80, 15]).unwrap(), whole);
    assert_eq!(whole.serial_number(), [0x00, 0x80, 15], "an INTEGER has a sign");
    assert_ne!(IssuerAndSerial::new(&ra.subject, &[0x80, 16]).unwrap(), whole);
}
