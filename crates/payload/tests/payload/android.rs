//! JSON for Android agents.

use scepter_payload::{ContentType, Root, render_root};
use scepter_policy::identity::DeviceId;
use scepter_policy::profile::fields::{AssociatedProfile, CertificateAccess, Fields, SubjectAlternativeName};
use scepter_policy::profile::{AccessMode, AssociationKind};
use scepter_policy::vocabulary::{KeyUsage, Platform, SanType};
use serde_json::{Value, json};

use super::sample::{self, CERTIFICATE, Sample, THUMBPRINT};

const CORPORATE: Platform = Platform::AndroidEnterpriseCorporate;

fn read(sample: &Sample) -> Value {
    let payload = sample.payload();
    assert_eq!(payload.content_type, ContentType::Json);
    serde_json::from_str(&payload.body).unwrap()
}

#[test]
fn a_scanner_is_asked_for_a_certificate_as_the_notes_say() {
    let apps = ["com.example.stock".to_owned(), "com.example.mail".to_owned()];
    let name = |kind, value| SubjectAlternativeName { kind, value };
    let fields = Fields {
        name: "scanners",
        display_name: Some("Warehouse \"A\""),
        subject_name_format: "CN={{SerialNumber}},OU=\"A, B\"",
        subject_alternative_names: vec![
            name(SanType::Upn, "scanner@example.com"),
            name(SanType::Dns, "{{AAD_Device_ID}}.example.com"),
        ],
        key_usages: &[KeyUsage::KeyEncipherment],
        renewal_threshold_percent: Some(25),
        certificate_access: Some(CertificateAccess { mode: AccessMode::GrantSilently, apps: &apps }),
        associated_profiles: vec![AssociatedProfile { kind: AssociationKind::WiFi, name: "stock" }],
        ..sample::fields(CORPORATE)
    };
    let sample = Sample::new(&fields, &sample::device("scanner-1", CORPORATE));
    let expected = json!({
        "Root": {
            "Id": "ce983482-a18f-539f-988d-2c0e2dcddce2",
            "DisplayName": "Acme root",
            "FileName": "acme-root.cer",
            "EncodedCertificate": "dGhlIHJvb3Qgb2YgQWNtZQ==",
        },
        "Enroll": {
            "Alias": "7af3aea0-6f9d-5c14-ab1c-48a7d0900ff9",
            "DisplayName": "Warehouse \"A\"",
            "ConfigurationParameters": {
                "ExpirationThreshold": 25,
                "KeyUsage": 32,
                "KeyLength": 2048,
                "HashAlgorithms": ["SHA-2"],
                "NDESUrls": ["https://a.example.com/scep", "https://b.example.com/scep"],
                "CAThumbprint": THUMBPRINT,
                "ValidityPeriod": 6,
                "ValidityPeriodUnit": "Months",
                "EKUMapping": [{"EKUName": "Client Authentication", "EKUOID": "1.3.6.1.5.5.7.3.2"}],
            },
            "RequestParameters": {
                "CertificateRequestToken": "c0ffee.beef",
                "SubjectName": "CN=S/N-1,OU=\"A, B\"",
                "SANs": [
                    {"AltNameType": 11, "Value": "scanner@example.com"},
                    {"AltNameType": 3, "Value": "6f1e.example.com"},
                ],
            },
            "Stores": ["VpnAndApps", "WiFi"],
            "CertificateAccess": {
                "Mode": "GrantSilently",
                "PackageNames": ["com.example.mail", "com.example.stock"],
            },
            "AssociatedProfiles": [{"Kind": "WiFi", "Name": "stock"}],
        },
    });
    assert_eq!(read(&sample), expected);
}

#[test]
fn without_a_wifi_profile_nothing_goes_to_the_wifi_store_and_the_user_approves() {
    for platform in [
        Platform::AndroidDeviceAdministrator,
        CORPORATE,
        Platform::AndroidEnterprisePersonal,
        Platform::AndroidAosp,
    ] {
        let document = read(&Sample::new(&sample::fields(platform), &sample::device("phone", platform)));
        assert_eq!(document["Enroll"]["Stores"], json!(["VpnAndApps"]), "{platform}");
        assert_eq!(document["Enroll"]["CertificateAccess"], json!({"Mode": "UserApproval"}), "{platform}");
    }
}

#[test]
fn a_device_administrator_is_told_of_both_hashes_and_the_others_of_sha_2_alone() {
    let hashes = |platform| {
        let document = read(&Sample::new(&sample::fields(platform), &sample::device("phone", platform)));
        document["Enroll"]["ConfigurationParameters"]["HashAlgorithms"].clone()
    };
    assert_eq!(hashes(Platform::AndroidDeviceAdministrator), json!(["SHA-1", "SHA-2"]));
    assert_eq!(hashes(Platform::AndroidAosp), json!(["SHA-2"]));
}

#[test]
fn a_root_alone_asks_for_nothing() {
    let profile = sample::root(CORPORATE, None);
    let root = Root { profile: &profile, certificate: CERTIFICATE };
    let device = DeviceId::new("scanner-1").unwrap();
    let payload = render_root(&sample::tenant(), &device, &root).unwrap();
    let document: Value = serde_json::from_str(&payload.body).unwrap();
    assert_eq!(document["Root"]["EncodedCertificate"], "dGhlIHJvb3Qgb2YgQWNtZQ==");
    assert_eq!(document.get("Enroll"), None);
}
