//! The message itself: its signature, its attributes, its envelope.

use scepter_scep::client::{self, Answer, Inquiry, Unexpected};
use scepter_scep::{
    Algorithms, CertRep, ContentCipher, DigestAlgorithm, FailInfo, KeyAlgorithm, KeyTransport, Limits,
    Malformed, MessageType, Nonce, PkiStatus, RequestType, Secret, TransactionId, Unreadable, Unwritable,
    parse,
};

use super::support::ber::split;
use super::support::keys::CurveKey;
use super::support::{
    CHALLENGE, Party, answer, device_nonce, grant, granted, name, opened, position, read, request,
    request_by, sealed, secrets, self_signed, tlv, transaction_id,
};

/// The last number of an attribute's identifier, in 2.16.840.1.113733.1.9.
const MESSAGE_TYPE: u8 = 2;
const PKI_STATUS: u8 = 3;
const FAIL_INFO: u8 = 4;
const SENDER_NONCE: u8 = 5;
const RECIPIENT_NONCE: u8 = 6;
const TRANSACTION_ID: u8 = 7;

fn attribute(number: u8, tag: u8, content: &[u8]) -> Vec<u8> {
    let oid = [0x06, 0x0a, 0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x45, 0x01, 0x09, number];
    tlv(0x30, &[&oid[..], &tlv(0x31, &tlv(tag, content))].concat())
}

/// `message` with the text of an attribute exchanged for another of the same length.
fn exchanged(message: &[u8], number: u8, text: &[u8], other: &[u8]) -> Vec<u8> {
    let (from, to) = (attribute(number, 0x13, text), attribute(number, 0x13, other));
    let place = position(message, &from);
    [&message[..place], &to, &message[place + from.len()..]].concat()
}

/// The encapsulated content of a message.
fn content(message: &[u8]) -> Vec<u8> {
    let (_, content_info, _) = split(message).unwrap();
    let (_, _type, explicit) = split(content_info).unwrap();
    let (_, signed_data, _) = split(split(explicit).unwrap().1).unwrap();
    let (_, _version, rest) = split(signed_data).unwrap();
    let (_, _digests, rest) = split(rest).unwrap();
    let (_, encapsulated, _) = split(rest).unwrap();
    let (_, content_type, explicit) = split(encapsulated).unwrap();
    assert_eq!(content_type, [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01], "id-data");
    let (_, octet_string, _) = split(explicit).unwrap();
    split(octet_string).unwrap().1.to_vec()
}

#[test]
fn t06_a_refusal_and_a_pending_answer_carry_no_envelope() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    let parsed =
        parse(&request(&device, &ra, Inquiry::Enroll(&device.csr(None))), &Limits::default()).unwrap();
    let to = parsed.transaction();

    let refused = answer(&ra, CertRep::failure(to, FailInfo::BadRequest));
    assert!(content(&refused).is_empty());
    assert!(matches!(
        read(&ra, &refused),
        Ok(Answer::Refused { fail_info: FailInfo::BadRequest, text: None })
    ));

    let text = "the challenge has expired";
    let spoken = answer(&ra, CertRep::failure_with_text(to, FailInfo::BadRequest, text));
    assert!(matches!(read(&ra, &spoken), Ok(Answer::Refused { text: Some(said), .. }) if said == text));

    let pending = CertRep::pending(to);
    assert_eq!(pending.status(), PkiStatus::Pending);
    let pending = answer(&ra, pending);
    assert!(content(&pending).is_empty());
    assert!(matches!(read(&ra, &pending), Ok(Answer::Pending)));
}

#[test]
fn t07_every_message_has_its_transaction_its_type_and_a_nonce_of_sixteen_bytes() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    let csr = device.csr(None);
    let name = device.issuer_and_serial();
    let poll = Inquiry::Poll { issuer_der: &ra.subject, subject_der: &device.subject };
    for (inquiry, number) in [
        (Inquiry::Enroll(&csr), "19"),
        (Inquiry::Renew(&csr), "17"),
        (poll, "20"),
        (Inquiry::GetCert(&name), "21"),
        (Inquiry::GetCrl(&name), "22"),
    ] {
        let message = request(&device, &ra, inquiry);
        position(&message, &attribute(MESSAGE_TYPE, 0x13, number.as_bytes()));
        position(&message, &attribute(TRANSACTION_ID, 0x13, transaction_id().as_str().as_bytes()));
        position(&message, &attribute(SENDER_NONCE, 0x04, &[1; 16]));
    }
    let parsed = parse(&request(&device, &ra, Inquiry::Enroll(&csr)), &Limits::default()).unwrap();
    let reply = answer(&ra, CertRep::failure(parsed.transaction(), FailInfo::BadAlg));
    for expected in [
        attribute(MESSAGE_TYPE, 0x13, b"3"),
        attribute(PKI_STATUS, 0x13, b"2"),
        attribute(FAIL_INFO, 0x13, b"0"),
        attribute(SENDER_NONCE, 0x04, &[2; 16]),
        attribute(RECIPIENT_NONCE, 0x04, &[1; 16]),
        attribute(TRANSACTION_ID, 0x13, transaction_id().as_str().as_bytes()),
    ] {
        position(&reply, &expected);
    }
}

#[test]
fn t07_a_reason_in_words_has_the_identifier_and_the_type_of_the_rfc() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    let parsed =
        parse(&request(&device, &ra, Inquiry::Enroll(&device.csr(None))), &Limits::default()).unwrap();
    let reply = answer(&ra, CertRep::failure_with_text(parsed.transaction(), FailInfo::BadAlg, "no"));
    // 1.3.6.1.5.5.7.24.1, UTF8String.
    position(&reply, b"\x06\x08\x2b\x06\x01\x05\x05\x07\x18\x01\x31\x04\x0c\x02no");
}

#[test]
fn t08_of_the_message_types_0_to_40_no_other_than_five_is_a_request() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    let message = request(&device, &ra, Inquiry::Enroll(&device.csr(None)));
    for number in 0..=40 {
        let text = format!("{number:02}");
        let parsed = parse(&exchanged(&message, MESSAGE_TYPE, b"19", text.as_bytes()), &Limits::default());
        match number {
            17 | 19 | 20 | 21 | 22 => assert!(parsed.is_ok(), "{number}"),
            _undefined => assert_eq!(parsed.err(), Some(Malformed::MessageType), "{number}"),
        }
    }
    assert_eq!(RequestType::PkcsReq.message_type(), MessageType::PkcsReq);
}

#[test]
fn t08_an_undefined_status_or_reason_is_no_answer() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    let parsed =
        parse(&request(&device, &ra, Inquiry::Enroll(&device.csr(None))), &Limits::default()).unwrap();
    let reply = answer(&ra, CertRep::failure(parsed.transaction(), FailInfo::BadRequest));
    for digit in b"0123456789" {
        let status = exchanged(&reply, PKI_STATUS, b"2", &[*digit]);
        let is_defined = b"023".contains(digit);
        // A SUCCESS lacks its envelope here; what is undefined does not get that far.
        let missing = Some(Malformed::Missing { part: "envelope" });
        let undefined = Some(Malformed::Value { part: "pkiStatus" });
        match client::read_answer(&status, &Limits::default()).err() {
            None => assert!(is_defined),
            error if *digit == b'0' => assert_eq!(error, missing),
            error => assert_eq!(error, undefined, "{digit}"),
        }
        let reason = exchanged(&reply, FAIL_INFO, b"2", &[*digit]);
        let read = client::read_answer(&reason, &Limits::default());
        assert_eq!(read.is_ok(), b"01234".contains(digit), "{digit}");
    }
}

#[test]
fn t09_an_answer_is_refused_unless_signer_transaction_and_nonce_are_right() {
    let (device, ra, other) = (Party::new("device"), Party::new("ra"), Party::new("other"));
    let parsed =
        parse(&request(&device, &ra, Inquiry::Enroll(&device.csr(None))), &Limits::default()).unwrap();
    let reply = answer(&ra, CertRep::pending(parsed.transaction()));

    let verify = |transaction_id: &TransactionId, sender_nonce: &Nonce, signer: &Party| {
        let signers = std::slice::from_ref(&signer.certificate);
        let expected = client::Expected { transaction_id, sender_nonce, signers };
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
fn t10_content_of_another_type_than_the_message_says_is_unreadable() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    for no_request in [&[0x30, 0x00][..], &[], &device.certificate] {
        let sealed = sealed(&request(&device, &ra, Inquiry::Enroll(no_request)));
        let key = ra.content_key(&sealed);
        assert_eq!(sealed.open(&key).err(), Some(Unreadable));
    }
}

#[test]
fn t10_every_cipher_and_key_transport_that_is_accepted_brings_the_request_and_the_answer() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    let csr = device.csr(None);
    let oaep = |hash| KeyTransport::RsaOaep { hash, mask_hash: hash };
    for cipher in [ContentCipher::Aes128Cbc, ContentCipher::Aes192Cbc, ContentCipher::Aes256Cbc] {
        for transport in [KeyTransport::RsaPkcs1, oaep(DigestAlgorithm::Sha1), oaep(DigestAlgorithm::Sha256)]
        {
            let inquiry = Inquiry::Enroll(&csr);
            let message = request_by(&device, &ra, inquiry, cipher, DigestAlgorithm::Sha256, transport);
            let (to, asked) = opened(&ra, &message);
            assert_eq!(asked.verify(&Algorithms::default()).unwrap().der(), csr);
            let cert_rep = CertRep::success(&to, &grant(&ra.certificate), &secrets(3)).unwrap();
            let reply = answer(&ra, cert_rep);
            assert_eq!(granted(&device, &ra, &reply), grant(&ra.certificate), "{cipher:?} {transport:?}");
        }
    }
}

#[test]
fn t10_3des_is_refused_unless_it_is_allowed_and_then_answered_in_3des() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    let csr = device.csr(None);
    let (cipher, digest) = (ContentCipher::TripleDesCbc, DigestAlgorithm::Sha256);
    let message = request_by(&device, &ra, Inquiry::Enroll(&csr), cipher, digest, KeyTransport::RsaPkcs1);
    let parsed = || parse(&message, &Limits::default()).unwrap();
    assert_eq!(parsed().verify(&Algorithms::default()).err().unwrap().fail_info(), FailInfo::BadAlg);

    let verified = parsed().verify(&Algorithms::default().with_triple_des()).unwrap();
    let to = verified.reply_to();
    assert_eq!(to.cipher(), cipher);
    let reply = answer(&ra, CertRep::success(to, &grant(&ra.certificate), &secrets(3)).unwrap());
    assert_eq!(granted(&device, &ra, &reply), grant(&ra.certificate));
}

#[test]
fn t11_a_signer_whose_key_cannot_decrypt_is_answered_under_its_challenge() {
    let (ra, curve) = (Party::new("ra"), CurveKey::generate());
    let subject = name("device");
    let certificate = self_signed(&subject, &curve.spki_der, |bytes| curve.sign(bytes));
    let recipient = scepter_scep::SignerCertificate::from_der(&ra.certificate).unwrap();
    let asked = client::PkiRequest {
        inquiry: Inquiry::Enroll(&ra.csr(None)),
        transaction_id: &transaction_id(),
        sender_nonce: &device_nonce(),
        recipient: &recipient,
        key_transport: KeyTransport::RsaPkcs1,
        cipher: ContentCipher::Aes256Cbc,
        digest: DigestAlgorithm::Sha256,
    };
    let asked = asked.prepare(&certificate, &secrets(1), super::support::now()).unwrap();
    let signature = curve.sign(&asked.bytes().unwrap());
    let (to, _) = opened(&ra, &asked.assemble(&signature).unwrap());
    assert_eq!(to.signer().public_key().algorithm(), KeyAlgorithm::P256);
    assert!(!to.signer().public_key().can_decrypt());
    let without = CertRep::success(&to, &grant(&ra.certificate), &secrets(3));
    assert_eq!(without.err(), Some(Unwritable::RecipientKey));

    let password = Secret::new(CHALLENGE.to_owned());
    let sealed = || {
        let grant = grant(&ra.certificate);
        let cert_rep = CertRep::success_under_password(&to, &grant, &password, &secrets(3)).unwrap();
        let Ok(Answer::Granted(sealed)) = read(&ra, &answer(&ra, cert_rep)) else { panic!("not granted") };
        sealed
    };
    assert_eq!(sealed().open_with_password(&password).unwrap(), grant(&ra.certificate));
    let another = Secret::new("correct pony".to_owned());
    assert_eq!(sealed().open_with_password(&another), Err(Unreadable));
}
