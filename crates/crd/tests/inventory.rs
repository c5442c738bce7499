//! Inventory records from the object itself and from the files of a `ConfigMap`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use scepter_crd::inventory::{Files, Reading};
use scepter_crd::{InventorySource, Manifest};
use scepter_policy::inventory::GroupKind;
use scepter_policy::rules::RuleId;
use scepter_policy::vocabulary::Platform;
use serde_json::{Value, json};

fn source(spec: &Value) -> InventorySource {
    let value = json!({
        "apiVersion": "scepter.dev/v1alpha1",
        "kind": "InventorySource",
        "metadata": {"name": "directory", "namespace": "wifi"},
        "spec": spec,
    });
    match Manifest::from_value(value).unwrap() {
        Manifest::InventorySource(source) => *source,
        other => panic!("{other:?}"),
    }
}

fn read(files: &[(&str, &str)]) -> Reading {
    let files: Files =
        files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().into())).collect();
    source(&json!({"source": {"configMapRef": {"name": "people"}}})).read(&files).unwrap()
}

fn refusal(spec: &Value, files: &Files) -> String {
    let findings = source(spec).read(files).unwrap_err();
    let finding = findings.iter().next().unwrap();
    assert_eq!(finding.rule, RuleId::Sch01);
    format!("{}: {}", finding.field, finding.message)
}

#[test]
fn the_four_formats_say_the_same() {
    let formats = [
        read(&[("devices.yaml", "- {id: d1, platform: iOS, tpm: true, userId: u1}")]),
        read(&[("devices.json", r#"[{"id": "d1", "platform": "iOS", "tpm": true, "userId": "u1"}]"#)]),
        read(&[(
            "devices.ndjson",
            r#"{"device": {"id": "d1", "platform": "iOS", "tpm": true, "userId": "u1"}}"#,
        )]),
        read(&[("devices.csv", "id,platform,tpm,userId,imei\nd1,iOS,true,u1,\n")]),
    ];
    assert_eq!(formats[0].inventory.devices[0].platform, Platform::Ios);
    assert_eq!(formats[0].inventory.devices[0].tpm, Some(true));
    assert_eq!(formats[0].inventory.devices[0].imei, None);
    for reading in &formats {
        assert_eq!(reading, &formats[0]);
    }
}

#[test]
fn yaml_is_read_as_manifests_are() {
    let reading =
        read(&[("users.yaml", "- {id: u1, userName: no}\n- {id: u2, department: 0123}\n- {id: '7'}\n")]);
    assert_eq!(reading.inventory.users.iter().map(|user| user.id.as_str()).collect::<Vec<_>>(), ["7"]);
    assert_eq!(reading.rejected.len(), 2, "a boolean and a number are no text");
    for text in ["- {id: u1, id: u2}", "- id: u1\n---\n- id: u2", "[", ""] {
        let files = Files::from([("users.yaml".to_owned(), text.as_bytes().into())]);
        let refusal = refusal(&json!({"source": {"configMapRef": {"name": "people"}}}), &files);
        assert!(refusal.ends_with("users.yaml cannot be read: it is not one document of YAML"), "{refusal}");
    }
}

#[test]
fn members_in_csv_are_separated_by_semicolons() {
    let reading = read(&[("groups.csv", "id,kind,members\nstaff,User,u1; u2;\n")]);
    assert_eq!(reading.inventory.groups[0].kind, GroupKind::User);
    assert_eq!(reading.inventory.groups[0].members, ["u1", "u2"]);
}

#[test]
fn a_record_that_cannot_be_read_is_left_out_and_the_others_are_taken() {
    let reading = read(&[("devices.yaml", "- {id: d1, platform: Solaris}\n- {id: d2, platform: iOS}")]);
    assert_eq!(reading.inventory.devices.len(), 1);
    assert_eq!(reading.rejected[0].record, "devices.yaml[0]");
    assert_eq!(reading.rejected[0].message, "its platform cannot be read");
}

#[test]
fn a_rejection_quotes_nothing_of_the_record() {
    let reading = read(&[
        ("users.yaml", "- {id: u1, hunter2: x}\n- hunter2\n- {id: {a: hunter2}}"),
        ("groups.ndjson", "hunter2\n{\"hunter2\": {}}\n"),
        ("devices.csv", "id,platform\nd1,hunter2\n"),
    ]);
    assert_eq!(reading.rejected.len(), 6);
    assert!(!format!("{reading:?}").contains("hunter2"), "{reading:?}");
}

#[test]
fn a_missing_field_is_named() {
    let reading = read(&[("devices.csv", "id,platform\nd1,\n")]);
    assert_eq!(reading.rejected[0].record, "devices.csv line 2");
    assert_eq!(reading.rejected[0].message, "missing field `platform`");
}

#[test]
fn the_second_record_with_an_id_is_left_out() {
    let reading = read(&[("users.yaml", "- {id: u1, userName: a}"), ("users.csv", "id,userName\nu1,b\n")]);
    assert_eq!(reading.inventory.users.len(), 1);
    assert_eq!(reading.inventory.users[0].user_name.as_deref(), Some("a"));
    assert_eq!(reading.rejected[0].record, "users.csv line 2");
}

#[test]
fn a_file_that_cannot_be_read_refuses_the_source_so_that_its_records_do_not_look_gone() {
    let spec = json!({"source": {"configMapRef": {"name": "people"}}});
    for (name, text) in [
        ("users.json", "[{"),
        ("users.yaml", "{a: 1}"),
        ("users.csv", "id,userName\nu1\n"),
        ("users.json", "{}"),
    ] {
        let files = Files::from([(name.to_owned(), text.as_bytes().into())]);
        let refusal = refusal(&spec, &files);
        assert!(
            refusal.starts_with(&format!("spec.source.configMapRef: {name} cannot be read")),
            "{refusal}"
        );
    }
    let files = Files::from([("users.json".to_owned(), b"[\xff]".as_slice().into())]);
    assert!(refusal(&spec, &files).contains("UTF-8"));
}

#[test]
fn a_source_is_exactly_one() {
    let files = Files::default();
    assert_eq!(refusal(&json!({"source": {}}), &files), "spec.source: there is no source");
    let both = json!({"source": {"inline": {}, "configMapRef": {"name": "people"}}});
    assert_eq!(refusal(&both, &files), "spec.source: there is more than one source");
}

#[test]
fn budgets_and_durations_are_judged() {
    let inline = json!({"inline": {}});
    let with = |field: &str, value: Value| json!({"source": inline, field: value});
    let files = Files::default();
    assert!(refusal(&with("maxDeletions", json!("110%")), &files).starts_with("spec.maxDeletions"));
    assert!(refusal(&with("maxDeletions", json!(-1)), &files).starts_with("spec.maxDeletions"));
    assert!(refusal(&with("interval", json!("soon")), &files).starts_with("spec.interval"));
    for spec in [with("maxDeletions", json!("0%")), with("maxAge", json!("1h30m"))] {
        assert_eq!(source(&spec).read(&files), Ok(Reading::default()));
    }
}
