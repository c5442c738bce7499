//! The real operator and the real issuer on a real control plane: declared objects become true, and say so.

use scepter_tests::{Cluster, Failure, Namespace, Scepter, Scratch, run, until};
use serde_json::Value;

use crate::installation::{Installation, LIMIT, manifest, quickstart};

/// A namespace in which the quickstart's roots and inventory stand.
fn namespace_with_roots() -> Result<Namespace, Failure> {
    let namespace = Namespace::fresh(Cluster::with_definitions()?)?;
    namespace.kubectl().apply(&manifest("roots.yaml"))?;
    namespace.kubectl().apply(&manifest("inventory.yaml"))?;
    Ok(namespace)
}

fn await_condition(namespace: &Namespace, object: &str, condition: &str) -> Result<(), Failure> {
    let condition = format!("--for=condition={condition}");
    namespace.kubectl().run(&["wait", &condition, object, "--timeout=60s"]).map(drop)
}

fn condition(namespace: &Namespace, object: &str, type_: &str) -> Result<Value, Failure> {
    let object = namespace.kubectl().json(&["get", object])?;
    let conditions = object["status"]["conditions"].as_array().cloned().unwrap_or_default();
    Ok(conditions.into_iter().find(|condition| condition["type"] == type_).unwrap_or_default())
}

#[test]
fn every_object_of_the_quickstart_becomes_ready() -> Result<(), Failure> {
    Installation::shared()?;
    let namespace = Namespace::fresh(Cluster::with_definitions()?)?;
    let mut apply = namespace.kubectl().command();
    run(apply.args(["apply", "--server-side", "-f"]).arg(quickstart()), b"")?;
    let mut wait = namespace.kubectl().command();
    wait.args(["wait", "--for=condition=Ready", "--timeout=60s", "-f"]).arg(quickstart());
    let ready = run(&mut wait, b"")?;
    assert_eq!(ready.lines().filter(|line| line.ends_with("condition met")).count(), 7, "{ready}");

    let profile = namespace.kubectl().json(&["get", "scepprofile/corp-wifi-windows"])?;
    assert_eq!(profile["status"]["observedGeneration"], profile["metadata"]["generation"]);
    assert_eq!(profile["metadata"]["finalizers"], serde_json::json!(["scepter.dev/finalizer"]));
    Ok(())
}

#[test]
fn an_invalid_profile_names_its_rule_and_becomes_ready_once_it_is_mended() -> Result<(), Failure> {
    Installation::shared()?;
    let namespace = namespace_with_roots()?;
    let right = manifest("corp-vpn-ios.yaml");
    let wrong = right.replace("{{UserName}}", "{{NoSuchVariable}}");
    assert_ne!(right, wrong);
    namespace.kubectl().apply(&wrong)?;
    await_condition(&namespace, "scepprofile/corp-vpn-ios", "Accepted=False")?;
    let stalled = condition(&namespace, "scepprofile/corp-vpn-ios", "Stalled")?;
    assert_eq!(stalled["status"], "True");
    assert!(stalled["message"].as_str().is_some_and(|message| message.contains("VAR-01")), "{stalled}");

    namespace.kubectl().apply(&right)?;
    await_condition(&namespace, "scepprofile/corp-vpn-ios", "Ready")?;
    assert_eq!(condition(&namespace, "scepprofile/corp-vpn-ios", "Stalled")?, Value::Null);
    Ok(())
}

#[test]
fn a_malformed_object_stops_nobody_and_is_told_what_is_wrong() -> Result<(), Failure> {
    Installation::shared()?;
    let namespace = namespace_with_roots()?;
    // The schema takes any number; a 32-bit integer does not.
    let malformed = manifest("corp-vpn-ios.yaml")
        .replace("spec:\n", "spec:\n  maxDisruption: 3000000000\n")
        .replace("name: corp-vpn-ios", "name: malformed");
    namespace.kubectl().apply(&malformed)?;
    await_condition(&namespace, "scepprofile/malformed", "Accepted=False")?;
    let stalled = condition(&namespace, "scepprofile/malformed", "Stalled")?;
    let message = stalled["message"].as_str().unwrap_or_default();
    assert!(message.contains("SCH-01") && message.contains("spec.maxDisruption"), "{stalled}");

    namespace.kubectl().apply(&manifest("corp-vpn-ios.yaml"))?;
    await_condition(&namespace, "scepprofile/corp-vpn-ios", "Ready")?;
    namespace.kubectl().run(&["delete", "scepprofile/malformed", "--timeout=60s"])?;
    Ok(())
}

#[test]
fn a_profile_that_came_before_its_root_becomes_ready_with_it() -> Result<(), Failure> {
    Installation::shared()?;
    let namespace = Namespace::fresh(Cluster::with_definitions()?)?;
    namespace.kubectl().apply(&manifest("inventory.yaml"))?;
    namespace.kubectl().apply(&manifest("corp-vpn-ios.yaml"))?;
    await_condition(&namespace, "scepprofile/corp-vpn-ios", "ResolvedRefs=False")?;
    let ready = condition(&namespace, "scepprofile/corp-vpn-ios", "Ready")?;
    assert_eq!(ready["reason"], "RootNotFound");

    namespace.kubectl().apply(&manifest("roots.yaml"))?;
    await_condition(&namespace, "scepprofile/corp-vpn-ios", "Ready")?;
    Ok(())
}

#[test]
fn a_deleted_profile_leaves_the_issuer_before_it_is_gone() -> Result<(), Failure> {
    let installation = Installation::shared()?;
    let namespace = namespace_with_roots()?;
    namespace.kubectl().apply(&manifest("corp-vpn-ios.yaml"))?;
    await_condition(&namespace, "scepprofile/corp-vpn-ios", "Ready")?;
    let held = installation.profiles_at_the_issuer(&namespace)?;
    assert!(held.contains("corp-vpn-ios"), "{held}");

    namespace.kubectl().run(&["delete", "scepprofile/corp-vpn-ios", "--timeout=60s"])?;
    let held = installation.profiles_at_the_issuer(&namespace)?;
    assert!(!held.contains("corp-vpn-ios"), "{held}");
    Ok(())
}

#[test]
fn a_requested_reconciliation_is_answered() -> Result<(), Failure> {
    Installation::shared()?;
    let namespace = namespace_with_roots()?;
    let root = "trustedrootprofile/corp-root-ios";
    await_condition(&namespace, root, "Ready")?;
    namespace.kubectl().run(&["annotate", root, "scepter.dev/reconcile-requested-at=now"])?;
    until("the request is answered", LIMIT, || {
        let root = namespace.kubectl().json(&["get", root]).map_err(|failure| failure.to_string())?;
        let handled = root["status"]["lastHandledReconcileAt"].clone();
        if handled == "now" { Ok(()) } else { Err(handled.to_string()) }
    })
}

#[test]
fn a_transition_is_an_event() -> Result<(), Failure> {
    Installation::shared()?;
    let namespace = namespace_with_roots()?;
    await_condition(&namespace, "trustedrootprofile/corp-root-ios", "Ready")?;
    until("an Event tells of it", LIMIT, || {
        let events = namespace.kubectl().run(&[
            "get",
            "events",
            "--field-selector=involvedObject.name=corp-root-ios,type=Normal",
            "-o",
            "jsonpath={.items[*].reason}",
        ]);
        match events {
            Ok(reasons) if reasons.contains("Programmed") => Ok(()),
            Ok(reasons) => Err(reasons),
            Err(failure) => Err(failure.to_string()),
        }
    })
}

#[test]
fn a_namespace_with_objects_in_it_can_be_deleted() -> Result<(), Failure> {
    Installation::shared()?;
    let namespace = namespace_with_roots()?;
    await_condition(&namespace, "inventorysource/directory", "Ready")?;
    namespace.kubectl().run(&["delete", "namespace", namespace.name(), "--timeout=90s"])?;
    Ok(())
}

#[test]
fn without_a_cluster_the_operator_says_so_in_one_line() -> Result<(), Failure> {
    let scratch = Scratch::new("no-cluster")?;
    std::fs::write(scratch.join("token"), "t").unwrap();
    let mut operator = Scepter::command()?;
    operator.args(["operator", "--server", "http://127.0.0.1:1", "--token-file"]).arg(scratch.join("token"));
    operator.env("KUBECONFIG", scratch.join("missing")).env_remove("KUBERNETES_SERVICE_HOST");
    let Err(Failure::CommandFailed { status, output, .. }) = run(&mut operator, b"") else {
        panic!("there is no cluster to work for")
    };
    assert_eq!(status.code(), Some(1));
    assert_eq!(output.trim().lines().count(), 1, "{output}");
    assert!(output.contains("no Kubernetes cluster was found"), "{output}");
    Ok(())
}
