//! What is said of an object among its neighbours.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod declared;

use declared::{namespace, now, profile, root, source};
use scepter_crd::Manifest;
use scepter_issuer_api::{KeyRef, Origin, ReferenceKind};
use scepter_policy::rules::RuleId;
use scepter_policy::vocabulary::Severity;
use scepter_reconcile::{Judgement, Kind, Manifests, Unmet, judge_alone, orphans};
use serde_json::json;

fn key(config_map: &str, key: &str) -> KeyRef {
    KeyRef { kind: ReferenceKind::ConfigMap, name: config_map.to_owned(), key: key.to_owned() }
}

fn with_root() -> Manifests {
    namespace([Manifest::TrustedRootProfile(Box::new(root(|_| {})))])
}

#[test]
fn a_profile_beside_its_root_is_accepted_as_it_was_written() {
    let profile = profile(|value| {
        value["metadata"]["annotations"] =
            json!({"scepter.dev/approve-plan": "p1", "kubectl.kubernetes.io/restartedAt": "x"});
        value["metadata"]["managedFields"] = json!([]);
        value["status"] = json!({"observedGeneration": 2});
    });
    let Judgement::Accepted { desired, warnings } = profile.judge(&with_root(), now()) else { panic!() };
    assert!(warnings.is_empty(), "{warnings:?}");
    let manifest = json!(desired.manifest);
    assert_eq!(manifest["kind"], "ScepProfile");
    assert_eq!(manifest["spec"]["subjectNameFormat"], "CN={{AAD_Device_ID}}");
    assert_eq!(
        manifest["metadata"],
        json!({
            "name": "wifi",
            "namespace": "field",
            "generation": 3,
            "annotations": {"scepter.dev/approve-plan": "p1"},
        }),
    );
    assert_eq!(manifest.get("status"), None);
}

#[test]
fn a_document_says_where_its_namespace_lives() {
    let origin = Origin { cluster_uid: "c".to_owned(), namespace_uid: "n".to_owned() };
    let mut among = Manifests::new(Some(origin.clone()));
    among.declare(Manifest::TrustedRootProfile(Box::new(root(|_| {}))));
    let Judgement::Accepted { desired, .. } = profile(|_| {}).judge(&among, now()) else { panic!() };
    assert_eq!(desired.origin, Some(origin));
}

#[test]
fn a_profile_that_breaks_a_rule_is_refused_by_that_rule() {
    let profile = profile(|value| value["spec"]["subjectNameFormat"] = json!("CN={{Nonsense}}"));
    let Judgement::Refused(findings) = profile.judge(&with_root(), now()) else { panic!() };
    let finding = findings.errors().next().unwrap();
    assert_eq!((finding.rule, finding.field.as_str()), (RuleId::Var01, "spec.subjectNameFormat"));
}

#[test]
fn a_profile_waits_for_a_root_that_is_not_there_and_lint_warns() {
    let nothing = namespace([]);
    let Judgement::Waiting { unmet, .. } = profile(|_| {}).judge(&nothing, now()) else { panic!() };
    let [Unmet::RootNotFound(finding)] = unmet.as_slice() else { panic!("{unmet:?}") };
    assert_eq!((finding.rule, finding.severity), (RuleId::Root07, Severity::Warning));
}

#[test]
fn a_root_of_another_platform_is_unsuitable() {
    let among = namespace([Manifest::TrustedRootProfile(Box::new(root(|value| {
        value["spec"]["platform"] = json!("macOS");
    })))]);
    let Judgement::Waiting { unmet, .. } = profile(|_| {}).judge(&among, now()) else { panic!() };
    let [Unmet::RootUnsuitable(finding)] = unmet.as_slice() else { panic!("{unmet:?}") };
    assert_eq!(finding.rule, RuleId::Root07);
}

#[test]
fn a_root_that_is_refused_itself_cannot_be_used() {
    let among = namespace([Manifest::TrustedRootProfile(Box::new(root(|value| {
        value["spec"]["certificate"] = json!({"pem": "not a certificate"});
    })))]);
    let Judgement::Waiting { unmet, .. } = profile(|_| {}).judge(&among, now()) else { panic!() };
    assert!(matches!(unmet.as_slice(), [Unmet::RootInvalid(_)]), "{unmet:?}");
}

#[test]
fn an_exclusion_without_effect_is_a_warning_that_knows_the_inventory() {
    let people = source(&json!({"inline": {
        "groups": [{"id": "phones", "kind": "Device"}, {"id": "staff", "kind": "User"}],
    }}));
    let mut among = with_root();
    among.declare(Manifest::InventorySource(Box::new(people)));
    let profile = profile(|value| value["spec"]["assignments"]["exclude"] = json!([{"group": "staff"}]));
    let Judgement::Accepted { warnings, .. } = profile.judge(&among, now()) else { panic!() };
    assert!(warnings.iter().any(|warning| warning.rule == RuleId::Asg04), "{warnings:?}");
}

#[test]
fn a_root_in_a_config_map_waits_for_its_key_and_then_carries_the_bytes() {
    let root = root(|value| {
        value["spec"]["certificate"] = json!({"configMapKeyRef": {"name": "ca", "key": "ca.crt"}});
    });
    assert_eq!(root.reads(), [key("ca", "ca.crt")]);
    let mut among = namespace([]);
    let Judgement::Waiting { unmet, .. } = root.judge(&among, now()) else { panic!() };
    assert!(matches!(unmet.as_slice(), [Unmet::ConfigMapNotFound(_)]), "{unmet:?}");

    among.supply(key("ca", "ca.crt"), b"no certificate".as_slice().into());
    let Judgement::Refused(findings) = root.judge(&among, now()) else { panic!() };
    assert_eq!(findings.errors().next().unwrap().rule, RuleId::Root03);
}

#[test]
fn a_source_in_a_config_map_waits_for_any_of_its_keys_and_then_carries_what_is_there() {
    let source = source(&json!({"configMapRef": {"name": "people"}}));
    let mut among = namespace([]);
    let Judgement::Waiting { unmet, .. } = source.judge(&among, now()) else { panic!() };
    assert!(matches!(unmet.as_slice(), [Unmet::ConfigMapNotFound(_)]), "{unmet:?}");

    among.supply(key("people", "users.csv"), b"id,userName\nu1,jdoe\nu1,twice\n".as_slice().into());
    among.supply(key("other", "users.csv"), b"id\n".as_slice().into());
    let Judgement::Accepted { desired, warnings } = source.judge(&among, now()) else { panic!() };
    assert_eq!(desired.references.len(), 1);
    assert_eq!(desired.references[0].key, key("people", "users.csv"));
    assert_eq!(warnings.len(), 1, "the second u1 is left out");
}

#[test]
fn lint_hears_of_every_object() {
    let mut among = namespace([Manifest::ScepProfile(Box::new(profile(|_| {})))]);
    among.declare(Manifest::InventorySource(Box::new(source(&json!({"http": {"url": "https://x"}})))));
    let heard: Vec<String> = among
        .diagnostics(now())
        .into_iter()
        .flat_map(|(kind, name, findings)| {
            findings.into_iter().map(move |finding| format!("{kind} {name} {}", finding.rule))
        })
        .collect();
    assert_eq!(heard, ["ScepProfile wifi ROOT-07", "InventorySource people SCH-01"]);
}

#[test]
fn orphans_are_what_is_stored_and_no_longer_declared() {
    let key = |name: &str| {
        scepter_reconcile::key(&profile(|value| value["metadata"]["name"] = json!(name))).unwrap()
    };
    let declared = [key("a"), key("b")].into();
    let stored = [key("b"), key("c")].into();
    assert_eq!(orphans(&declared, &stored), [key("c")]);
}

#[test]
fn admission_does_not_ask_for_neighbours_that_may_come_later() {
    let alone = Manifest::ScepProfile(Box::new(profile(|_| {})));
    assert!(judge_alone(&alone, now()).is_empty());
    let waiting = Manifest::InventorySource(Box::new(source(&json!({"configMapRef": {"name": "people"}}))));
    assert!(judge_alone(&waiting, now()).is_empty());
}

#[test]
fn admission_finds_what_the_reconciler_finds_in_the_object_itself() {
    let wrong = profile(|value| value["spec"]["subjectNameFormat"] = json!("CN={{NoSuchVariable}}"));
    let Judgement::Refused(findings) = wrong.judge(&with_root(), now()) else { panic!() };
    assert_eq!(judge_alone(&Manifest::ScepProfile(Box::new(wrong)), now()), findings);
    assert!(findings.has_errors());
}
