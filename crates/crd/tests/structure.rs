//! Objects against the generated schemas: what is found, where, by which rule, with which help.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use scepter_crd::Schemas;
use scepter_policy::diagnostics::Diagnostics;
use scepter_policy::identity::ObjectKind;

const PROFILE: &str = "\
apiVersion: scepter.dev/v1alpha1
kind: ScepProfile
metadata:
  name: corp-wifi
  namespace: wifi
  labels: {team: network}
spec:
  platform: Windows10AndLater
  certificateType: Device
  subjectNameFormat: CN={{AAD_Device_ID}}
  subjectAlternativeNames:
  - type: DNS
    value: '{{AAD_Device_ID}}.corp.example'
  validityPeriod: {value: 1, unit: Years}
  keyUsages: [DigitalSignature, KeyEncipherment]
  keySize: 2048
  rootCertificateRef: {name: corp-root}
  extendedKeyUsages:
  - {name: Client Authentication, oid: 1.3.6.1.5.5.7.3.2}
  scepServerURLs: [https://scep.example.com/scep/default]
  maxDisruption: 25%
  assignments:
    include: [{group: laptops}]
";

fn judge(kind: ObjectKind, text: &str) -> Diagnostics {
    let node = scepter_yaml::documents(text).next().unwrap().unwrap();
    Schemas::new().unwrap().check(kind, &node)
}

/// The findings about the profile with one line replaced, as `RULE field: message; help`.
fn changed(line: &str, replacement: &str) -> Vec<String> {
    assert!(PROFILE.contains(line), "{line}");
    let findings = judge(ObjectKind::ScepProfile, &PROFILE.replace(line, replacement));
    findings.iter().map(ToString::to_string).collect()
}

#[test]
fn a_right_profile_has_no_findings() {
    assert_eq!(judge(ObjectKind::ScepProfile, PROFILE), Diagnostics::none());
}

#[test]
fn every_mistake_is_found_at_its_field_by_the_rule_that_speaks_of_it() {
    let cases = [
        ("keySize: 2048", "keySize: '2048'", r#"KEY-01: spec.keySize: "2048" is text, not a whole number"#),
        ("keySize: 2048", "keySize: 2000", "KEY-01: spec.keySize: \"2000\" is none of 1024, 2048, 4096"),
        ("keySize: 2048", "keySize: null", "KEY-01: spec.keySize: null is none of 1024, 2048, 4096"),
        ("keySize: 2048", "keySize: 2048.5", "KEY-01: spec.keySize: 2048.5 is a number, not a whole number"),
        (
            "certificateType: Device",
            "certificateType: no",
            "SCH-01: spec.certificateType: false is a boolean, not text",
        ),
        (
            "unit: Years",
            "unit: years",
            "VAL-01: spec.validityPeriod.unit: \"years\" is none of Days, Months, Years; did you mean Years?",
        ),
        (", unit: Years", "", "VAL-01: spec.validityPeriod.unit: unit is missing; set unit"),
        ("{value: 1, unit: Years}", "", "VAL-01: spec.validityPeriod: nothing stands here, not an object"),
        ("value: 1,", "value: 0,", "VAL-01: spec.validityPeriod.value: 0 is below 1"),
        (
            "subjectNameFormat:",
            "subjectNameFromat:",
            "SCH-01: spec.subjectNameFromat: \"subjectNameFromat\" is no field of this object; did you mean subjectNameFormat?",
        ),
        ("type: DNS", "type: Dns", "SAN-01: spec.subjectAlternativeNames[0].type: \"Dns\" is none of"),
        (
            "'{{AAD_Device_ID}}.corp.example'",
            "{AAD_Device_ID: x}",
            "SAN-03: spec.subjectAlternativeNames[0].value: this is an object, not text; write text",
        ),
        (
            "[DigitalSignature, KeyEncipherment]",
            "DigitalSignature",
            "KU-01: spec.keyUsages: \"DigitalSignature\" is text, not a list; write it as an element",
        ),
        (
            "[DigitalSignature, KeyEncipherment]",
            "[DigitalSignature, DigitalSignature]",
            "KU-01: spec.keyUsages[1]: element 0 is the same",
        ),
        (
            "[DigitalSignature, KeyEncipherment]",
            "[null]",
            "KU-01: spec.keyUsages[0]: nothing stands here, not text",
        ),
        (
            "  scepServerURLs",
            "  - {name: Again, oid: 1.3.6.1.5.5.7.3.2}\n  scepServerURLs",
            "EKU-01: spec.extendedKeyUsages[1]: element 0 has the same oid",
        ),
        ("maxDisruption: 25%", "maxDisruption: 250%", "SCH-01: spec.maxDisruption: \"250%\" does not match"),
        (
            "maxDisruption: 25%",
            "maxDisruption: 12345%",
            "SCH-01: spec.maxDisruption: 6 characters are too many; at most 4",
        ),
        ("maxDisruption: 25%", "maxDisruption: -1", "SCH-01: spec.maxDisruption: -1 is below 0"),
        ("name: corp-root", "name: Corp", "ROOT-07: spec.rootCertificateRef.name: \"Corp\" does not match"),
        ("name: corp-wifi", "name: Corp_WiFi", "PLT-09: metadata.name: \"Corp_WiFi\" is no name"),
        ("name: corp-wifi", "x: y", "PLT-09: metadata.name: the object has no name"),
        ("name: corp-wifi", "name: 12", "PLT-09: metadata.name: 12 is a number, not text; put it in quotes"),
        (
            "namespace: wifi",
            "namespace: wifi.corp",
            "SCH-01: metadata.namespace: \"wifi.corp\" is no namespace",
        ),
        ("team: network", "team: yes", "SCH-01: metadata.labels.team: true is a boolean, not text"),
        ("team: network", "team: 'a b'", "SCH-01: metadata.labels.team: \"a b\" is no value of a label"),
        ("team: network", "'a b': c", "SCH-01: metadata.labels.a b: \"a b\" is no key"),
        (
            "labels:",
            "lables:",
            "SCH-01: metadata.lables: \"lables\" is no field of this object; did you mean labels?",
        ),
        ("spec:", "Spec:", "SCH-01: Spec: \"Spec\" is no field of this object; did you mean spec?"),
        (
            "metadata:",
            "status: {summry: {}}\nmetadata:",
            "SCH-01: status.summry: \"summry\" is no field of this object; did you mean summary?",
        ),
    ];
    for (line, replacement, expected) in cases {
        let findings = changed(line, replacement);
        assert!(findings.iter().any(|finding| finding.starts_with(expected)), "{replacement}: {findings:#?}");
    }
}

#[test]
fn null_is_taken_where_a_server_takes_it() {
    for (line, replacement) in [
        ("maxDisruption: 25%", "suspend: null"),
        ("maxDisruption: 25%", "displayName: ~"),
        ("namespace: wifi", "namespace:"),
        ("labels: {team: network}", "labels:\n  annotations: {a/b: null}\n  creationTimestamp: null"),
        ("metadata:", "status: null\nmetadata:"),
    ] {
        assert_eq!(changed(line, replacement), [""; 0], "{replacement}");
    }
}

#[test]
fn of_the_status_only_the_names_of_its_fields_are_judged() {
    assert_eq!(changed("spec:", "status: {summary: {assigned: many}}\nspec:"), [""; 0]);
}

#[test]
fn what_is_no_object_is_refused() {
    for text in ["[]", "text", "12"] {
        assert_eq!(
            judge(ObjectKind::ScepProfile, text).iter().next().map(|first| first.field.as_str()),
            Some("")
        );
    }
}

#[test]
fn many_mistakes_give_a_bounded_number_of_findings() {
    let text = format!("{PROFILE}  more: [{}]\n", "x, ".repeat(1000));
    let fields: String = (0..1000).map(|n| format!("  field{n}: 1\n")).collect();
    assert_eq!(judge(ObjectKind::ScepProfile, &(text + &fields)).len(), Diagnostics::MAX);
}

#[test]
fn whose_an_object_is_depends_on_its_group_and_its_kind() {
    let verdict = |text: &str| {
        let node = scepter_yaml::documents(text).next().unwrap().unwrap();
        let findings = Schemas::new().unwrap().judge(&node)?;
        Some(
            findings
                .iter()
                .map(|finding| format!("{} {}", finding.field, finding.help))
                .collect::<Vec<_>>()
                .join(", "),
        )
    };
    for (text, expected) in [
        ("apiVersion: v1\nkind: ConfigMap", None),
        ("replicas: 3", None),
        ("apiVersion: other.dev/v1alpha1\nkind: ScepProfile", None),
        (PROFILE, Some("")),
        ("apiVersion: scepter.dev/v1alpha1\nkind: ScepProfiles", Some("kind did you mean ScepProfile?")),
        (
            "apiVersion: scepter.dev/v1\nkind: ScepProfile",
            Some("apiVersion write apiVersion: scepter.dev/v1alpha1"),
        ),
        ("kind: ScepProfile", Some("apiVersion write apiVersion: scepter.dev/v1alpha1")),
    ] {
        assert_eq!(verdict(text).as_deref(), expected, "{text}");
    }
}

/// What a schema may say so that all of it is checked; CEL rules have twins in policy.
const UNDERSTOOD: [&str; 21] = [
    "additionalProperties",
    "default",
    "description",
    "enum",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "nullable",
    "pattern",
    "properties",
    "required",
    "title",
    "type",
    "x-kubernetes-int-or-string",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
];

fn assert_understood(schema: &serde_json::Value) {
    for (word, value) in schema.as_object().unwrap() {
        match word.as_str() {
            "properties" => value.as_object().unwrap().values().for_each(assert_understood),
            "items" | "additionalProperties" => assert_understood(value),
            "format" => {
                assert!(["int32", "int64", "date-time"].contains(&value.as_str().unwrap()), "{value}");
            }
            "x-kubernetes-validations" => {}
            _ => assert!(
                UNDERSTOOD.contains(&word.as_str()),
                "{word} is not checked; teach schema/compiled.rs"
            ),
        }
    }
}

#[test]
fn the_definitions_say_nothing_that_is_not_checked() {
    for definition in scepter_crd::definitions::all() {
        for version in &definition.spec.versions {
            let schema = version.schema.as_ref().unwrap().open_api_v3_schema.as_ref().unwrap();
            assert_understood(&serde_json::to_value(schema).unwrap());
        }
    }
}
