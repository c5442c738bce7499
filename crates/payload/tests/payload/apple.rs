//! Configuration profiles.

use plist::Value;
use scepter_payload::{ContentType, Root, render_root};
use scepter_policy::identity::{Association, DeviceId};
use scepter_policy::profile::AssociationKind;
use scepter_policy::profile::fields::{AssociatedProfile, Fields, SubjectAlternativeName};
use scepter_policy::vocabulary::{CertificateType, KeyUsage, Platform, SanType};

use super::sample::{self, CERTIFICATE, Sample};
use super::xml;

fn read(document: &str) -> Value {
    Value::from_reader_xml(document.as_bytes()).unwrap()
}

fn vpn() -> Fields<'static> {
    let name = |kind, value| SubjectAlternativeName { kind, value };
    Fields {
        name: "vpn",
        display_name: Some("VPN <field> & staff"),
        certificate_type: CertificateType::User,
        subject_name_format: "CN={{UserName}},E={{EmailAddress}},OU=Field+O=Acme,S=Bavaria,DC=example,\
                              STREET=Ring 1,T=Dr,G=Jane,I=J,SN=Doe,2.5.4.5={{SerialNumber}},L=Munich,C=DE",
        subject_alternative_names: vec![
            name(SanType::Upn, "{{UserPrincipalName}}"),
            name(SanType::Email, "{{EmailAddress}}"),
            name(SanType::Dns, "b.example.com"),
            name(SanType::Dns, "a.example.com"),
            name(SanType::Uri, "acme:{{SerialNumber}}"),
        ],
        key_usages: &[KeyUsage::DigitalSignature, KeyUsage::KeyEncipherment],
        associated_profiles: vec![AssociatedProfile { kind: AssociationKind::WiFi, name: "corp" }],
        authority_name: Some("issuing-1"),
        ..sample::fields(Platform::Ios)
    }
}

/// The SCEP dictionary of a profile.
fn scep(sample: &Sample) -> plist::Dictionary {
    let profile = read(&sample.payload().body).into_dictionary().unwrap();
    let content = profile["PayloadContent"].as_array().unwrap();
    content[1].as_dictionary().unwrap()["PayloadContent"].as_dictionary().unwrap().clone()
}

#[test]
fn a_user_certificate_for_wifi_on_an_iphone_is_asked_for_as_the_notes_say() {
    let mut sample = Sample::new(&vpn(), &sample::device("iphone-1", Platform::Ios));
    sample.key.association = Association::WiFi("corp".to_owned());
    let payload = sample.payload();
    assert_eq!(payload.content_type, ContentType::ConfigurationProfile);
    assert_eq!(read(&payload.body), read(include_str!("expected/ios.mobileconfig")));
    assert_eq!(xml::parse(&payload.body).name, "plist", "another reader takes it for XML as well");
}

#[test]
fn macos_gets_it_for_the_system_with_a_key_that_stays_where_it_is() {
    let sample = Sample::new(&sample::fields(Platform::Macos), &sample::device("macbook-1", Platform::Macos));
    assert_eq!(scep(&sample)["KeyIsExtractable"], Value::Boolean(false));
    let profile = read(&sample.payload().body).into_dictionary().unwrap();
    assert_eq!(profile["PayloadScope"].as_string(), Some("System"));
}

#[test]
fn an_unconfigured_key_size_is_2048_bits_and_not_apples_own_default() {
    let sample = Sample::new(&sample::fields(Platform::Ios), &sample::device("iphone-1", Platform::Ios));
    assert_eq!(scep(&sample)["Keysize"].as_unsigned_integer(), Some(2048));
    assert!(!scep(&sample).contains_key("SubjectAltName"), "a profile without names asks for none");
}

#[test]
fn each_key_usage_has_its_bit() {
    for (usages, bits) in [
        (&[KeyUsage::DigitalSignature][..], 1),
        (&[KeyUsage::KeyEncipherment], 4),
        (&[KeyUsage::DigitalSignature, KeyUsage::KeyEncipherment], 5),
    ] {
        let fields = Fields { key_usages: usages, ..sample::fields(Platform::Ios) };
        let sample = Sample::new(&fields, &sample::device("iphone-1", Platform::Ios));
        assert_eq!(scep(&sample)["Key Usage"].as_unsigned_integer(), Some(bits), "{usages:?}");
    }
}

#[test]
fn a_root_alone_is_a_profile_of_one_payload() {
    let root = sample::root(Platform::Ios, None);
    let root = Root { profile: &root, certificate: CERTIFICATE };
    let device = DeviceId::new("iphone-1").unwrap();
    let payload = render_root(&sample::tenant(), &device, &root).unwrap();
    let profile = read(&payload.body).into_dictionary().unwrap();
    assert_eq!(profile["PayloadDisplayName"].as_string(), Some("Acme root"));
    let [content] = profile["PayloadContent"].as_array().unwrap().as_slice() else { panic!("{profile:?}") };
    let content = content.as_dictionary().unwrap();
    assert_eq!(content["PayloadType"].as_string(), Some("com.apple.security.root"));
    assert_eq!(content["PayloadContent"].as_data(), Some(CERTIFICATE));
}
