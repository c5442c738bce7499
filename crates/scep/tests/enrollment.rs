//! Our client's half against our server's half.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use scepter_scep::{
    Algorithms, CertRep, CertsOnly, ContentCipher, DigestAlgorithm, FailInfo, IssuerAndSerial, KeyAlgorithm,
    Limits, Nonce, Opened, PkiStatus, Request, RequestType, TransactionId, Unreadable, Unwritable, client,
    client::{Answer, Expected, Inquiry, Unexpected},
    parse,
};
use support::{
    CHALLENGE, Party, answer, device_nonce, grant, keys::CurveKey, request, request_with, secrets,
    transaction_id,
};

const SAN_EXTENSIONS: &[u8] = &[
    0x30, 0x11, 0x30, 0x0f, 0x06, 0x03, 0x55, 0x1d, 0x11, 0x04, 0x08, 0x30, 0x06, 0x82, 0x04, b'h', b'o',
    b's', b't',
];

fn open(ra: &Party, message: &[u8]) -> Opened {
    let verified = parse(message, &Limits::default()).unwrap().verify(&Algorithms::default()).unwrap();
    let key = ra.content_key(&verified);
    verified.open(&key).unwrap()
}

fn read(ra: &Party, reply: &[u8]) -> Result<Answer, Unexpected> {
    let expected = Expected {
        transaction_id: &transaction_id(),
        sender_nonce: &device_nonce(),
        signers: std::slice::from_ref(&ra.certificate),
    };
    client::read_answer(reply, &Limits::default()).unwrap().verify(&expected, &Algorithms::default())
}

fn granted(device: &Party, ra: &Party, reply: &[u8]) -> CertsOnly {
    let Answer::Granted(sealed) = read(ra, reply).unwrap() else { panic!("not granted") };
    let key = device.unwrap(sealed.wrapped_key(&device.issuer_and_serial()).unwrap());
    sealed.open(&key).unwrap()
}

#[test]
fn a_device_enrolls_with_every_accepted_cipher_and_digest() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    let csr = device.csr(None);
    for cipher in [ContentCipher::Aes128Cbc, ContentCipher::Aes192Cbc, ContentCipher::Aes256Cbc] {
        for digest in [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512] {
            let opened = open(&ra, &request_with(&device, &ra, Inquiry::Enroll(&csr), cipher, digest));
            assert_eq!(opened.reply_to().cipher(), cipher);
            assert_eq!(opened.reply_to().transaction().digest(), digest);

            let cert_rep = CertRep::success(opened.reply_to(), &grant(&ra.certificate), &secrets(3)).unwrap();
            assert_eq!(granted(&device, &ra, &answer(&ra, cert_rep)), grant(&ra.certificate));
        }
    }
}

#[test]
fn what_the_device_asks_for_arrives_with_the_proof_of_its_key() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    let csr = device.csr(Some(SAN_EXTENSIONS));
    let (to, request) = open(&ra, &request(&device, &ra, Inquiry::Enroll(&csr))).into_parts();
    let Request::Enrollment(request) = request else { panic!("not an enrollment") };
    let proven = request.verify(&Algorithms::default()).unwrap();

    assert_eq!(proven.der(), csr);
    assert_eq!(proven.subject_der(), device.subject);
    assert_eq!(proven.public_key().spki_der(), device.key.spki_der);
    assert_eq!(proven.public_key().algorithm(), KeyAlgorithm::Rsa { bits: 2048 });
    assert_eq!(proven.challenge_password().unwrap().expose(), CHALLENGE);
    assert_eq!(proven.extensions_der(), Some(SAN_EXTENSIONS));
    assert_eq!(to.signer().der(), device.certificate);
    assert_eq!(to.transaction().id().as_str(), transaction_id().as_str());
    assert_eq!(to.transaction().sender_nonce(), &device_nonce());
}

#[test]
fn each_type_of_request_brings_its_own_content() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    let csr = device.csr(None);
    let name = device.issuer_and_serial();

    let renewal = open(&ra, &request(&device, &ra, Inquiry::Renew(&csr)));
    assert!(matches!(renewal.request(), Request::Renewal(_)));

    let poll = Inquiry::Poll { issuer_der: &ra.subject, subject_der: &device.subject };
    let poll = open(&ra, &request(&device, &ra, poll));
    let Request::CertPoll { issuer_der, subject_der } = poll.request() else { panic!("not a poll") };
    assert_eq!((issuer_der, subject_der), (&ra.subject, &device.subject));

    let get_cert = open(&ra, &request(&device, &ra, Inquiry::GetCert(&name)));
    assert!(matches!(get_cert.request(), Request::GetCert(asked) if *asked == name));

    let get_crl = open(&ra, &request(&device, &ra, Inquiry::GetCrl(&name)));
    assert!(matches!(get_crl.request(), Request::GetCrl(asked) if *asked == name));
}

#[test]
fn a_poll_is_known_before_its_envelope_is_opened() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    let poll = Inquiry::Poll { issuer_der: &ra.subject, subject_der: &device.subject };
    let parsed = parse(&request(&device, &ra, poll), &Limits::default()).unwrap();
    let verified = parsed.verify(&Algorithms::default()).unwrap();
    assert_eq!(verified.request_type(), RequestType::CertPoll);
    assert_eq!(verified.reply_to().transaction().id().as_str(), transaction_id().as_str());
}

#[test]
fn content_of_another_type_than_the_message_says_is_unreadable() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    for no_request in [&[0x30, 0x00][..], &[], &device.certificate] {
        let message = request(&device, &ra, Inquiry::Enroll(no_request));
        let verified = parse(&message, &Limits::default()).unwrap().verify(&Algorithms::default()).unwrap();
        let key = ra.content_key(&verified);
        assert_eq!(verified.open(&key).err(), Some(Unreadable));
    }
}

#[test]
fn a_message_for_somebody_else_has_no_key_for_us() {
    let (device, ra, other) = (Party::new("device"), Party::new("ra"), Party::new("other ra"));
    let message = request(&device, &other, Inquiry::Enroll(&device.csr(None)));
    let verified = parse(&message, &Limits::default()).unwrap().verify(&Algorithms::default()).unwrap();
    assert!(verified.wrapped_key(&ra.issuer_and_serial()).is_none());
    assert_eq!(verified.wrapped_keys().count(), 1);
}

#[test]
fn a_refusal_tells_its_reason_and_a_pending_request_waits() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    let csr = device.csr(None);
    let parsed = parse(&request(&device, &ra, Inquiry::Enroll(&csr)), &Limits::default()).unwrap();
    let to = parsed.transaction();

    let silent = answer(&ra, CertRep::failure(to, FailInfo::BadRequest));
    let answered = read(&ra, &silent).unwrap();
    assert!(matches!(answered, Answer::Refused { fail_info: FailInfo::BadRequest, text: None }));

    let text = "the challenge has expired";
    let spoken = answer(&ra, CertRep::failure_with_text(to, FailInfo::BadRequest, text));
    let answered = read(&ra, &spoken).unwrap();
    assert!(matches!(answered, Answer::Refused { text: Some(said), .. } if said == text));

    let pending = CertRep::pending(to);
    assert_eq!(pending.status(), PkiStatus::Pending);
    assert!(matches!(read(&ra, &answer(&ra, pending)).unwrap(), Answer::Pending));
}

#[test]
fn a_crl_travels_as_a_grant() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    let name = device.issuer_and_serial();
    let opened = open(&ra, &request(&device, &ra, Inquiry::GetCrl(&name)));
    let crl = CertsOnly { certificates: Vec::new(), crls: vec![vec![0x30, 0x03, 0x02, 0x01, 0x07]] };
    let cert_rep = CertRep::success(opened.reply_to(), &crl, &secrets(3)).unwrap();
    assert_eq!(granted(&device, &ra, &answer(&ra, cert_rep)), crl);
}

#[test]
fn an_answer_is_refused_unless_signer_transaction_and_nonce_are_right() {
    let (device, ra, other) = (Party::new("device"), Party::new("ra"), Party::new("other"));
    let csr = device.csr(None);
    let parsed = parse(&request(&device, &ra, Inquiry::Enroll(&csr)), &Limits::default()).unwrap();
    let reply = answer(&ra, CertRep::pending(parsed.transaction()));

    let verify = |transaction_id: &TransactionId, sender_nonce: &Nonce, signer: &Party| {
        let signers = std::slice::from_ref(&signer.certificate);
        let expected = Expected { transaction_id, sender_nonce, signers };
        let parsed = client::read_answer(&reply, &Limits::default()).unwrap();
        parsed.verify(&expected, &Algorithms::default()).err()
    };
    assert_eq!(verify(&transaction_id(), &device_nonce(), &ra), None);
    assert_eq!(verify(&transaction_id(), &device_nonce(), &other), Some(Unexpected::Signer));
    assert_eq!(verify(&transaction_id(), &Nonce::new([9; 16]), &ra), Some(Unexpected::Nonce));
    let another = TransactionId::new("another").unwrap();
    assert_eq!(verify(&another, &device_nonce(), &ra), Some(Unexpected::Transaction));
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

    let (to, request) = open(&ra, &request(&device, &ra, Inquiry::Enroll(&csr))).into_parts();
    let Request::Enrollment(request) = request else { panic!("not an enrollment") };
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
    assert_eq!(IssuerAndSerial::new(&ra.subject, &[0x80, 2]).unwrap(), whole);
    assert_eq!(whole.serial_number(), [0x00, 0x80, 2], "an INTEGER has a sign");
    assert_ne!(IssuerAndSerial::new(&ra.subject, &[0x80, 3]).unwrap(), whole);
}
