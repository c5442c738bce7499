//! The webhook at the door, and the same verdict in the status where there is no webhook.

use scepter_policy::rules::{RuleId, Scope};
use scepter_tests::{Cluster, Failure, Namespace, Scepter, Scratch, free_port, run};
use serde_json::{Value, json};

use crate::installation::{Installation, manifest};
use crate::webhook::Webhook;

/// Mistakes that the schema cannot see: a file of the quickstart, what is changed in it, and the rule that this breaks.
const MISTAKES: [(&str, &str, &str, &str); 12] = [
    ("corp-vpn-ios.yaml", "{{UserName}}", "{{NoSuchVariable}}", "VAR-01"),
    ("corp-vpn-ios.yaml", "{{UserName}}", "{{UserName", "VAR-02"),
    ("corp-wifi-windows.yaml", "{{AAD_Device_ID}}", "{{UserName}}", "VAR-03"),
    ("warehouse-wifi-android.yaml", "{{DeviceName}}", "{{FullyQualifiedDomainName}}", "VAR-12"),
    ("corp-vpn-ios.yaml", "E={{EmailAddress}}", "MAIL={{EmailAddress}}", "SUB-03"),
    ("corp-vpn-ios.yaml", "OU=Field", "OU=", "SUB-02"),
    ("corp-vpn-ios.yaml", "{value: 20, unit: Days}", "{value: 25, unit: Months}", "VAL-02"),
    ("corp-vpn-ios.yaml", "keySize: 2048", "keyStorageProvider: Software", "FLD-01"),
    ("corp-vpn-ios.yaml", "oid: 1.3.6.1.5.5.7.3.2", "oid: 1.3.6.1.5.5.7.3.x", "EKU-01"),
    ("warehouse-wifi-android.yaml", "https://scep", "http://scep", "URL-02"),
    ("corp-wifi-windows.yaml", "min: 10.0.19041.0", "min: 11.0.19041.0", "APP-03"),
    ("corp-vpn-ios.yaml", "group: vpn-pilot", "group: field-staff", "ASG-07"),
];

/// The same in the other two kinds.
const MISTAKES_OF_OTHER_KINDS: [(&str, &str, &str, &str); 3] = [
    ("roots.yaml", "  destinationStore: ComputerRoot\n", "", "ROOT-02"),
    ("roots.yaml", "    authorityName: default\n", "    pem: no certificate\n", "ROOT-03"),
    ("inventory.yaml", "spec:\n", "spec:\n  maxDeletions: 3000000000\n", "SCH-01"),
];

#[test]
fn what_only_the_webhook_can_judge_is_answered_with_the_text_of_lint() -> Result<(), Failure> {
    let namespace = Namespace::fresh(Cluster::with_definitions()?)?;
    let without = namespace.kubectl().dry_run(&planted("corp-vpn-ios.yaml", "{{UserName}}", "{{No}}"));
    assert!(without.is_ok(), "the schema has nothing to say: {without:?}");

    let _webhook = Webhook::on(&namespace)?;
    for (file, right, wrong, rule) in MISTAKES.into_iter().chain(MISTAKES_OF_OTHER_KINDS) {
        let object = planted(file, right, wrong);
        let expected: Vec<String> =
            lint(&object)?.iter().filter(|finding| finding["severity"] == "error").map(line).collect();
        assert!(expected.iter().any(|line| line.starts_with(&format!("{rule}: "))), "{rule}: {expected:?}");
        let refusal = namespace.kubectl().dry_run(&object).expect_err(rule).to_string();
        let (_, said) = refusal.split_once("denied the request: ").expect(&refusal);
        let said =
            said.trim_end().lines().filter(|line| !line.ends_with("serverside-applied (server dry run)"));
        assert_eq!(said.collect::<Vec<_>>(), expected, "{rule}");
    }
    Ok(())
}

#[test]
fn without_the_webhook_the_status_says_what_lint_says() -> Result<(), Failure> {
    Installation::shared()?;
    let namespace = Namespace::fresh(Cluster::with_definitions()?)?;
    for (index, (file, right, wrong, rule)) in MISTAKES.into_iter().enumerate() {
        let object = renamed(&planted(file, right, wrong), index);
        namespace.kubectl().apply(&object)?;
        let profile = format!("scepprofile/mistake-{index}");
        namespace.kubectl().run(&["wait", "--for=condition=Accepted=False", &profile, "--timeout=60s"])?;
        let status = &namespace.kubectl().json(&["get", &profile])?["status"];
        assert_eq!(condition(status, "Stalled")["status"], "True", "{rule}: {status}");
        let said: Vec<Value> = status["diagnostics"].as_array().unwrap().clone();
        let expected: Vec<Value> = lint(&object)?.iter().map(entry).collect();
        assert_eq!(said, expected, "{rule}");
    }
    Ok(())
}

#[test]
fn a_warning_is_shown_and_lets_the_object_through() -> Result<(), Failure> {
    let namespace = Namespace::fresh(Cluster::with_definitions()?)?;
    let _webhook = Webhook::on(&namespace)?;
    let object = planted("corp-vpn-ios.yaml", "https://scep", "http://scep");
    let warnings = lint(&object)?;
    assert_eq!(warnings.iter().map(|warning| &warning["rule"]).collect::<Vec<_>>(), ["URL-04"]);
    let shown = namespace.kubectl().dry_run(&object)?;
    assert_eq!(shown, [format!("Warning: {}", line(&warnings[0]))]);
    Ok(())
}

#[test]
fn a_webhook_that_is_stopped_lets_objects_through_and_the_status_says_it() -> Result<(), Failure> {
    Installation::shared()?;
    let namespace = Namespace::fresh(Cluster::with_definitions()?)?;
    let _webhook = Webhook::at(&namespace, free_port()?)?;
    namespace.kubectl().apply(&planted("corp-vpn-ios.yaml", "{{UserName}}", "{{NoSuchVariable}}"))?;
    let profile = "scepprofile/corp-vpn-ios";
    namespace.kubectl().run(&["wait", "--for=condition=Accepted=False", profile, "--timeout=60s"])?;
    Ok(())
}

#[test]
fn a_rule_that_came_later_keeps_no_finalizer_on_an_object() -> Result<(), Failure> {
    Installation::shared()?;
    let namespace = Namespace::fresh(Cluster::with_definitions()?)?;
    let (kubectl, profile) = (namespace.kubectl(), "scepprofile/corp-vpn-ios");
    let wrong = planted("corp-vpn-ios.yaml", "{{UserName}}", "{{NoSuchVariable}}");
    kubectl.apply(&wrong)?;
    kubectl.run(&["wait", "--for=condition=Accepted=False", profile, "--timeout=60s"])?;
    let finalizers = kubectl.json(&["get", profile])?["metadata"]["finalizers"].clone();
    assert_eq!(finalizers, json!(["scepter.dev/finalizer"]));

    let _webhook = Webhook::on(&namespace)?;
    let edited = kubectl.dry_run(&wrong.replace("OU=Field", "OU=Office"));
    assert!(edited.is_err(), "the rule is in force for a new spec");
    kubectl.run(&["annotate", profile, "scepter.dev/reconcile-requested-at=now"])?;
    kubectl.run(&["delete", profile, "--timeout=60s"])?;
    Ok(())
}

#[test]
fn the_webhook_needs_a_certificate_that_is_there() -> Result<(), Failure> {
    let scratch = Scratch::new("no-certificate")?;
    let token = scratch.write("token", "t")?;
    let key = scratch.write("tls.key", "no key")?;
    let scepter = Scepter::command()?;
    let mut operator = Cluster::shared()?.command(&scepter.get_program().to_string_lossy())?;
    operator.args(["operator", "--server", "http://127.0.0.1:1", "--token-file"]).arg(token);
    operator.arg("--webhook-tls-certificate").arg(scratch.join("missing.crt"));
    operator.arg("--webhook-tls-key").arg(key);
    let Err(Failure::CommandFailed { status, output, .. }) = run(&mut operator, b"") else {
        panic!("there is no certificate to serve")
    };
    assert_eq!(status.code(), Some(1));
    assert!(output.contains("missing.crt") && output.contains("--webhook-tls-certificate"), "{output}");
    Ok(())
}

/// A manifest of the quickstart with one mistake in it.
fn planted(file: &str, right: &str, wrong: &str) -> String {
    let manifest = manifest(file);
    assert!(manifest.contains(right), "{file} has {right}");
    manifest.replacen(right, wrong, 1)
}

fn renamed(object: &str, index: usize) -> String {
    let (before, name) = object.split_once("metadata:\n  name: ").unwrap();
    let (_, after) = name.split_once('\n').unwrap();
    format!("{before}metadata:\n  name: mistake-{index}\n{after}")
}

/// What `scepter lint` says of the object itself, beside the roots that a profile refers to.
fn lint(object: &str) -> Result<Vec<Value>, Failure> {
    let scratch = Scratch::new("lint")?;
    let mut lint = Scepter::command()?;
    lint.args(["lint", "-o", "json"]);
    lint.arg(scratch.write("object.yaml", object)?);
    if object.contains("kind: ScepProfile") {
        lint.arg(scratch.write("roots.yaml", manifest("roots.yaml"))?);
    }
    let report = match run(&mut lint, b"") {
        Err(Failure::CommandFailed { output, .. }) => output,
        other => other?,
    };
    let report: Value = serde_json::from_str(&report).unwrap();
    let findings = report["diagnostics"].as_array().unwrap().clone();
    Ok(findings.into_iter().filter(is_of_the_object).collect())
}

fn is_of_the_object(finding: &Value) -> bool {
    let rule: RuleId = finding["rule"].as_str().unwrap().parse().unwrap();
    finding["file"].as_str().unwrap().ends_with("object.yaml") && rule.rule().scope == Scope::Object
}

/// A finding of lint as one line.
fn line(finding: &Value) -> String {
    let text = |field: &str| finding[field].as_str().unwrap();
    format!("{}: {}: {}; {}", text("rule"), text("field"), text("message"), text("help"))
}

/// A finding of lint as an entry of `status.diagnostics`.
fn entry(finding: &Value) -> Value {
    let message = format!("{}; {}", finding["message"].as_str().unwrap(), finding["help"].as_str().unwrap());
    json!({
        "rule": finding["rule"],
        "severity": finding["severity"],
        "field": finding["field"],
        "message": message,
    })
}

fn condition<'a>(status: &'a Value, type_: &str) -> &'a Value {
    let conditions = status["conditions"].as_array().unwrap();
    conditions.iter().find(|condition| condition["type"] == type_).unwrap_or(&Value::Null)
}
