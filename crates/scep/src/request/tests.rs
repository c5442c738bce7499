//! Requests as Apple's clients write them: BER with indefinite lengths and strings in segments, in the message and in its
//! envelope, and a certification request without extended key usages (scep.md §3).

use std::time::SystemTime;

use super::*;
use crate::{
    Algorithms, ContentCipher, ContentKey, DigestAlgorithm, EnvelopeSecrets, IssuerAndSerial, KeyTransport,
    Limits, MessageType, Nonce, Secret, SignerCertificate, TransactionId,
    client::{RequestDraft, SelfSignedDraft},
    envelope::{Recipient, seal},
    pki_message::Draft,
    test_ber::indefinite,
    test_keys::RsaKey,
};

/// `CN=iPad` in DER.
const SUBJECT: &[u8] = b"\x30\x0f\x31\x0d\x30\x0b\x06\x03\x55\x04\x03\x0c\x04iPad";
/// keyUsage: digitalSignature and keyEncipherment, and nothing else.
const EXTENSIONS: &[u8] = b"\x30\x10\x30\x0e\x06\x03\x55\x1d\x0f\x01\x01\xff\x04\x04\x03\x02\x05\xa0";

fn certificate(key: &RsaKey) -> Vec<u8> {
    let at = SystemTime::UNIX_EPOCH;
    let draft = SelfSignedDraft {
        subject_der: SUBJECT,
        spki_der: &key.spki_der,
        serial_number: &[1],
        not_before: at,
        not_after: at,
    };
    let draft = draft.prepare().unwrap();
    let signature = key.sign(32, draft.bytes());
    draft.assemble(&signature).unwrap()
}

fn certification_request(key: &RsaKey) -> Vec<u8> {
    let draft = RequestDraft {
        subject_der: SUBJECT,
        spki_der: &key.spki_der,
        challenge_password: Some(&Secret::new("challenge".to_owned())),
        extensions_der: Some(EXTENSIONS),
    };
    let draft = draft.prepare().unwrap();
    let signature = key.sign(32, draft.bytes());
    draft.assemble(&signature).unwrap()
}

#[test]
fn a_request_that_is_ber_inside_and_out_is_read_like_one_in_der() {
    let (device, ra) = (RsaKey::generate(), RsaKey::generate());
    let csr = certification_request(&device);
    let ra_certificate = SignerCertificate::from_der(&certificate(&ra)).unwrap();
    let recipient = Recipient::Certificate(&ra_certificate, KeyTransport::RsaPkcs1);
    let secrets = EnvelopeSecrets::from_random([7; EnvelopeSecrets::LENGTH]);
    let envelope = seal(&csr, &recipient, ContentCipher::Aes128Cbc, &secrets).unwrap();
    let draft = Draft {
        message_type: MessageType::PkcsReq,
        transaction_id: &TransactionId::new("1").unwrap(),
        sender_nonce: &Nonce::new([1; 16]),
        verdict: None,
        digest: DigestAlgorithm::Sha256,
        content: indefinite(&envelope),
    };
    let unsigned = draft
        .prepare(&SignerCertificate::from_der(&certificate(&device)).unwrap(), SystemTime::UNIX_EPOCH)
        .unwrap();
    let signature = device.sign(32, &unsigned.bytes().unwrap());
    let message = indefinite(&unsigned.assemble(&signature).unwrap());
    assert!(message.starts_with(&[0x30, 0x80]), "the length is indefinite");

    let parsed = parse(&message, &Limits::default()).unwrap();
    let Verified::Enrollment(sealed) = parsed.verify(&Algorithms::default()).unwrap() else {
        panic!("not an enrollment")
    };
    let ours = IssuerAndSerial::new(SUBJECT, &[1]).unwrap();
    let wrapped = sealed.wrapped_key(&ours).unwrap();
    let key = ContentKey::new(ra.unwrap(wrapped.encrypted_key, wrapped.key_length));
    let proven = sealed.open(&key).unwrap().verify(&Algorithms::default()).unwrap();
    assert_eq!(proven.der(), csr);
    assert_eq!(proven.extensions_der(), Some(EXTENSIONS));
    assert_eq!(proven.challenge_password().unwrap().expose(), "challenge");
}
