//! What `scepter lint --authority` asks: the authorities of a configuration, judged from files alone.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use scepter_crd::Manifest;
use scepter_issuer::{OfflineAuthorities, OfflineError};
use scepter_policy::identity::Namespace;
use scepter_policy::profile::Profile;
use scepter_policy::root::TrustedRoot;
use serde_json::{Value, json};

const SHA256_OF_NAMESAKE: &str =
    "CD:41:10:79:FA:F6:57:A0:8B:0E:33:0C:32:93:B7:E6:4F:3C:28:66:64:EA:F7:68:8E:AA:40:0D:25:8A:FA:12";

/// An authority for the namespaces `wifi-*`, with more lines of configuration.
fn authorities(more: &str) -> Result<OfflineAuthorities, OfflineError> {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("issuer.yaml");
    let text = format!(
        "
apiVersion: config.scepter.dev/v1alpha1
kind: IssuerConfiguration
data: {}
authorities:
- name: default
  namespaces: [\"wifi-*\"]
  create: {{algorithm: P256, subject: CN=Test CA}}
  permitted: [{{subject: {{O: [Acme]}}, extendedKeyUsages: [1.3.6.1.5.5.7.3.2]}}]
{more}
",
        directory.path().display()
    );
    std::fs::write(&file, text).unwrap();
    OfflineAuthorities::read(&file)
}

/// The same, with its certificates in files.
fn made(more: &str) -> OfflineAuthorities {
    let chain = certificates().join("root.pem").display().to_string();
    let keys = "signingKey: {file: absent}, decryptionKey: {file: absent}, certificates: {file: absent}";
    authorities(&format!(
        "  certificateChain: {{file: {chain}}}\n  signingKey: {{file: absent}}\n  ra: {{{keys}}}\n{more}"
    ))
    .unwrap()
}

fn certificates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../policy/tests/certificates")
}

fn now() -> Timestamp {
    "2030-06-01T00:00:00Z".parse().unwrap()
}

fn profile(change: impl FnOnce(&mut Value)) -> Profile {
    let mut object = json!({
        "apiVersion": "scepter.dev/v1alpha1",
        "kind": "ScepProfile",
        "metadata": {"name": "wifi", "namespace": "wifi-1"},
        "spec": {
            "platform": "iOS",
            "certificateType": "Device",
            "subjectNameFormat": "CN={{DeviceName}},O=Acme",
            "validityPeriod": {"value": 1, "unit": "Years"},
            "keyUsages": ["DigitalSignature"],
            "rootCertificateRef": {"name": "root"},
            "extendedKeyUsages": [{"name": "Client Authentication", "oid": "1.3.6.1.5.5.7.3.2"}],
            "scepServerURLs": ["https://scep.example.com/scep/default"],
        },
    });
    change(&mut object["spec"]);
    match Manifest::from_value(object).unwrap() {
        Manifest::ScepProfile(profile) => profile.parse().unwrap().0,
        other => panic!("{other:?}"),
    }
}

fn root(certificate: &Value) -> TrustedRoot {
    let object = json!({
        "apiVersion": "scepter.dev/v1alpha1",
        "kind": "TrustedRootProfile",
        "metadata": {"name": "root", "namespace": "wifi-1"},
        "spec": {"platform": "iOS", "certificate": certificate},
    });
    match Manifest::from_value(object).unwrap() {
        Manifest::TrustedRootProfile(root) => root.parse(None, now()).unwrap().0,
        other => panic!("{other:?}"),
    }
}

fn pem(file: &str) -> TrustedRoot {
    root(&json!({"pem": std::fs::read_to_string(certificates().join(file)).unwrap()}))
}

/// The rules that speak of a profile and its root in a namespace.
fn rules(
    by: &OfflineAuthorities,
    profile: &Profile,
    root: Option<&TrustedRoot>,
    namespace: &str,
    now: Timestamp,
) -> Vec<&'static str> {
    let findings = by.judge_profile(profile, root, &Namespace::new(namespace).unwrap(), now);
    findings.iter().map(|finding| finding.rule.as_str()).collect()
}

fn rule_of_root(by: &OfflineAuthorities, root: &TrustedRoot, namespace: &str) -> Option<&'static str> {
    by.judge_root(root, &Namespace::new(namespace).unwrap()).map(|finding| finding.rule.as_str())
}

#[test]
fn what_the_configuration_says_is_judged_without_any_certificate() {
    let by = authorities("  maxValidity: {value: 6, unit: Months}\n").unwrap();
    let fitting = profile(|spec| spec["validityPeriod"] = json!({"value": 30, "unit": "Days"}));
    assert_eq!(rules(&by, &fitting, None, "wifi-1", now()), [""; 0]);
    assert_eq!(rules(&by, &profile(|_| {}), None, "wifi-1", now()), ["VAL-04"]);
    assert_eq!(rules(&by, &fitting, None, "vpn", now()), ["AUT-10"]);
    let far = profile(|spec| {
        spec["validityPeriod"] = json!({"value": 30, "unit": "Days"});
        spec["subjectNameFormat"] = json!("CN={{DeviceName}},O=Evil");
        spec["extendedKeyUsages"][0]["oid"] = json!("1.3.6.1.5.5.7.3.9");
    });
    assert_eq!(rules(&by, &far, None, "wifi-1", now()), ["AUT-08", "AUT-01"]);
}

#[test]
fn what_only_certificates_or_an_address_would_tell_stays_unsaid_until_they_are_known() {
    let end = "9000-01-01T00:00:00Z".parse().unwrap();
    let by = authorities("").unwrap();
    assert_eq!(rules(&by, &profile(|_| {}), Some(&pem("namesake.pem")), "wifi-1", end), [""; 0]);
    assert_eq!(rule_of_root(&by, &pem("namesake.pem"), "wifi-1"), None);
    let by = made("  publicURLs: [https://elsewhere.example/scep/default]\n");
    let spoke = rules(&by, &profile(|_| {}), Some(&pem("namesake.pem")), "wifi-1", end);
    assert_eq!(spoke, ["VAL-05", "URL-13", "ROOT-08"]);
    assert_eq!(rules(&by, &profile(|_| {}), Some(&pem("root.pem")), "wifi-1", now()), ["URL-13"]);
}

#[test]
fn the_root_of_another_authority_is_known_by_its_name() {
    let by = authorities("- name: other\n  create: {algorithm: P256, subject: CN=Other CA}\n").unwrap();
    let spoke = |authority: &str| {
        rules(&by, &profile(|_| {}), Some(&root(&json!({"authorityName": authority}))), "wifi-1", now())
    };
    assert_eq!(spoke("other"), ["ROOT-08"]);
    assert_eq!(spoke("default"), [""; 0]);
}

#[test]
fn a_root_is_delivered_where_an_authority_that_serves_the_namespace_has_or_lists_it() {
    let by = made("");
    assert_eq!(rule_of_root(&by, &pem("root.pem"), "wifi-1"), None);
    assert_eq!(rule_of_root(&by, &pem("root.pem"), "vpn"), Some("AUT-11"));
    assert_eq!(rule_of_root(&by, &pem("namesake.pem"), "wifi-1"), Some("AUT-11"));
    let listing = made(&format!("  trustedRoots: [\"{SHA256_OF_NAMESAKE}\"]\n"));
    assert_eq!(rule_of_root(&listing, &pem("namesake.pem"), "wifi-1"), None);
    let named = root(&json!({"authorityName": "elsewhere"}));
    assert_eq!(rule_of_root(&by, &named, "wifi-1"), Some("AUT-10"));
}

#[test]
fn a_next_ca_has_a_root_of_its_own_and_judges_from_its_time_on() {
    let chain = certificates().join("namesake.pem").display().to_string();
    let keys = "signingKey: {file: absent}, decryptionKey: {file: absent}, certificates: {file: absent}";
    let by = made(&format!(
        "  next:\n    caName: default-next\n    from: 2031-01-01T00:00:00Z\n    certificateChain: {{file: {chain}}}\n    \
         signingKey: {{file: absent}}\n    ra: {{{keys}}}\n"
    ));
    for file in ["root.pem", "namesake.pem"] {
        assert_eq!(rule_of_root(&by, &pem(file), "wifi-1"), None, "{file}");
        assert_eq!(rules(&by, &profile(|_| {}), Some(&pem(file)), "wifi-1", now()), [""; 0], "{file}");
    }
}

#[test]
fn a_file_without_certificates_is_named_with_what_belongs_there() {
    let no_pem = tempfile::NamedTempFile::new().unwrap();
    let file = no_pem.path().display().to_string();
    let keys = "signingKey: {file: absent}, decryptionKey: {file: absent}, certificates: {file: absent}";
    let refused = authorities(&format!(
        "  certificateChain: {{file: {file}}}\n  signingKey: {{file: absent}}\n  ra: {{{keys}}}\n"
    ));
    let error = refused.unwrap_err().to_string();
    assert!(error.contains(&file) && error.contains("root last"), "{error}");
}

#[test]
fn a_configuration_that_no_issuer_starts_with_judges_nothing() {
    let twice = authorities("- name: default\n").unwrap_err();
    assert!(matches!(twice, OfflineError::Configuration(_)), "{twice}");
}
