//! What a status says of what was seen.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod declared;

use declared::{namespace, now, profile, root, source};
use jiff::SignedDuration;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use scepter_crd::v1alpha1::ScepProfileStatus;
use scepter_crd::{Manifest, ScepProfile};
use scepter_issuer_api::{
    ApiError, Applied, ErrorCode, IssuerError, ObjectReport, PlanReport, RootMismatch, SourceReport,
};
use scepter_policy::diagnostics::{Diagnostic, Diagnostics, FieldPath};
use scepter_policy::identity::DeviceId;
use scepter_policy::plan::Plan;
use scepter_policy::report::{DeviceRow, FailureCount, Summary};
use scepter_policy::rules::RuleId;
use scepter_policy::vocabulary::DeviceState;
use scepter_reconcile::conditions::{ConditionType, find, transition};
use scepter_reconcile::{Kind, Leaving, Report, Seen, Unmet, Verdict, key};
use serde_json::json;

fn finding(rule: RuleId) -> Diagnostic {
    Diagnostic::new(rule, FieldPath::spec().field("subjectNameFormat"), "{{Nonsense}} is no variable")
}

fn answer(generation: i64) -> Applied {
    let plan = Plan { held: true, create: 0, update: 0, reissue: 2, revoke: 5, remove: 1, changes: vec![] };
    Applied {
        plan: PlanReport { id: "plan-1".to_owned(), plan },
        programmed_generation: generation,
        warnings: Diagnostics::none(),
        endpoint: Some("https://scep.example.com/scep/default".to_owned()),
    }
}

fn applied() -> Verdict {
    Verdict::Applied { applied: answer(3), warnings: Diagnostics::none() }
}

fn unreachable() -> IssuerError {
    IssuerError::Unreachable { server: "http://127.0.0.1:8081".to_owned(), problem: "refused".to_owned() }
}

fn forbidden() -> IssuerError {
    IssuerError::Refused(ApiError::new(ErrorCode::Forbidden, "the token does not reach field", ""))
}

fn report(summary: Summary, devices: Vec<DeviceRow>) -> Report {
    Report::Known(Box::new(ObjectReport {
        key: key(&profile(|_| {})).unwrap(),
        platform: None,
        programmed_generation: 3,
        summary,
        failures: vec![FailureCount {
            reason: "VAR-05".to_owned(),
            count: 1,
            example_device: DeviceId::new("d1").unwrap(),
        }],
        devices,
        omitted_devices: 0,
        certificate: None,
        source: None,
    }))
}

fn row(device: &str, state: DeviceState) -> DeviceRow {
    DeviceRow {
        device: DeviceId::new(device).unwrap(),
        user: None,
        association: None,
        state,
        reason: None,
        message: Some("x".repeat(1000)),
        serial_number: None,
        sha1_thumbprint: None,
        not_after: None,
        last_transition_time: now(),
    }
}

fn status(profile: &ScepProfile, verdict: Verdict, report: Report) -> ScepProfileStatus {
    profile.status(&namespace([]), &Seen { verdict, report }, now())
}

fn of(verdict: Verdict) -> Vec<Condition> {
    status(&profile(|_| {}), verdict, Report::Absent).conditions
}

/// `Ready=True/Programmed`, for each condition but `DevicesHealthy`.
fn words(conditions: &[Condition]) -> Vec<String> {
    conditions
        .iter()
        .filter(|condition| condition.type_ != "DevicesHealthy")
        .map(|condition| format!("{}={}/{}", condition.type_, condition.status, condition.reason))
        .collect()
}

#[test]
fn conditions_answer_three_questions_and_sum_them_up() {
    let none = Diagnostics::none;
    let invalid = || Diagnostics::from(finding(RuleId::Var01));
    let waiting = |unmet| Verdict::Waiting { unmet: vec![unmet], warnings: none() };
    let mismatch = RootMismatch { referenced: "AA".to_owned(), authority: "BB".to_owned() };
    let rejected = |findings, root_mismatch| Verdict::Rejected { findings, root_mismatch };
    let not_served = |reason: &str, stalled: &str| {
        vec![
            format!("Ready=False/{reason}"),
            format!("Accepted=False/{reason}"),
            "ResolvedRefs=Unknown/NotAsked".to_owned(),
            "Programmed=False/NotAsked".to_owned(),
            format!("Stalled=True/{stalled}"),
        ]
    };
    let unresolved = |reason: &str, progress: &str| {
        vec![
            format!("Ready=False/{reason}"),
            "Accepted=True/Accepted".to_owned(),
            format!("ResolvedRefs=False/{reason}"),
            "Programmed=False/NotAsked".to_owned(),
            format!("{progress}=True/{reason}"),
        ]
    };
    let asked = |truth: &str, reason: &str, progress: Option<&str>| {
        let mut words = vec![
            format!("Ready={truth}/{reason}"),
            "Accepted=True/Accepted".to_owned(),
            "ResolvedRefs=True/ResolvedRefs".to_owned(),
            format!("Programmed={truth}/{reason}"),
        ];
        words.extend(progress.map(|progress| format!("{progress}=True/{reason}")));
        words
    };
    let root07 = || finding(RuleId::Root07);
    let cases = [
        (Verdict::Refused(invalid()), not_served("Invalid", "Invalid")),
        (waiting(Unmet::RootNotFound(root07())), unresolved("RootNotFound", "Reconciling")),
        (waiting(Unmet::RootInvalid(root07())), unresolved("RootInvalid", "Reconciling")),
        (waiting(Unmet::ConfigMapNotFound(root07())), unresolved("ConfigMapNotFound", "Reconciling")),
        (waiting(Unmet::RootUnsuitable(root07())), unresolved("RootUnsuitable", "Stalled")),
        (applied(), asked("True", "Programmed", None)),
        (
            Verdict::Held { held: answer(2), warnings: none() },
            asked("False", "AwaitingApproval", Some("Stalled")),
        ),
        (Verdict::Planned { planned: answer(2), warnings: none() }, asked("False", "Suspended", None)),
        (rejected(invalid(), None), not_served("RefusedByIssuer", "RefusedByIssuer")),
        (rejected(none(), Some(mismatch)), unresolved("RootMismatch", "Stalled")),
        (rejected(root07().into(), None), unresolved("RootNotFound", "Reconciling")),
        (
            Verdict::Unanswered { error: unreachable(), warnings: none() },
            asked("Unknown", "IssuerUnreachable", Some("Reconciling")),
        ),
        (
            Verdict::Unanswered { error: forbidden(), warnings: none() },
            asked("False", "IssuerError", Some("Stalled")),
        ),
    ];
    for (verdict, expected) in cases {
        assert_eq!(words(&of(verdict.clone())), expected, "{verdict:?}");
    }
}

#[test]
fn a_deleted_object_says_why_it_is_still_there() {
    let held = Verdict::Leaving(Leaving::Held(answer(3).plan));
    let conditions = of(held);
    let ready = find(&conditions, ConditionType::Ready).unwrap();
    assert_eq!((ready.status.as_str(), ready.reason.as_str()), ("False", "AwaitingApproval"));
    assert!(ready.message.contains("plan-1"), "{}", ready.message);

    let conditions = of(Verdict::Leaving(Leaving::Unanswered(unreachable())));
    assert_eq!(find(&conditions, ConditionType::Ready).unwrap().reason, "Deleting");
    assert!(find(&conditions, ConditionType::Reconciling).is_some());
}

#[test]
fn every_condition_speaks_of_the_generation_that_was_looked_at() {
    let profile = profile(|_| {});
    let status = status(&profile, applied(), Report::Absent);
    assert_eq!(status.observed_generation, Some(3));
    assert!(status.conditions.iter().all(|condition| condition.observed_generation == Some(3)));
}

#[test]
fn the_time_of_a_transition_stays_while_the_status_does() {
    let mut profile = profile(|_| {});
    profile.status = Some(status(&profile, applied(), Report::Absent));
    let later = now() + SignedDuration::from_hours(1);
    let again = |verdict| {
        let seen = Seen { verdict, report: Report::Silent };
        profile.status(&namespace([]), &seen, later).conditions
    };

    let same = again(applied());
    assert_eq!(find(&same, ConditionType::Ready).unwrap().last_transition_time.0, now());

    let flipped = again(Verdict::Unanswered { error: unreachable(), warnings: Diagnostics::none() });
    assert_eq!(find(&flipped, ConditionType::Ready).unwrap().last_transition_time.0, later);
    assert_eq!(find(&flipped, ConditionType::Accepted).unwrap().last_transition_time.0, now());
}

#[test]
fn a_refused_profile_names_rule_field_and_remedy() {
    let status = status(&profile(|_| {}), Verdict::Refused(finding(RuleId::Var01).into()), Report::Absent);
    let ready = find(&status.conditions, ConditionType::Ready).unwrap();
    for part in ["VAR-01", "spec.subjectNameFormat", "{{Nonsense}}", RuleId::Var01.rule().help] {
        assert!(ready.message.contains(part), "{part} is missing in {}", ready.message);
    }
    assert_eq!(status.diagnostics.len(), 1);
    assert_eq!(status.diagnostics[0].rule, "VAR-01");
    assert!(status.diagnostics[0].message.ends_with(RuleId::Var01.rule().help));
}

#[test]
fn a_mismatched_root_is_named_beside_the_right_one() {
    let root_mismatch = Some(RootMismatch { referenced: "AA11".to_owned(), authority: "BB22".to_owned() });
    let conditions = of(Verdict::Rejected { findings: Diagnostics::none(), root_mismatch });
    let message = &find(&conditions, ConditionType::ResolvedRefs).unwrap().message;
    assert!(message.contains("AA11") && message.contains("BB22"), "{message}");
}

#[test]
fn one_broken_phone_fails_devices_healthy_and_not_ready() {
    let summary = Summary { assigned: 3, installed: 2, failed: 1, ..Summary::default() };
    let status = status(&profile(|_| {}), applied(), report(summary, vec![]));
    assert_eq!(find(&status.conditions, ConditionType::Ready).unwrap().status, "True");
    let healthy = find(&status.conditions, ConditionType::DevicesHealthy).unwrap();
    assert_eq!(healthy.status, "False");
    assert!(healthy.message.contains("1 of 3") && healthy.message.contains("VAR-05"), "{}", healthy.message);
}

#[test]
fn device_rows_stand_worst_first_are_at_most_a_hundred_and_have_short_messages() {
    let mut rows: Vec<DeviceRow> =
        (0..100).map(|n| row(&format!("d{n:03}"), DeviceState::Installed)).collect();
    rows.push(row("z", DeviceState::Failed));
    rows.push(row("a", DeviceState::Pending));
    let status = status(&profile(|_| {}), applied(), report(Summary::default(), rows));
    let order: Vec<&str> = status.devices.iter().take(3).map(|row| row.device.as_str()).collect();
    assert_eq!(order, ["z", "a", "d000"]);
    assert_eq!((status.devices.len(), status.omitted_devices), (100, Some(2)));
    assert_eq!(status.devices[0].message.as_ref().unwrap().chars().count(), 256);
}

#[test]
fn a_silent_issuer_leaves_the_last_rows_and_one_that_lost_the_object_does_not() {
    let mut profile = profile(|_| {});
    let summary = Summary { assigned: 1, installed: 1, ..Summary::default() };
    profile.status =
        Some(status(&profile, applied(), report(summary, vec![row("d1", DeviceState::Installed)])));
    let outage = || Verdict::Unanswered { error: unreachable(), warnings: Diagnostics::none() };

    let silent = status(&profile, outage(), Report::Silent);
    assert_eq!((silent.summary, silent.devices.len()), (Some(summary), 1));
    assert_eq!(silent.programmed_generation, Some(3));

    let lost = status(&profile, outage(), Report::Absent);
    assert_eq!((lost.summary, lost.devices.len()), (None, 0));
}

#[test]
fn a_plan_shows_only_while_it_waits() {
    let of = |verdict| status(&profile(|_| {}), verdict, Report::Absent).plan;
    let plan = of(Verdict::Held { held: answer(2), warnings: Diagnostics::none() }).unwrap();
    assert_eq!((plan.id.as_str(), plan.revoke, plan.held), ("plan-1", 5, true));
    assert_eq!(of(applied()), None);
}

#[test]
fn a_request_to_reconcile_comes_back_as_handled() {
    let profile = profile(|value| {
        value["metadata"]["annotations"] = json!({"scepter.dev/reconcile-requested-at": "noon"});
    });
    let status = status(&profile, applied(), Report::Absent);
    assert_eq!(status.last_handled_reconcile_at.as_deref(), Some("noon"));
}

#[test]
fn a_root_names_the_profiles_that_use_it() {
    let root = root(|_| {});
    let among = namespace([
        Manifest::ScepProfile(Box::new(profile(|_| {}))),
        Manifest::ScepProfile(Box::new(profile(|value| {
            value["metadata"]["name"] = json!("other");
            value["spec"]["rootCertificateRef"]["name"] = json!("another");
        }))),
    ]);
    let status = root.status(&among, &Seen { verdict: applied(), report: Report::Absent }, now());
    assert_eq!((status.used_by, status.used_by_count), (vec!["wifi".to_owned()], Some(1)));
}

#[test]
fn a_source_counts_its_records_and_has_no_devices_to_be_healthy() {
    let Report::Known(mut report) = report(Summary::default(), vec![]) else { panic!() };
    report.source =
        Some(SourceReport { users: 2, devices: 3, groups: 1, last_sync_time: now(), rejected: vec![] });
    let source = source(&json!({"inline": {}}));
    let seen = Seen { verdict: applied(), report: Report::Known(report) };
    let status = source.status(&namespace([]), &seen, now());
    assert_eq!((status.users, status.devices, status.groups), (Some(2), Some(3), Some(1)));
    assert!(find(&status.conditions, ConditionType::DevicesHealthy).is_none());
}

#[test]
fn an_event_is_due_when_ready_changes_its_status_or_its_reason() {
    let ready = of(applied());
    let invalid = of(Verdict::Refused(finding(RuleId::Var01).into()));
    assert_eq!(transition(&[], &ready).unwrap().reason, "Programmed");
    assert_eq!(transition(&ready, &ready), None);
    assert_eq!(transition(&ready, &invalid).unwrap().reason, "Invalid");
}
