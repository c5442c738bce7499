//! Manifests as people write them, read and told apart.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use scepter_crd::{Manifest, ManifestError, ScepProfile};
use scepter_policy::diagnostics::Diagnostic;
use scepter_policy::identity::ObjectKind;
use scepter_policy::profile::fields::{Fields, MaxDisruption};
use scepter_policy::rules::RuleId;
use scepter_policy::vocabulary::{DeletionPolicy, Platform};
use serde_json::{Value, json};

fn profile() -> Value {
    json!({
        "apiVersion": "scepter.dev/v1alpha1",
        "kind": "ScepProfile",
        "metadata": {"name": "corp-wifi", "namespace": "wifi"},
        "spec": {
            "platform": "Windows10AndLater",
            "certificateType": "Device",
            "subjectNameFormat": "CN={{AAD_Device_ID}}",
            "subjectAlternativeNames": [{"type": "DNS", "value": "{{AAD_Device_ID}}.corp.example"}],
            "validityPeriod": {"value": 1, "unit": "Years"},
            "keyUsages": ["DigitalSignature", "KeyEncipherment"],
            "rootCertificateRef": {"name": "corp-root"},
            "extendedKeyUsages": [{"name": "Client Authentication", "oid": "1.3.6.1.5.5.7.3.2"}],
            "scepServerURLs": ["https://scep.example.com/scep/default"],
            "assignments": {"include": [{"group": "laptops"}], "exclude": [{"group": "kiosks"}]},
        },
    })
}

fn read(value: Value) -> ScepProfile {
    match Manifest::from_value(value).unwrap() {
        Manifest::ScepProfile(profile) => *profile,
        other => panic!("{other:?}"),
    }
}

fn finding(value: Value) -> Diagnostic {
    match Manifest::from_value(value) {
        Err(ManifestError::Malformed { kind: ObjectKind::ScepProfile, finding }) => *finding,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_profile_lends_policy_every_field_as_it_was_written() {
    let mut value = profile();
    value["spec"]["maxDisruption"] = json!("25%");
    value["spec"]["keySize"] = json!(4096);
    let profile = read(value);
    let fields = Fields::from(&profile);
    assert_eq!(fields.name, "corp-wifi");
    assert_eq!(fields.platform, Platform::Windows10AndLater);
    assert_eq!(fields.subject_alternative_names[0].value, "{{AAD_Device_ID}}.corp.example");
    assert_eq!(fields.key_size, Some(4096));
    assert_eq!(fields.root_certificate_ref, "corp-root");
    assert_eq!(fields.extended_key_usages[0].oid, "1.3.6.1.5.5.7.3.2");
    assert_eq!(fields.scep_server_urls, ["https://scep.example.com/scep/default"]);
    let assignments = fields.assignments.unwrap();
    assert_eq!(assignments.include[0].group, Some("laptops"));
    assert_eq!(assignments.exclude, ["kiosks"]);
    assert!(matches!(fields.max_disruption, Some(MaxDisruption::Text("25%"))));
}

#[test]
fn what_a_profile_leaves_out_has_the_defaults_of_the_api() {
    let profile = read(profile());
    assert_eq!(profile.spec.renewal_threshold_percent, 20);
    assert_eq!(profile.spec.authority_name, "default");
    assert!(profile.spec.reissue_expired);
    assert!(!profile.spec.suspend);
    assert_eq!(profile.spec.deletion_policy, DeletionPolicy::Revoke);
    assert_eq!(profile.spec.key_size, None);
}

#[test]
fn null_stands_for_an_absent_field_or_for_its_default_as_an_api_server_has_it() {
    let mut value = profile();
    for field in ["description", "assignments", "deletionPolicy", "suspend", "renewalThresholdPercent"] {
        value["spec"][field] = Value::Null;
    }
    let mut without = profile();
    without["spec"].as_object_mut().unwrap().remove("assignments");
    assert_eq!(read(value), read(without));
    let mut value = profile();
    value["spec"]["keyUsages"] = json!([null]);
    assert_eq!(finding(value).field.as_str(), "spec.keyUsages[0]");
}

#[test]
fn an_object_of_another_api_is_foreign() {
    let foreign = Manifest::from_value(json!({"apiVersion": "v1", "kind": "ConfigMap"}));
    assert_eq!(foreign, Err(ManifestError::Foreign { api_version: "v1".to_owned() }));
    assert!(matches!(Manifest::from_value(json!([])), Err(ManifestError::Foreign { .. })));
}

#[test]
fn a_kind_that_the_api_does_not_have_is_named() {
    let mut value = profile();
    value["kind"] = json!("ScepProfil");
    let error = Manifest::from_value(value).unwrap_err();
    assert_eq!(error, ManifestError::UnknownKind { kind: "ScepProfil".to_owned() });
}

#[test]
fn a_misshapen_object_is_a_finding_at_its_field() {
    let mut value = profile();
    value["spec"]["validityPeriod"]["value"] = json!("one");
    let finding = finding(value);
    assert_eq!(finding.rule, RuleId::Val01, "the rule of the field speaks");
    assert_eq!(finding.field.as_str(), "spec.validityPeriod.value");
}

#[test]
fn a_word_outside_its_vocabulary_is_a_finding_that_lists_the_vocabulary() {
    let mut value = profile();
    value["spec"]["platform"] = json!("Solaris");
    let finding = finding(value);
    assert_eq!(finding.field.as_str(), "spec.platform");
    assert!(finding.message.contains("macOS"), "{}", finding.message);
}

#[test]
fn a_missing_field_is_named_and_spoken_of_by_its_own_rule() {
    let mut value = profile();
    let finding = |value: &Value| match Manifest::from_value(value.clone()) {
        Err(ManifestError::Malformed { finding, .. }) => finding.to_string(),
        other => panic!("{other:?}"),
    };
    assert!(Manifest::from_value(value.clone()).is_ok());
    value["spec"]["validityPeriod"].as_object_mut().unwrap().remove("unit");
    assert!(
        finding(&value).starts_with("VAL-01: spec.validityPeriod.unit: unit is missing; "),
        "{}",
        finding(&value)
    );
    value["spec"].as_object_mut().unwrap().remove("rootCertificateRef");
    value["spec"]["validityPeriod"]["unit"] = json!("Years");
    assert!(finding(&value).starts_with("ROOT-07: spec.rootCertificateRef: rootCertificateRef is missing; "));
    value.as_object_mut().unwrap().remove("spec");
    assert!(finding(&value).starts_with("SCH-01: spec: spec is missing; "));
}

#[test]
fn a_status_is_dropped_unread_whatever_it_says() {
    let mut value = profile();
    value["status"] = json!("null5555");
    let Manifest::ScepProfile(read) = Manifest::from_value(value).unwrap() else { panic!("a ScepProfile") };
    assert!(read.status.is_none());
}
