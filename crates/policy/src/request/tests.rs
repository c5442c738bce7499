use std::str::FromStr;

use der::Decode;
use der::asn1::{Any, BitString, Ia5String, OctetString};
use proptest::prelude::*;
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::ext::pkix::name::{GeneralName as X509GeneralName, OtherName};
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage};
use x509_cert::name::Name;

use super::sample::{Csr, alternative_names, extension, key_usage, raw_extension, rsa_key, rsa_key_of};
use super::*;
use crate::issuance::{Refusal, RefusalReason};
use crate::name::{Attribute, AttributeType, RelativeDistinguishedName};
use crate::profile::Validity;
use crate::resolve::ResolvedRequest;
use crate::vocabulary::{KeySize, Platform, ValidityUnit};

const CLIENT_AUTH: Oid = Oid::new_unwrap("1.3.6.1.5.5.7.3.2");
const SAN: Oid = Oid::new_unwrap("2.5.29.17");
const KU: Oid = Oid::new_unwrap("2.5.29.15");
const EKU: Oid = Oid::new_unwrap("2.5.29.37");

fn name(parts: &[(AttributeType, &str)]) -> DistinguishedName {
    let rdn = |&(kind, value): &(AttributeType, &str)| RelativeDistinguishedName {
        attributes: vec![Attribute { kind, value: value.to_owned() }],
    };
    DistinguishedName { rdns: parts.iter().map(rdn).collect() }
}

/// What a device was asked for: a subject of two parts, two names, two usages.
fn asked() -> ResolvedRequest {
    ResolvedRequest {
        platform: Platform::Windows10AndLater,
        subject: name(&[(AttributeType::CommonName, "jdoe"), (AttributeType::Organization, "Acme, Inc")]),
        subject_alternative_names: vec![
            GeneralName::Upn("jdoe@corp.example".into()),
            GeneralName::Dns("laptop-1.corp.example".into()),
        ],
        key_size: KeySize::Bits2048,
        key_usages: BTreeSet::from([KeyUsage::DigitalSignature, KeyUsage::KeyEncipherment]),
        extended_key_usages: vec![CLIENT_AUTH],
        hash_algorithms: BTreeSet::new(),
        validity: Validity { value: 1, unit: ValidityUnit::Years },
        key_storage_provider: None,
    }
}

fn csr() -> Csr {
    Csr::asked(&asked())
}

fn refused(csr: &Csr) -> RefusalReason {
    compare(&asked(), &csr.facts()).expect_err("the request differs").reason
}

fn upn(value: &str) -> X509GeneralName {
    GeneralName::Upn(value.into()).to_x509().unwrap()
}

fn dns(value: &str) -> X509GeneralName {
    GeneralName::Dns(value.into()).to_x509().unwrap()
}

#[test]
fn the_facts_are_what_the_request_says() {
    let facts = csr().facts();
    assert_eq!(facts.subject.to_string(), "CN=jdoe,O=\"Acme, Inc\"");
    assert_eq!(facts.subject_alternative_names, asked().subject_alternative_names);
    assert_eq!(facts.key_usage, Some(0b101));
    assert_eq!(facts.extended_key_usages, Some(BTreeSet::from([CLIENT_AUTH])));
    assert_eq!(facts.public_key, PublicKey::Rsa { bits: 2048, exponent: Some(65537) });
    assert!(!facts.wants_ca && !facts.has_foreign_names && facts.other_extensions.is_empty());
}

#[test]
fn the_request_that_was_asked_for_is_accepted_under_either_attribute() {
    assert_eq!(compare(&asked(), &csr().facts()), Ok(()));
    let mut microsoft = csr();
    microsoft.attribute = Oid::new_unwrap("1.3.6.1.4.1.311.2.1.14");
    assert_eq!(compare(&asked(), &microsoft.facts()), Ok(()));
}

/// Made by `openssl req -new -newkey rsa:2048` for the names and usages of [`asked`], with `string_mask = utf8only`.
const OPENSSL: &[u8] = include_bytes!("../../tests/requests/openssl-3.der");

#[test]
fn a_request_that_openssl_made_is_accepted() {
    assert_eq!(compare(&asked(), &RequestFacts::from_der(OPENSSL).unwrap()), Ok(()));
}

#[test]
fn the_order_of_alternative_names_says_nothing() {
    let names = vec![dns("laptop-1.corp.example"), upn("jdoe@corp.example")];
    assert_eq!(compare(&asked(), &csr().with(alternative_names(names)).facts()), Ok(()));
}

#[test]
fn usages_that_a_device_cannot_send_may_be_absent() {
    for platform in [Platform::Ios, Platform::Windows10AndLater, Platform::AndroidAosp] {
        let asked = ResolvedRequest { platform, ..asked() };
        assert_eq!(compare(&asked, &csr().without(KU).without(EKU).facts()), Ok(()), "{platform}");
    }
}

#[test]
fn another_subject_is_refused() {
    use AttributeType::{CommonName, Organization, OrganizationalUnit};
    let acme = (Organization, "Acme, Inc");
    for parts in [
        &[(CommonName, "admin"), acme][..],
        &[(CommonName, "JDOE"), acme],
        &[(CommonName, "jdoe\0"), acme],
        &[(CommonName, "jdoe ")][..],
        &[(CommonName, "jdoe")],
        &[acme, (CommonName, "jdoe")],
        &[(CommonName, "jdoe"), acme, (CommonName, "admin")],
        &[(OrganizationalUnit, "jdoe"), acme],
        &[(CommonName, "jdoe,O=\"Acme, Inc\"")],
    ] {
        let name = Name::from_der(&name(parts).to_der().unwrap()).unwrap();
        assert_eq!(refused(&csr().named(name)), RefusalReason::SubjectNameMismatch, "{parts:?}");
    }
}

#[test]
fn an_empty_subject_is_missing() {
    assert_eq!(refused(&csr().named(Name::default())), RefusalReason::SubjectNameMissing);
}

#[test]
fn other_alternative_names_are_refused() {
    let first = || upn("jdoe@corp.example");
    let second = || dns("laptop-1.corp.example");
    let address = X509GeneralName::IpAddress(OctetString::new([10, 0, 0, 1]).unwrap());
    let email = X509GeneralName::Rfc822Name(Ia5String::new("jdoe@corp.example").unwrap());
    let other = X509GeneralName::OtherName(OtherName {
        type_id: Oid::new_unwrap("1.3.6.1.5.2.2"),
        value: Any::null(),
    });
    let directory = X509GeneralName::DirectoryName(Name::from_str("CN=admin").unwrap());
    for names in [
        vec![first()],
        vec![first(), first()],
        vec![first(), second(), second()],
        vec![first(), second(), upn("administrator@corp.example")],
        vec![upn("administrator@corp.example"), second()],
        vec![upn("jdoe@corp.example\0.evil.example"), second()],
        vec![upn("JDOE@corp.example"), second()],
        vec![email, second()],
        vec![first(), second(), address],
        vec![first(), second(), other],
        vec![first(), second(), directory],
    ] {
        let csr = csr().with(alternative_names(names.clone()));
        assert_eq!(refused(&csr), RefusalReason::SubjectAltNameMismatch, "{names:?}");
    }
}

#[test]
fn absent_alternative_names_are_missing() {
    assert_eq!(refused(&csr().without(SAN)), RefusalReason::SubjectAltNameMissing);
}

#[test]
fn alternative_names_that_nobody_asked_for_are_refused() {
    let asked = ResolvedRequest { subject_alternative_names: Vec::new(), ..asked() };
    assert_eq!(compare(&asked, &csr().without(SAN).facts()), Ok(()));
    let refusal = compare(&asked, &csr().facts()).unwrap_err();
    assert_eq!(refusal.reason, RefusalReason::SubjectAltNameMismatch);
}

#[test]
fn another_key_usage_is_refused() {
    // digitalSignature alone, with nonRepudiation, keyCertSign, none.
    for bits in [0b1, 0b111, 0b100_0101, 0] {
        let csr = csr().with(extension(&key_usage(bits)));
        assert_eq!(refused(&csr), RefusalReason::KeyUsageMismatch, "{bits:b}");
    }
}

#[test]
fn other_extended_key_usages_are_refused() {
    let ocsp_signing = Oid::new_unwrap("1.3.6.1.5.5.7.3.9");
    for usages in [vec![ocsp_signing], vec![CLIENT_AUTH, ocsp_signing]] {
        let csr = csr().with(extension(&ExtendedKeyUsage(usages)));
        assert_eq!(refused(&csr), RefusalReason::EnhancedKeyUsageMismatch);
    }
}

#[test]
fn a_request_to_be_a_ca_is_refused() {
    let ca = extension(&BasicConstraints { ca: true, path_len_constraint: None });
    assert_eq!(refused(&csr().with(ca)), RefusalReason::ExtensionRefused);
    let end_entity = extension(&BasicConstraints { ca: false, path_len_constraint: None });
    assert_eq!(compare(&asked(), &csr().with(end_entity).facts()), Ok(()));
}

#[test]
fn an_extension_that_no_profile_gives_is_refused_and_a_harmless_one_ignored() {
    // Name constraints; Microsoft's security extension, which carries a SID.
    for oid in ["2.5.29.30", "1.3.6.1.4.1.311.25.2"] {
        let csr = csr().with(raw_extension(Oid::new_unwrap(oid), b"\x30\x00"));
        assert_eq!(refused(&csr), RefusalReason::ExtensionRefused, "{oid}");
    }
    for oid in ["1.3.6.1.4.1.311.20.2", "1.2.840.113549.1.9.15", "2.5.29.14"] {
        let csr = csr().with(raw_extension(Oid::new_unwrap(oid), b"\x30\x00"));
        assert_eq!(compare(&asked(), &csr.facts()), Ok(()), "{oid}");
    }
}

#[test]
fn a_key_of_another_size_is_refused() {
    for bits in [1024, 2040, 2056, 4096, 16384] {
        let csr = csr().keyed(rsa_key(bits, &[1, 0, 1]));
        assert_eq!(refused(&csr), RefusalReason::KeyLengthMismatch, "{bits}");
    }
}

#[test]
fn a_key_of_another_kind_is_refused() {
    let p256 = Any::encode_from(&Oid::new_unwrap("1.2.840.10045.3.1.7")).unwrap();
    for (oid, parameters) in [("1.2.840.10045.2.1", Some(p256)), ("1.3.101.112", None)] {
        let algorithm = AlgorithmIdentifierOwned { oid: Oid::new_unwrap(oid), parameters };
        let subject_public_key = BitString::from_bytes(&[4; 65]).unwrap();
        let csr = csr().keyed(SubjectPublicKeyInfoOwned { algorithm, subject_public_key });
        assert_eq!(refused(&csr), RefusalReason::KeyLengthMismatch, "{oid}");
    }
}

#[test]
fn a_weak_exponent_is_refused() {
    for exponent in [&[3][..], &[1], &[0xff, 0xff], &[1, 0, 0], &[1; 9]] {
        let csr = csr().keyed(rsa_key(2048, exponent));
        assert_eq!(refused(&csr), RefusalReason::WeakKey, "{exponent:?}");
    }
}

#[test]
fn an_even_modulus_is_refused() {
    let csr = csr().keyed(rsa_key_of(&[0xa4; 256], &[1, 0, 1]));
    assert_eq!(refused(&csr), RefusalReason::WeakKey);
}

#[test]
fn a_refusal_shows_no_control_character_of_the_request() {
    let evil = name(&[(AttributeType::CommonName, "a\u{1b}[2J\u{202e}b\nc")]);
    let csr = csr().named(Name::from_der(&evil.to_der().unwrap()).unwrap());
    let refusal = compare(&asked(), &csr.facts()).unwrap_err();
    let shown = format!("{} {}", refusal.message, refusal.detail.unwrap());
    assert!(!shown.chars().any(|c| c.is_control() || c == '\u{202e}'), "{shown}");
}

#[test]
fn a_refusal_names_the_fields_that_differ_and_their_values_to_the_audit_alone() {
    let mallory = name(&[(AttributeType::CommonName, "mallory")]);
    let renamed = csr().named(Name::from_der(&mallory.to_der().unwrap()).unwrap());
    let mut with_other_names = csr();
    with_other_names.extensions = vec![alternative_names(vec![upn("mallory@corp.example")])];
    for (csr, field) in [(renamed, "CN"), (with_other_names, "UPN")] {
        let Refusal { message, detail, .. } = compare(&asked(), &csr.facts()).unwrap_err();
        let detail = detail.unwrap();
        assert!(message.contains(field) && !message.contains("mallory"), "{message}");
        assert!(detail.contains("mallory"), "{detail}");
        let asked_for = asked().subject.to_string();
        assert!(!message.contains(&asked_for), "{message}");
    }
}

#[test]
fn what_is_no_request_is_unreadable() {
    let der = csr().der();
    let trailing = [der.as_slice(), b"\0"].concat();
    for bytes in [&b""[..], b"\x30\x00", &der[..der.len() - 1], &trailing] {
        let error = RequestFacts::from_der(bytes).unwrap_err();
        assert!(matches!(error, RequestError::NotPkcs10(_)), "{error}");
        let reason = Refusal::from(error).reason;
        assert_eq!(reason, RefusalReason::CertificateRequestDecodingFailed);
    }
    let huge = vec![0; MAX_REQUEST_SIZE + 1];
    assert_eq!(RequestFacts::from_der(&huge), Err(RequestError::TooLarge(MAX_REQUEST_SIZE + 1)));
}

#[test]
fn an_extension_that_is_asked_for_twice_is_unreadable() {
    let mut twice = csr();
    twice.extensions.push(alternative_names(vec![upn("administrator@corp.example")]));
    assert_eq!(RequestFacts::from_der(&twice.der()), Err(RequestError::RepeatedExtension(SAN)));
}

#[test]
fn an_extension_with_a_broken_value_is_unreadable() {
    let broken = csr().with(raw_extension(SAN, b"\x30\x03\x82\x05a"));
    let error = RequestFacts::from_der(&broken.der()).unwrap_err();
    assert!(matches!(error, RequestError::Extension { oid: SAN, .. }), "{error}");
}

#[test]
fn more_extensions_than_a_device_has_use_for_are_unreadable() {
    let mut many = csr();
    many.extensions = (0..33)
        .map(|n| raw_extension(Oid::new_unwrap("1.3.6.1.4.1").push_arc(n).unwrap(), b"\x05\0"))
        .collect();
    assert_eq!(RequestFacts::from_der(&many.der()), Err(RequestError::TooManyExtensions(33)));
}

#[test]
fn a_key_that_smuggles_something_in_its_parameters_is_unreadable() {
    let mut key = rsa_key(2048, &[1, 0, 1]);
    key.algorithm.parameters = Some(Any::new(der::Tag::OctetString, *b"hidden").unwrap());
    let error = RequestFacts::from_der(&csr().keyed(key).der()).unwrap_err();
    assert!(matches!(error, RequestError::PublicKey(_)), "{error}");
}

proptest! {
    #[test]
    fn a_damaged_request_is_read_or_refused_and_never_more(
        at in 0..csr().der().len(),
        byte: u8,
        length in 0..csr().der().len(),
    ) {
        let mut der = csr().der();
        der[at] = byte;
        if let Ok(facts) = RequestFacts::from_der(&der) {
            let _ = compare(&asked(), &facts);
        }
        prop_assert!(RequestFacts::from_der(&der[..length]).is_err());
    }
}
