//! Every CEL rule of the definitions refuses on the real API server what its twin in policy refuses, by the same id.

use std::collections::BTreeSet;

use jiff::Timestamp;
use scepter_crd::{Manifest, definitions};
use scepter_policy::diagnostics::Diagnostics;
use scepter_policy::rules::platform::judge_change;
use scepter_policy::vocabulary::Platform;
use scepter_reconcile::judge_alone;
use scepter_tests::{Cluster, Failure, Kubectl, Namespace};
use serde_json::{Value, json};

/// An object that breaks one rule, and is right but for that.
struct Case {
    rule: &'static str,
    object: Value,
}

fn cases() -> Vec<Case> {
    let group_and_users = json!([{"group": "staff", "allUsers": true}]);
    [
        ("ASG-01", profile(), "/spec/assignments/include", json!([{}])),
        ("ASG-01", profile(), "/spec/assignments/include", group_and_users.clone()),
        ("ASG-01", profile(), "/spec/assignments/include", json!([{"allUsers": false}])),
        ("ASG-01", profile(), "/spec/assignments/include", json!([{"allDevices": false}])),
        ("ASG-01", root(), "/spec/assignments/include", group_and_users),
        ("ACC-01", profile(), "/spec/certificateAccess", json!({"mode": "GrantSilently"})),
        ("ACC-01", profile(), "/spec/certificateAccess", json!({"mode": "GrantSilently", "apps": []})),
        (
            "ACC-01",
            profile(),
            "/spec/certificateAccess",
            json!({"mode": "UserApproval", "apps": ["com.example.mail"]}),
        ),
        ("ROOT-01", root(), "/spec/certificate", json!({})),
        ("ROOT-01", root(), "/spec/certificate", json!({"authorityName": "default", "pem": "x"})),
        ("SCH-01", source(), "/spec/source", json!({})),
        ("SCH-01", source(), "/spec/source", json!({"inline": {}, "configMapRef": {"name": "people"}})),
    ]
    .into_iter()
    .map(|(rule, mut object, field, wrong)| {
        *object.pointer_mut(field).unwrap() = wrong;
        Case { rule, object }
    })
    .collect()
}

#[test]
fn what_a_cel_rule_refuses_its_twin_in_policy_refuses_by_the_same_id() -> Result<(), Failure> {
    let namespace = Namespace::fresh(Cluster::with_definitions()?)?;
    let mut silent = cel_rules();
    for Case { rule, object } in cases() {
        let refusal = refusal(namespace.kubectl(), &object);
        assert!(refusal.contains(&format!("{rule}: ")), "{object}: {refusal}");
        let findings = judge(object.clone());
        assert!(findings.errors().any(|finding| finding.rule.as_str() == rule), "{object}: {findings:?}");
        silent.retain(|(kind, path, message)| {
            object["kind"] != *kind || !refusal.contains(&format!("{path}: Invalid value: {message}"))
        });
    }
    let (on_change, silent): (Vec<_>, Vec<_>) =
        silent.into_iter().partition(|(_, path, _)| path == "spec.platform");
    assert_eq!(silent, [], "a rule without a case");
    assert_eq!(on_change.len(), 2, "the platforms have a test of their own");
    Ok(())
}

#[test]
fn a_changed_platform_is_refused_by_cel_and_by_its_twin() -> Result<(), Failure> {
    let namespace = Namespace::fresh(Cluster::with_definitions()?)?;
    for mut object in [profile(), root()] {
        namespace.kubectl().apply(&object.to_string())?;
        object["spec"]["platform"] = json!("iOS");
        let refusal = refusal(namespace.kubectl(), &object);
        let finding = judge_change(Platform::AndroidEnterpriseCorporate, Platform::Ios).unwrap();
        let blamed = format!("{}: Invalid value: \"iOS\": {}: ", finding.field, finding.rule);
        assert!(refusal.contains(&blamed), "{refusal}");
    }
    Ok(())
}

#[test]
fn the_objects_that_the_cases_change_are_right_as_they_stand() -> Result<(), Failure> {
    let namespace = Namespace::fresh(Cluster::with_definitions()?)?;
    for object in [profile(), root(), source()] {
        assert!(!judge(object.clone()).has_errors());
        namespace.kubectl().dry_run(&object.to_string())?;
    }
    Ok(())
}

fn profile() -> Value {
    json!({
        "apiVersion": "scepter.dev/v1alpha1",
        "kind": "ScepProfile",
        "metadata": {"name": "cel"},
        "spec": {
            "platform": "AndroidEnterpriseCorporate",
            "certificateType": "Device",
            "subjectNameFormat": "CN={{SerialNumber}}",
            "validityPeriod": {"value": 1, "unit": "Years"},
            "keyUsages": ["DigitalSignature"],
            "keySize": 2048,
            "rootCertificateRef": {"name": "corp-root"},
            "extendedKeyUsages": [{"name": "Client Authentication", "oid": "1.3.6.1.5.5.7.3.2"}],
            "scepServerURLs": ["https://scep.example.com/scep/default"],
            "certificateAccess": {"mode": "UserApproval"},
            "assignments": {"include": [{"group": "scanners"}]},
        },
    })
}

fn root() -> Value {
    json!({
        "apiVersion": "scepter.dev/v1alpha1",
        "kind": "TrustedRootProfile",
        "metadata": {"name": "cel"},
        "spec": {
            "platform": "AndroidEnterpriseCorporate",
            "certificate": {"authorityName": "default"},
            "assignments": {"include": [{"group": "scanners"}]},
        },
    })
}

fn source() -> Value {
    json!({
        "apiVersion": "scepter.dev/v1alpha1",
        "kind": "InventorySource",
        "metadata": {"name": "cel"},
        "spec": {"source": {"inline": {}}},
    })
}

/// Every CEL rule as kind, path (the first element of lists) and message.
fn cel_rules() -> BTreeSet<(String, String, String)> {
    let mut rules = BTreeSet::new();
    for definition in definitions::all() {
        let kind = &definition.spec.names.kind;
        let schema = json!(definition.spec.versions[0].schema.as_ref().unwrap().open_api_v3_schema);
        collect("", &schema, &mut |path, message| {
            rules.insert((kind.clone(), path.to_owned(), message.to_owned()));
        });
    }
    rules
}

fn collect(path: &str, schema: &Value, found: &mut dyn FnMut(&str, &str)) {
    for rule in schema["x-kubernetes-validations"].as_array().into_iter().flatten() {
        found(path, rule["message"].as_str().unwrap());
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        collect(&path, property, found);
    }
    if schema["items"].is_object() {
        collect(&format!("{path}[0]"), &schema["items"], found);
    }
}

fn judge(object: Value) -> Diagnostics {
    judge_alone(&Manifest::from_value(object).unwrap(), Timestamp::now())
}

fn refusal(kubectl: &Kubectl, object: &Value) -> String {
    kubectl.dry_run(&object.to_string()).expect_err("the object breaks a rule").to_string()
}
