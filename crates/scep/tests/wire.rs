//! What real clients need to find in an answer, byte for byte.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use scepter_scep::{Algorithms, CertRep, FailInfo, Limits, Transaction, client::Inquiry, parse};
use support::{Party, answer, ber::split, grant, position, request, secrets, tlv};

const RSA_ENCRYPTION: &[u8] =
    &[0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
const PLAIN_SHA_256: &[u8] = &[0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
const ID_DATA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];

/// A SCEP attribute by the last number of its identifier, with the tag and content of its value.
fn scep_attribute(number: u8, tag: u8, content: &[u8]) -> Vec<u8> {
    let oid = [0x06, 0x0a, 0x60, 0x86, 0x48, 0x01, 0x86, 0xf8, 0x45, 0x01, 0x09, number];
    tlv(0x30, &[&oid[..], &tlv(0x31, &tlv(tag, content))].concat())
}

/// A CMS attribute by the last number of its identifier, with its encoded value.
fn cms_attribute(number: u8, value: &[u8]) -> Vec<u8> {
    let oid = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, number];
    tlv(0x30, &[&oid[..], &tlv(0x31, value)].concat())
}

/// A reply taken apart as far as its `SignedData`: the values in it, in order, tags included.
fn signed_data(reply: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let (_, content_info, _) = split(reply).unwrap();
    let (_, _type, explicit) = split(content_info).unwrap();
    let (_, explicit, _) = split(explicit).unwrap();
    let (_, mut rest, _) = split(explicit).unwrap();
    let mut values = Vec::new();
    while let Some((tag, content, after)) = split(rest) {
        values.push((tag, content.to_vec()));
        rest = after;
    }
    values
}

fn transaction(device: &Party, ra: &Party) -> Transaction {
    let message = request(device, ra, Inquiry::Enroll(&device.csr(None)));
    parse(&message, &Limits::default()).unwrap().transaction().clone()
}

#[test]
fn a_refusal_carries_every_attribute_that_clients_look_for() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    let reply = answer(&ra, CertRep::failure(&transaction(&device, &ra), FailInfo::BadAlg));
    for attribute in [
        cms_attribute(3, ID_DATA),
        cms_attribute(5, &tlv(0x17, b"261123120000Z")),
        scep_attribute(2, 0x13, b"3"),
        scep_attribute(3, 0x13, b"2"),
        scep_attribute(4, 0x13, b"0"),
        scep_attribute(5, 0x04, &[2; 16]),
        scep_attribute(6, 0x04, &[1; 16]),
        scep_attribute(7, 0x13, b"4f+A/="),
    ] {
        position(&reply, &attribute);
    }
}

#[test]
fn a_refusal_has_content_of_no_length() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    let transaction = transaction(&device, &ra);
    for cert_rep in [CertRep::failure(&transaction, FailInfo::BadAlg), CertRep::pending(&transaction)] {
        let (tag, encapsulated) = signed_data(&answer(&ra, cert_rep)).remove(2);
        assert_eq!(tag, 0x30);
        assert_eq!(encapsulated, [ID_DATA, &[0xa0, 0x02, 0x04, 0x00]].concat());
    }
}

#[test]
fn the_signature_is_named_rsa_encryption_and_the_digest_plainly() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    let values = signed_data(&answer(&ra, CertRep::pending(&transaction(&device, &ra))));
    let [(_, version), (_, digests), _content, (certificates_tag, certificates), (_, signer)] =
        values.as_slice()
    else {
        panic!("{} values", values.len());
    };
    assert_eq!(version, &[1]);
    assert_eq!(digests, PLAIN_SHA_256);
    assert_eq!((*certificates_tag, certificates), (0xa0, &ra.certificate));
    position(signer, PLAIN_SHA_256);
    position(signer, RSA_ENCRYPTION);
}

#[test]
fn the_signed_attributes_are_sorted_as_der_wants_it() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    let values =
        signed_data(&answer(&ra, CertRep::failure(&transaction(&device, &ra), FailInfo::BadRequest)));
    let (_, signer_info, _) = split(&values[4].1).unwrap();
    let mut rest = signer_info;
    let mut attributes = Vec::new();
    while let Some((tag, content, after)) = split(rest) {
        if tag == 0xa0 {
            attributes = content.to_vec();
        }
        rest = after;
    }
    let mut encoded = Vec::new();
    let mut rest = attributes.as_slice();
    while let Some((_, _, after)) = split(rest) {
        encoded.push(rest[..rest.len() - after.len()].to_vec());
        rest = after;
    }
    assert_eq!(encoded.len(), 9);
    assert!(encoded.is_sorted());
}

#[test]
fn a_grant_is_sealed_to_the_signer_alone_in_primitive_der() {
    let (device, ra) = (Party::new("device"), Party::new("ra"));
    let message = request(&device, &ra, Inquiry::Enroll(&device.csr(None)));
    let verified = parse(&message, &Limits::default()).unwrap().verify(&Algorithms::default()).unwrap();
    let cert_rep = CertRep::success(verified.reply_to(), &grant(&ra.certificate), &secrets(3)).unwrap();
    let values = signed_data(&answer(&ra, cert_rep));

    // id-data, [0] { OCTET STRING { ContentInfo { id-envelopedData, [0] { EnvelopedData } } } }
    let (_, _id_data, explicit) = split(&values[2].1).unwrap();
    let (_, octet_string, _) = split(explicit).unwrap();
    let (_, content_info, _) = split(octet_string).unwrap();
    let (_, content_info, _) = split(content_info).unwrap();
    let (_, _type, explicit) = split(content_info).unwrap();
    let (_, enveloped, _) = split(explicit).unwrap();
    let (_, enveloped, _) = split(enveloped).unwrap();

    let (_, version, rest) = split(enveloped).unwrap();
    assert_eq!(version, [0]);
    let (_, recipients, encrypted) = split(rest).unwrap();
    let (_, recipient, others) = split(recipients).unwrap();
    assert_eq!((recipient[..3].to_vec(), others.len()), (vec![0x02, 0x01, 0x00], 0));
    position(recipient, RSA_ENCRYPTION);
    position(recipient, &device.subject);
    let (_, encrypted, _) = split(encrypted).unwrap();
    let (_, content_type, rest) = split(encrypted).unwrap();
    assert_eq!(content_type, &ID_DATA[2..]);
    let (_, _algorithm, content) = split(rest).unwrap();
    assert_eq!(content[0], 0x80, "[0], primitive");
}
