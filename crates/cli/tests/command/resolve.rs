//! What `scepter resolve` says, to people and to programs.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::exit_codes::{copy_quickstart, replace};
use super::scepter::{Ended, quickstart, run};

fn resolve(manifests: &Path, profile: &str, device: &str, further: &[&str]) -> Ended {
    let words = [&["resolve", "--profile", profile, "--device", device], further, &["-f"]].concat();
    run(words.into_iter().map(AsRef::as_ref).chain([manifests.as_os_str()]))
}

fn explained(profile: &str, device: &str) -> String {
    let ended = resolve(&quickstart(), profile, device, &["--explain"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended.stdout
}

fn answer(profile: &str, device: &str) -> Value {
    let ended = resolve(&quickstart(), profile, device, &["-o", "json"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    serde_json::from_str(&ended.stdout).unwrap()
}

/// A copy of the quickstart to alter.
fn copy() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    copy_quickstart(directory.path());
    directory
}

#[test]
fn the_failing_device_of_the_quickstart_is_explained_as_to_a_colleague() {
    assert_eq!(
        explained("corp-vpn-ios", "iphone-17"),
        "\
iphone-17 gets no certificate from corp-vpn-ios: {{EmailAddress}} is empty for user jdoe (VAR-05).

1. platform       Device iphone-17 is managed as iOS, which the profile is for.
2. targets        Its user jdoe is a member of the group field-staff, which the profile includes.
3. filters        No target has a filter.
4. applicability  There are no applicability rules.
5. variables      {{UserName}} in the subject is jdoe, the userName of user jdoe.
                  {{EmailAddress}} is empty for user jdoe (VAR-05). It stands in the subject and the Email name.
                  {{UserPrincipalName}} in the UPN name is jdoe@example.com, the userPrincipalName of user jdoe.

What helps: give jdoe an emailAddress in the inventory.
"
    );
}

#[test]
fn a_device_that_gets_its_certificate_is_shown_what_it_is_asked_for() {
    let text = explained("corp-wifi-windows", "laptop-01");
    assert!(text.starts_with("laptop-01 is asked for a certificate by corp-wifi-windows.\n"), "{text}");
    assert!(text.contains(
        "\n6. root           The device must trust the root corp-root-windows first, and gets it.\n"
    ));
    assert!(
        text.ends_with(
            "
subject           CN=6f1e0000-0000-4000-8000-000000000001,OU=Laptops,O=Example
san               dns:laptop-01.corp.example.com
key               RSA 2048 bits, signs with SHA2, kept by TPMOrSoftware
usage             DigitalSignature, KeyEncipherment
                  Client Authentication (1.3.6.1.5.5.7.3.2)
validity          20 Days
url               https://scep.example.com/scep/default
"
        ),
        "{text}"
    );
}

#[test]
fn every_other_end_is_a_sentence_with_its_reason() {
    for (profile, device, sentence) in [
        ("corp-wifi-windows", "iphone-17", "corp-wifi-windows is not for iphone-17: device iphone-17 is iOS"),
        (
            "corp-wifi-windows",
            "laptop-11",
            "corp-wifi-windows is not for laptop-11: the version of device laptop-11",
        ),
        (
            "corp-wifi-windows",
            "laptop-12",
            "corp-wifi-windows does not reach laptop-12: device laptop-12 is a member",
        ),
        (
            "corp-vpn-ios",
            "iphone-19",
            "iphone-19 waits for a certificate from corp-vpn-ios: device iphone-19 does not have",
        ),
    ] {
        let text = explained(profile, device);
        assert!(text.starts_with(sentence), "{text}");
    }
}

#[test]
fn a_program_is_told_every_field_of_the_request() {
    assert_eq!(
        answer("corp-wifi-windows", "laptop-01"),
        json!({
            "result": "ok",
            "subject": "CN=6f1e0000-0000-4000-8000-000000000001,OU=Laptops,O=Example",
            "san": ["dns:laptop-01.corp.example.com"],
            "request": {
                "keySize": 2048,
                "hashAlgorithms": ["SHA2"],
                "keyUsages": ["DigitalSignature", "KeyEncipherment"],
                "extendedKeyUsages": ["1.3.6.1.5.5.7.3.2"],
                "validityPeriod": {"value": 20, "unit": "Days"},
                "keyStorageProvider": "TPMOrSoftware",
                "scepServerURLs": ["https://scep.example.com/scep/default"],
            },
        })
    );
    let scanner = answer("warehouse-wifi-android", "scanner-1");
    assert_eq!(scanner["request"]["certificateAccess"], json!({"mode": "UserApproval"}));
}

#[test]
fn a_program_is_told_each_result_by_its_word() {
    for (profile, device, result, rule) in [
        ("corp-vpn-ios", "iphone-17", "fail", json!("VAR-05")),
        ("corp-vpn-ios", "iphone-19", "pending", json!("ROOT-10")),
        ("corp-wifi-windows", "laptop-11", "notApplicable", Value::Null),
        ("corp-wifi-windows", "laptop-12", "notTargeted", Value::Null),
    ] {
        let answer = answer(profile, device);
        assert_eq!((&answer["result"], &answer["rule"]), (&json!(result), &rule), "{answer}");
        assert!(answer["message"].is_string() && answer.get("request").is_none(), "{answer}");
    }
}

#[test]
fn a_program_is_told_the_steps_when_it_asks_why() {
    let ended = resolve(&quickstart(), "corp-vpn-ios", "iphone-17", &["-o", "json", "--explain"]);
    let answer: Value = serde_json::from_str(&ended.stdout).unwrap();
    let steps = answer["steps"].as_array().unwrap();
    let topics: Vec<_> =
        steps.iter().map(|step| (step["topic"].as_str().unwrap(), &step["passed"])).collect();
    let (yes, no) = (&json!(true), &json!(false));
    let expected =
        [("platform", yes), ("targets", yes), ("filters", yes), ("applicability", yes), ("variables", no)];
    assert_eq!(topics, expected);
}

#[test]
fn a_payload_has_placeholders_for_what_only_the_issuer_knows() {
    for (profile, device, beginning) in [
        ("corp-wifi-windows", "laptop-01", "<SyncBody"),
        ("corp-vpn-ios", "iphone-11", "<?xml"),
        ("warehouse-wifi-android", "scanner-1", "{\n"),
    ] {
        let ended = resolve(&quickstart(), profile, device, &["-o", "payload"]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.stdout.starts_with(beginning), "{ended:?}");
        assert!(ended.stdout.contains("CHALLENGE-FROM-CHECK-IN"), "{ended:?}");
        assert!(ended.only_error().contains("root certificate of authority default"), "{ended:?}");
    }
}

#[test]
fn further_documents_of_an_apple_device_are_named() {
    let manifests = copy();
    let associated =
        "platform: iOS\n  associatedProfiles: [{kind: VPN, name: corp}, {kind: WiFi, name: office}]";
    replace(&manifests.path().join("corp-vpn-ios.yaml"), "platform: iOS", associated);
    let ended = resolve(manifests.path(), "corp-vpn-ios", "iphone-11", &["-o", "payload"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("VPN/corp") && ended.stderr.contains("WiFi/office"), "{ended:?}");
}

#[test]
fn a_payload_carries_a_root_that_the_files_hold() {
    let manifests = copy();
    let certificate = policy_root();
    let map = json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "roots"},
        "data": {"root.pem": certificate.pem},
    });
    std::fs::write(manifests.path().join("a-config-map.json"), map.to_string()).unwrap();
    let reference = "configMapKeyRef: {name: roots, key: root.pem}";
    replace(&manifests.path().join("roots.yaml"), "authorityName: default", reference);
    let ended = resolve(manifests.path(), "corp-wifi-windows", "laptop-01", &["-o", "payload"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
    assert!(ended.stdout.contains(&certificate.base64), "{ended:?}");
}

#[test]
fn where_a_device_gets_nothing_there_is_no_payload_but_the_reason() {
    let ended = resolve(&quickstart(), "corp-vpn-ios", "iphone-17", &["-o", "payload"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(0), ""), "{ended:?}");
    assert!(ended.only_error().contains("VAR-05"), "{ended:?}");
}

#[test]
fn a_misspelt_name_is_answered_with_the_one_that_was_meant() {
    let profile = resolve(&quickstart(), "corp-vpn-iso", "iphone-17", &[]);
    assert!(profile.only_error().contains("did you mean default/corp-vpn-ios?"), "{profile:?}");
    let device = resolve(&quickstart(), "corp-vpn-ios", "iphone17", &[]);
    assert!(device.only_error().contains("did you mean iphone-17?"), "{device:?}");
}

#[test]
fn a_name_in_two_namespaces_is_answered_with_both() {
    let manifests = copy();
    let text = std::fs::read_to_string(manifests.path().join("corp-vpn-ios.yaml")).unwrap();
    let text = text.replace("  name: corp-vpn-ios", "  name: corp-vpn-ios\n  namespace: emea");
    std::fs::write(manifests.path().join("another.yaml"), text).unwrap();
    let ended = resolve(manifests.path(), "corp-vpn-ios", "iphone-17", &[]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.only_error().contains("default/corp-vpn-ios, emea/corp-vpn-ios"), "{ended:?}");
    let one = resolve(manifests.path(), "default/corp-vpn-ios", "iphone-17", &[]);
    assert_eq!(one.code, Some(0), "{one:?}");
}

#[test]
fn a_profile_without_the_shape_of_one_has_errors_and_is_not_unknown() {
    let manifests = copy();
    replace(&manifests.path().join("corp-vpn-ios.yaml"), "keySize: 2048", "keySize: [many]");
    let ended = resolve(manifests.path(), "corp-vpn-ios", "iphone-17", &[]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.only_error().contains("keySize"), "{ended:?}");
}

struct Certificate {
    pem: String,
    base64: String,
}

/// A root of the policy's own tests, as PEM and as one line of base64.
fn policy_root() -> Certificate {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policy/tests/certificates/root.pem");
    let pem = std::fs::read_to_string(file).unwrap();
    let base64 = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    Certificate { pem, base64 }
}
