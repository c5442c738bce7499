use der::asn1::{BitString, GeneralizedTime, Ia5String, Uint};
use der::{DateTime, Decode, Encode, Sequence};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::name::GeneralName as X509GeneralName;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, SubjectKeyIdentifier};
use x509_cert::name::Name;
use x509_cert::time::Time;

use super::*;
use crate::identity::SerialNumber;
use crate::name::Oid;
use crate::request::key_usage_bits;
use crate::request::sample::{
    alternative_names, extension, key_usage, raw_extension, rsa_key, sha256_with_rsa,
};
use crate::san::GeneralName;

/// `TBSCertificate`, every field open to change (RFC 5280 §4.1).
#[derive(Clone, Sequence)]
struct Tbs {
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    version: u8,
    serial: Uint,
    algorithm: AlgorithmIdentifierOwned,
    issuer: Name,
    validity: Vec<Time>,
    subject: Name,
    key: SubjectPublicKeyInfoOwned,
    #[asn1(context_specific = "3", tag_mode = "EXPLICIT")]
    extensions: Vec<Extension>,
}

#[derive(Sequence)]
struct Certificate {
    tbs: Tbs,
    algorithm: AlgorithmIdentifierOwned,
    signature: BitString,
}

fn order() -> Order {
    let grant = grant();
    let request = request(&csr(&grant));
    let authorized = authorize(grant, &authority(), request, now()).unwrap();
    authorized.into_order(SerialNumber::from_random(*b"0123456789abcdef"))
}

/// A certificate that says what the order says.
fn certificate(order: &Order) -> Tbs {
    let names = order.subject_alternative_names().iter().map(|name| name.to_x509().unwrap());
    Tbs {
        version: 2,
        serial: Uint::new(order.serial().as_bytes()).unwrap(),
        algorithm: sha256_with_rsa(),
        issuer: Name::default(),
        validity: vec![time(order.not_before()), time(order.not_after())],
        subject: Name::from_der(&order.subject().to_der().unwrap()).unwrap(),
        key: SubjectPublicKeyInfoOwned::from_der(order.spki()).unwrap(),
        extensions: vec![
            extension(&key_usage(key_usage_bits(order.key_usages()))),
            extension(&ExtendedKeyUsage(order.extended_key_usages().to_vec())),
            alternative_names(names.collect()),
            extension(&BasicConstraints { ca: false, path_len_constraint: None }),
            extension(&SubjectKeyIdentifier(der::asn1::OctetString::new([1; 20]).unwrap())),
        ],
    }
}

fn time(at: Timestamp) -> Time {
    let seconds = std::time::Duration::from_secs(at.as_second().try_into().unwrap());
    Time::GeneralTime(GeneralizedTime::from_date_time(DateTime::from_unix_duration(seconds).unwrap()))
}

fn signed(tbs: Tbs) -> Vec<u8> {
    let signature = BitString::from_bytes(b"nobody signed this").unwrap();
    Certificate { tbs, algorithm: sha256_with_rsa(), signature }.to_der().unwrap()
}

/// The field that is named when the certificate was changed.
fn differs_in(change: impl FnOnce(&mut Tbs)) -> &'static str {
    let order = order();
    let mut tbs = certificate(&order);
    change(&mut tbs);
    order.issued(signed(tbs)).expect_err("the certificate differs").field
}

fn replace(extension: Extension) -> impl FnOnce(&mut Tbs) {
    move |tbs| {
        tbs.extensions.retain(|other| other.extn_id != extension.extn_id);
        tbs.extensions.push(extension);
    }
}

fn remove(oid: &'static str) -> impl FnOnce(&mut Tbs) {
    move |tbs| tbs.extensions.retain(|other| other.extn_id != Oid::new_unwrap(oid))
}

#[test]
fn a_certificate_that_says_what_its_order_says_is_issued() {
    let order = order();
    let der = signed(certificate(&order));
    let issued = order.clone().issued(der.clone()).unwrap();
    assert_eq!((issued.order(), issued.der()), (&order, der.as_slice()));
}

#[test]
fn a_certificate_that_differs_in_a_field_is_not_issued() {
    let later = |tbs: &mut Tbs| tbs.validity[1] = time("2027-03-01T11:55:01Z".parse().unwrap());
    let earlier = |tbs: &mut Tbs| tbs.validity[0] = time("2026-03-01T11:54:59Z".parse().unwrap());
    assert_eq!(differs_in(|tbs| tbs.version = 0), "the version");
    assert_eq!(differs_in(|tbs| tbs.serial = Uint::new(&[1]).unwrap()), "the serial number");
    assert_eq!(differs_in(later), "the validity");
    assert_eq!(differs_in(earlier), "the validity");
    assert_eq!(differs_in(|tbs| tbs.subject = "CN=admin".parse().unwrap()), "the subject");
    assert_eq!(differs_in(|tbs| tbs.key = rsa_key(4096, &[1, 0, 1])), "the public key");
}

#[test]
fn a_certificate_with_other_alternative_names_is_not_issued() {
    let field = "the alternative names";
    let dns = |value: &str| X509GeneralName::DnsName(Ia5String::new(value).unwrap());
    let asked = || dns("laptop-1.corp.example");
    let upn = GeneralName::Upn("administrator@corp.example".into()).to_x509().unwrap();
    for names in [vec![dns("dc01.corp.example")], vec![asked(), asked()], vec![asked(), upn]] {
        assert_eq!(differs_in(replace(alternative_names(names))), field);
    }
    assert_eq!(differs_in(remove("2.5.29.17")), field);
    let twice = |tbs: &mut Tbs| tbs.extensions.push(alternative_names(vec![asked()]));
    assert_eq!(differs_in(twice), field);
}

#[test]
fn a_certificate_with_other_usages_or_powers_is_not_issued() {
    let ca = extension(&BasicConstraints { ca: true, path_len_constraint: None });
    let ocsp = ExtendedKeyUsage(vec![Oid::new_unwrap("1.3.6.1.5.5.7.3.9")]);
    assert_eq!(differs_in(replace(extension(&key_usage(0b10_0001)))), "the key usage");
    assert_eq!(differs_in(remove("2.5.29.15")), "the key usage");
    assert_eq!(differs_in(replace(extension(&ocsp))), "the extended key usage");
    assert_eq!(differs_in(remove("2.5.29.37")), "the extended key usage");
    assert_eq!(differs_in(replace(ca)), "the basic constraints");
    let sid = raw_extension(Oid::new_unwrap("1.3.6.1.4.1.311.25.2"), b"\x30\x00");
    assert_eq!(differs_in(replace(sid)), "the extensions");
}

#[test]
fn what_is_no_certificate_is_not_issued() {
    let error = order().issued(b"\x30\x00".to_vec()).unwrap_err();
    assert_eq!(error.field, "its encoding");
    assert_eq!(
        error.to_string(),
        "the certificate made for serial 70313233343536373839616263646566 differs from its order in its encoding; \
         nothing was handed out"
    );
}
