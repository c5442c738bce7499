//! SyncML.

use scepter_payload::{ContentType, RenderError, Root, render, render_root};
use scepter_policy::identity::DeviceId;
use scepter_policy::profile::fields::{ExtendedKeyUsage, Fields, SubjectAlternativeName};
use scepter_policy::root::DestinationStore;
use scepter_policy::vocabulary::{
    CertificateType, HashAlgorithm, KeyStorageProvider, KeyUsage, Platform, SanType,
};

use super::sample::{self, CERTIFICATE, Sample, THUMBPRINT};
use super::xml::{Element, parse};

const WINDOWS: Platform = Platform::Windows10AndLater;

fn wifi() -> Fields<'static> {
    let name = |kind, value| SubjectAlternativeName { kind, value };
    let usage = |name, oid| ExtendedKeyUsage { name, oid };
    Fields {
        subject_name_format: "CN=\"{{DeviceName}}, <1>\",S=Bavaria,E=it@example.com",
        subject_alternative_names: vec![
            name(SanType::Dns, "{{FullyQualifiedDomainName}}"),
            name(SanType::Email, "it@example.com"),
            name(SanType::Upn, "laptop@corp.example.com"),
            name(SanType::Uri, "acme://{{AAD_Device_ID}}?a&b"),
        ],
        key_usages: &[KeyUsage::DigitalSignature, KeyUsage::KeyEncipherment],
        extended_key_usages: vec![
            usage("Client Authentication", "1.3.6.1.5.5.7.3.2"),
            usage("Any Purpose", "2.5.29.37.0"),
        ],
        ..sample::fields(WINDOWS)
    }
}

fn laptop(fields: &Fields<'_>) -> Sample {
    Sample::new(fields, &sample::device("laptop-1", WINDOWS))
}

/// The value that a document gives to a node of the request.
fn value(document: &Element, node: &str) -> Option<String> {
    let settings = document.at(&["Atomic"]).children.iter().filter(|command| command.name == "Add");
    let found = settings
        .map(|add| add.at(&["Item"]))
        .find(|item| item.at(&["Target", "LocURI"]).text().ends_with(&format!("/Install/{node}")))?;
    Some(found.at(&["Data"]).text().to_owned())
}

#[test]
fn a_device_certificate_on_a_laptop_is_asked_for_as_the_notes_say() {
    let payload = laptop(&wifi()).payload();
    assert_eq!(payload.content_type, ContentType::SyncMl);
    assert_eq!(parse(&payload.body), parse(include_str!("expected/windows.xml")));
}

#[test]
fn a_user_certificate_goes_to_the_users_store() {
    let fields = Fields { certificate_type: CertificateType::User, ..wifi() };
    let body = laptop(&fields).payload().body;
    assert!(body.contains("./User/Vendor/MSFT/ClientCertificateInstall/SCEP/"), "{body}");
    assert!(!body.contains("./Device/Vendor/MSFT/ClientCertificateInstall"), "{body}");
}

#[test]
fn each_provider_and_usage_has_its_number() {
    for (provider, number) in [
        (KeyStorageProvider::TpmOrFail, "1"),
        (KeyStorageProvider::TpmOrSoftware, "2"),
        (KeyStorageProvider::Software, "3"),
        (KeyStorageProvider::WindowsHelloOrFail, "4"),
    ] {
        let fields = Fields { key_storage_provider: Some(provider), ..wifi() };
        let document = parse(&laptop(&fields).payload().body);
        assert_eq!(value(&document, "KeyProtection").as_deref(), Some(number), "{provider}");
    }
    for (usages, number) in [
        (&[KeyUsage::DigitalSignature][..], "128"),
        (&[KeyUsage::KeyEncipherment], "32"),
        (&[KeyUsage::DigitalSignature, KeyUsage::KeyEncipherment], "160"),
    ] {
        let document = parse(&laptop(&Fields { key_usages: usages, ..wifi() }).payload().body);
        assert_eq!(value(&document, "KeyUsage").as_deref(), Some(number), "{usages:?}");
    }
}

#[test]
fn windows_hello_gets_a_container_and_signs_with_sha_2_alone() {
    let hello = Fields { key_storage_provider: Some(KeyStorageProvider::WindowsHelloOrFail), ..wifi() };
    let document = parse(&laptop(&hello).payload().body);
    assert_eq!(value(&document, "HashAlgorithm").as_deref(), Some("SHA-2"));
    assert!(value(&document, "ContainerName").is_some());
    let other = parse(&laptop(&wifi()).payload().body);
    assert_eq!(value(&other, "HashAlgorithm").as_deref(), Some("SHA-1+SHA-2"));
    assert_eq!(value(&other, "ContainerName"), None);
}

#[test]
fn a_configured_key_size_and_hash_stand_as_configured() {
    let hashes: &[_] = &[HashAlgorithm::Sha1];
    let document = parse(
        &laptop(&Fields {
            key_size: Some(4096),
            key_storage_provider: Some(KeyStorageProvider::Software),
            hash_algorithms: Some(hashes),
            ..wifi()
        })
        .payload()
        .body,
    );
    assert_eq!(value(&document, "KeyLength").as_deref(), Some("4096"));
    assert_eq!(value(&document, "HashAlgorithm").as_deref(), Some("SHA-1"));
}

#[test]
fn a_root_goes_to_the_store_that_its_profile_names() {
    let device = DeviceId::new("laptop-1").unwrap();
    for (store, node) in [
        (DestinationStore::ComputerRoot, "./Device/Vendor/MSFT/RootCATrustedCertificates/Root"),
        (DestinationStore::ComputerIntermediate, "./Device/Vendor/MSFT/RootCATrustedCertificates/CA"),
        (DestinationStore::UserIntermediate, "./User/Vendor/MSFT/RootCATrustedCertificates/CA"),
    ] {
        let profile = sample::root(WINDOWS, Some(store));
        let root = Root { profile: &profile, certificate: CERTIFICATE };
        let document = parse(&render_root(&sample::tenant(), &device, &root).unwrap().body);
        let uri = document.at(&["Add", "Item", "Target", "LocURI"]).text();
        assert_eq!(uri, format!("{node}/{THUMBPRINT}/EncodedCertificate"));
        assert_eq!(document.children.len(), 1, "nothing but the root");
    }
}

#[test]
fn a_challenge_that_windows_cannot_encode_is_not_sent() {
    let sample = Sample { challenge: "under_score".to_owned(), ..laptop(&wifi()) };
    assert_eq!(render(&sample.delivery()), Err(RenderError::NotPrintable));
}
