//! One vector file a rule: what breaks it, and what does not.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use scepter_policy::rules::{RULES, RuleId};
use scepter_policy::vocabulary::Severity;

use crate::case::{Case, data, path, vectors};
use crate::judge::judge;

/// Rules that the issuer alone can judge, from its configuration: its tests name them.
const AT_THE_ISSUER: [RuleId; 2] = [RuleId::Aut10, RuleId::Aut11];

fn rules() -> impl Iterator<Item = RuleId> {
    RULES.iter().map(|rule| rule.id).filter(|rule| !AT_THE_ISSUER.contains(rule))
}

#[test]
fn every_rule_has_a_breaking_and_a_keeping_case() {
    let missing: Vec<_> = rules().filter(|rule| !path(*rule).exists()).collect();
    assert!(missing.is_empty(), "no vector file: {missing:?}");
    let empty = |rule: &RuleId| {
        let vectors = vectors(*rule);
        vectors.fires.is_empty() || vectors.silent.is_empty()
    };
    let empty: Vec<_> = rules().filter(empty).collect();
    assert!(empty.is_empty(), "no case in which it speaks, or none in which it is silent: {empty:?}");
}

#[test]
fn the_rules_that_only_the_issuer_judges_are_named_by_its_tests() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../issuer/tests/issuer/offline.rs");
    let tests = fs::read_to_string(tests).unwrap();
    for rule in AT_THE_ISSUER {
        assert!(tests.contains(&format!("\"{rule}\"")), "{rule}");
    }
}

#[test]
fn every_vector_file_belongs_to_a_rule() {
    let known: BTreeSet<String> = rules().map(|rule| format!("{rule}.yaml")).collect();
    let files = fs::read_dir(data("vectors")).unwrap().map(|entry| entry.unwrap());
    let names = files.filter(|entry| entry.path().is_file()).map(|entry| entry.file_name());
    let strangers: Vec<_> = names.filter(|name| !known.contains(name.to_str().unwrap())).collect();
    assert!(strangers.is_empty(), "{strangers:?}");
}

#[test]
fn every_vector_file_begins_with_the_title_of_its_rule() {
    for rule in rules() {
        let text = fs::read_to_string(path(rule)).unwrap();
        let title = format!("# {}\n", rule.rule().title);
        assert!(text.starts_with(&title), "{rule}: {title}");
    }
}

#[test]
fn every_rule_speaks_where_it_is_broken_and_names_the_field() {
    let problems: Vec<String> = rules()
        .flat_map(|rule| problems(rule, "fires", &vectors(rule).fires, |case| problem_of_firing(rule, case)))
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_rule_is_silent_where_it_is_kept() {
    let problems: Vec<String> = rules()
        .flat_map(|rule| {
            problems(rule, "silent", &vectors(rule).silent, |case| problem_of_silence(rule, case))
        })
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn problems(
    rule: RuleId,
    list: &str,
    cases: &[Case],
    judge: impl Fn(&Case) -> Option<String>,
) -> Vec<String> {
    let numbered = cases.iter().enumerate();
    numbered
        .filter_map(|(n, case)| judge(case).map(|problem| format!("{rule} {list}[{n}]: {problem}")))
        .collect()
}

/// A firing case breaks this rule and those it says, no other, as severely as the rule says or the case.
fn problem_of_firing(rule: RuleId, case: &Case) -> Option<String> {
    let findings = judge(rule, case);
    let found: BTreeSet<&str> = findings.iter().map(|finding| finding.rule.as_str()).collect();
    let expected: BTreeSet<&str> = case.also.iter().map(String::as_str).chain([rule.as_str()]).collect();
    if found != expected {
        return Some(format!("{found:?} spoke instead of {expected:?}: {findings:?}"));
    }
    let severity = case.severity.unwrap_or(rule.severity());
    let is_meant = |field: &str, found: Severity| {
        found == severity && case.field.as_ref().is_none_or(|expected| expected == field)
    };
    let mut own = findings.iter().filter(|finding| finding.rule == rule);
    let meant = own.any(|finding| is_meant(finding.field.as_str(), finding.severity));
    (!meant).then(|| format!("no {severity} at {:?} in {findings:?}", case.field))
}

/// A silent case breaks this rule not, and no other so that it is refused.
fn problem_of_silence(rule: RuleId, case: &Case) -> Option<String> {
    let findings = judge(rule, case);
    let spoke = findings.iter().any(|finding| finding.rule == rule);
    (spoke || findings.has_errors()).then(|| format!("{findings:?}"))
}

/// Every sentence of a rule is one that a reader can act upon: it names something, and ends without a full stop, since
/// message and help are joined by a semicolon.
#[test]
fn messages_and_helps_are_sentences_of_one_form() {
    for rule in rules() {
        let entry = rule.rule();
        for text in [entry.title, entry.help] {
            assert!(!text.is_empty() && !text.ends_with('.') && text.trim() == text, "{rule}: {text:?}");
        }
        assert!(entry.title.starts_with(|c: char| c.is_uppercase() || c == '{'), "{rule}: {}", entry.title);
        for case in vectors(rule).fires {
            for finding in &judge(rule, &case) {
                let message = &finding.message;
                assert!(!message.is_empty() && !message.ends_with('.'), "{rule}: {message:?}");
                assert!(!finding.help.is_empty(), "{rule}: {message:?} has no remedy");
                assert!(message.chars().count() <= 512, "{rule}: {message:?} is too long to read");
                assert!(!finding.field.as_str().is_empty(), "{rule}: {message:?} is about no field");
            }
        }
    }
}
