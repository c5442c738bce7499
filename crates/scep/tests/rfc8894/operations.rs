//! What is asked and what is granted.

use scepter_scep::client::Inquiry;
use scepter_scep::{
    Algorithms, CertRep, CertificationRequest, CertsOnly, KeyAlgorithm, Limits, Untrusted, Verified,
};

use super::support::{
    CHALLENGE, Party, answer, ber::split, device_nonce, grant, granted, opened, request, secrets,
    transaction_id, verified,
};

const SAN_EXTENSIONS: &[u8] = &[
    0x30, 0x11, 0x30, 0x0f, 0x06, 0x03, 0x55, 0x1d, 0x11, 0x04, 0x08, 0x30, 0x06, 0x82, 0x04, b'h', b'o',
    b's', b't',
];

#[test]
fn t12_a_request_brings_subject_key_and_challenge_with_the_proof_of_its_key() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    let csr = device.csr(Some(SAN_EXTENSIONS));
    let (to, request) = opened(&ra, &request(&device, &ra, Inquiry::Enroll(&csr)));
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
fn t13_a_grant_is_the_issued_certificate_first_or_a_crl_without_content_and_signers() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    let name = device.issuer_and_serial();
    let asked = verified(&request(&device, &ra, Inquiry::GetCrl(&name)));
    let crl = CertsOnly { certificates: Vec::new(), crls: vec![vec![0x30, 0x03, 0x02, 0x01, 0x07]] };
    let issued =
        CertsOnly { certificates: vec![device.certificate.clone(), ra.certificate.clone()], crls: vec![] };
    for grant in [crl, issued] {
        let cert_rep = CertRep::success(asked.reply_to(), &grant, &secrets(3)).unwrap();
        assert_eq!(granted(&device, &ra, &answer(&ra, cert_rep)), grant);

        let der = grant.to_der().unwrap();
        let (_, content_info, _) = split(&der).unwrap();
        let (_, _type, explicit) = split(content_info).unwrap();
        let (_, signed_data, _) = split(split(explicit).unwrap().1).unwrap();
        let (_, _version, rest) = split(signed_data).unwrap();
        let (_, digest_algorithms, rest) = split(rest).unwrap();
        let (_, encapsulated, rest) = split(rest).unwrap();
        let (_, _id_data, content) = split(encapsulated).unwrap();
        let (_, _set, signer_infos) = split(rest).unwrap();
        assert_eq!((digest_algorithms.len(), content.len(), signer_infos), (0, 0, &[0x31, 0x00][..]));
    }
}

#[test]
fn t14_a_poll_is_known_by_transaction_recipient_and_signer_before_its_envelope_is_opened() {
    let (device, ra, other) = (Party::new("device"), Party::new("ra"), Party::new("other ra"));
    let poll = Inquiry::Poll { issuer_der: &ra.subject, subject_der: &device.subject };
    let Verified::CertPoll(poll) = verified(&request(&device, &ra, poll)) else { panic!("not a poll") };
    assert_eq!(poll.reply_to().transaction().id().as_str(), transaction_id().as_str());
    assert_eq!(poll.reply_to().signer().der(), device.certificate);
    assert!(poll.wrapped_key(&ra.issuer_and_serial()).is_some());
    assert!(poll.wrapped_key(&other.issuer_and_serial()).is_none());

    let key = ra.content_key(&poll);
    let names = poll.open(&key).unwrap();
    assert_eq!((names.issuer_der(), names.subject_der()), (&ra.subject[..], &device.subject[..]));
}

#[test]
fn t15_a_certificate_and_a_crl_are_asked_for_by_issuer_and_serial_number() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    let name = device.issuer_and_serial();
    let get_cert = verified(&request(&device, &ra, Inquiry::GetCert(&name)));
    let Verified::GetCert(get_cert) = get_cert else { panic!("not GetCert") };
    let key = ra.content_key(&get_cert);
    assert_eq!(get_cert.open(&key), Ok(name.clone()));

    let get_crl = verified(&request(&device, &ra, Inquiry::GetCrl(&name)));
    let Verified::GetCrl(get_crl) = get_crl else { panic!("not GetCRL") };
    let key = ra.content_key(&get_crl);
    assert_eq!(get_crl.open(&key), Ok(name));
}

#[test]
fn t16_a_renewal_is_signed_by_the_certificate_that_it_brings_and_answered_to_it() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    let renewal = Party::new("new key");
    let message = request(&device, &ra, Inquiry::Renew(&renewal.csr(None)));
    let Verified::Renewal(asked) = verified(&message) else { panic!("not a renewal") };
    assert_eq!(asked.reply_to().signer().der(), device.certificate);
    let to = asked.reply_to().clone();
    let key = ra.content_key(&asked);
    let asked = asked.open(&key).unwrap().verify(&Algorithms::default()).unwrap();
    assert_eq!(asked.public_key().spki_der(), renewal.key.spki_der);
    let reply = answer(&ra, CertRep::success(&to, &grant(&ra.certificate), &secrets(3)).unwrap());
    assert_eq!(granted(&device, &ra, &reply), grant(&ra.certificate));
}

#[test]
fn t16_a_renewal_for_a_key_that_its_sender_does_not_hold_is_not_proven() {
    let (device, stranger) = (Party::new("device"), Party::new("stranger"));
    let csr = stranger.csr(None);
    let place =
        csr.windows(stranger.key.spki_der.len()).position(|part| part == stranger.key.spki_der).unwrap();
    let mut borrowed = csr.clone();
    borrowed[place..place + device.key.spki_der.len()].copy_from_slice(&device.key.spki_der);
    let request = CertificationRequest::from_der(&borrowed, &Limits::default()).unwrap();
    assert_eq!(request.verify(&Algorithms::default()).err(), Some(Untrusted::Signature));
}
