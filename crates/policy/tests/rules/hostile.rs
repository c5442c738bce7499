//! Whatever somebody writes into a manifest: findings are few and short, no error is lost, and time grows with the text.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use scepter_crd::{Manifest, ManifestError};
use scepter_policy::diagnostics::Diagnostics;
use scepter_policy::name::SubjectTemplate;
use scepter_policy::template::Template;
use serde_json::{Value, json};

use crate::case::{merge, object};

/// The most bytes of a message, and of a help.
const MAX_TEXT: usize = 2048;

fn judge(spec: &Value) -> Diagnostics {
    match Manifest::from_value(object("ScepProfile", spec, "none")) {
        Ok(Manifest::ScepProfile(profile)) => match profile.parse() {
            Ok((_, warnings)) => warnings,
            Err(findings) => findings,
        },
        Err(ManifestError::Malformed { finding, .. }) => (*finding).into(),
        other => panic!("{other:?}"),
    }
}

fn assert_bounded(findings: &Diagnostics, what: &str) {
    assert!(findings.len() <= Diagnostics::MAX, "{what}: {}", findings.len());
    for finding in findings {
        assert!(
            finding.message.len() <= MAX_TEXT,
            "{what}: {} bytes by {}",
            finding.message.len(),
            finding.rule
        );
        assert!(finding.help.len() <= MAX_TEXT, "{what}: {} bytes by {}", finding.help.len(), finding.rule);
    }
}

#[test]
fn five_hundred_long_alternative_names_give_few_short_findings_and_lose_no_error() {
    for value in ["no address at all ", "{", "{{Nobody}}", ";", "é", "{{UserName}}|", "\u{1}"] {
        let warned = json!({"type": "Email", "value": "x".repeat(2048)});
        let hostile = json!({"type": "Email", "value": value.repeat(2048 / value.len())});
        for last in [&hostile, &json!({"type": "DNS", "value": " "})] {
            let mut names = vec![warned.clone(); 400];
            names.extend(vec![hostile.clone(); 99]);
            names.push(last.clone());
            let findings = judge(&json!({"subjectAlternativeNames": names}));
            assert_bounded(&findings, value);
            let is_error = value != "no address at all " && value != "é";
            assert_eq!(findings.has_errors(), is_error || last != &hostile, "{value:?}");
        }
    }
}

#[test]
fn lists_of_hostile_entries_give_few_short_findings() {
    let long = "a".repeat(4096);
    let many = |entry: Value| vec![entry; 500];
    for spec in [
        json!({"scepServerURLs": many(json!(long))}),
        json!({"scepServerURLs": many(json!(format!("http://{long}/")))}),
        json!({"extendedKeyUsages": many(json!({"name": long, "oid": long}))}),
        json!({"extendedKeyUsages": many(json!({"name": " ", "oid": long}))}),
        json!({"assignments": {"include": many(json!({"group": long})), "exclude": many(json!({"group": long}))}}),
        json!({"associatedProfiles": many(json!({"kind": "WiFi", "name": long}))}),
        json!({"authorityName": long, "rootCertificateRef": {"name": long}}),
        json!({"maxDisruption": long}),
        json!({"platform": long}),
        json!({long.clone(): long}),
        json!({"platform": "AndroidEnterpriseCorporate",
               "certificateAccess": {"mode": "GrantSilently", "apps": many(json!(long))}}),
        json!({"platform": "Windows10AndLater",
               "applicabilityRules": {"osEdition": {"match": "Include", "editions": many(json!(long))},
                                      "osVersion": {"match": "Include", "min": long, "max": long}}}),
    ] {
        let findings = judge(&spec);
        assert_bounded(&findings, &spec.to_string().chars().take(80).collect::<String>());
    }
}

#[test]
fn a_subject_of_ten_thousand_characters_gives_few_short_findings() {
    for shape in SHAPES {
        let subject = shape.repeat(10_000 / shape.len());
        let mut spec = json!({});
        merge(&mut spec, &json!({"subjectNameFormat": subject}));
        assert_bounded(&judge(&spec), shape);
    }
}

/// Texts that are repeated: each takes the reader of subjects another way.
const SHAPES: [&str; 16] = [
    "CN=a,",
    "CN=a+",
    "CN=a;",
    "CN={{UserName}},",
    "CN=\"a\",",
    "CN=\"\"\"\",",
    "\"",
    "\"\"",
    "\\",
    "=",
    ",",
    " ",
    "{{",
    "{{UserName}}",
    "é",
    "{{Nobody}}",
];

#[test]
fn the_time_to_read_a_name_grows_no_faster_than_the_name() {
    let distinct = |count: usize| (0..count).map(|n| format!("1.2.{n}=a+")).collect::<String>();
    let repeated =
        SHAPES.map(|shape| [8_000, 64_000].map(|length: usize| shape.repeat(length / shape.len())));
    let quoted = repeated.clone().map(|pair| pair.map(|text| format!("CN=\"{text}\"")));
    for [short, long] in repeated.into_iter().chain(quoted).chain([[distinct(1_000), distinct(8_000)]]) {
        for read in [read_subject as fn(&str), read_template] {
            // Reading the long text once takes as long as the short one eight times; were the time quadratic, eight
            // times as long. Caches that a neighbour emptied get another try.
            let eight_times = || (0..8).for_each(|_| read(&short));
            let is_linear =
                || computing(|| read(&long)) < computing(eight_times) * 4 + Duration::from_millis(10);
            assert!((0..5).any(|_| is_linear()), "{}", &short[..short.len().min(16)]);
        }
    }
}

/// How long this thread computes.
fn computing(run: impl Fn()) -> Duration {
    let spent = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap();
    let before = spent();
    run();
    spent().saturating_sub(before)
}

fn read_subject(text: &str) {
    let _ = SubjectTemplate::parse(text);
}

fn read_template(text: &str) {
    let _ = Template::parse(text);
}
