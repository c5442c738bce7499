//! Nothing of the rule list is forgotten: every id is a rule, or a behaviour with a test, or has a reason to be neither.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use scepter_policy::rules::{Activation, RULES, Rule, RuleId, Scope};
use scepter_policy::vocabulary::Severity;
use serde::Deserialize;

use crate::case::{data, read};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleList {
    count: usize,
    rules: BTreeMap<String, Place>,
    ours: BTreeMap<String, String>,
}

/// Where an id has its place.
#[derive(Deserialize)]
#[serde(untagged)]
enum Place {
    Registry(Effect),
    Test(Behaviour),
    Nowhere(Reason),
}

/// What a rule does when it is broken.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Effect {
    Rejects,
    Warns,
    Fails,
    Waits,
    Advises,
}

impl Effect {
    fn of(rule: &Rule) -> Self {
        match (rule.severity, rule.scope, rule.activation) {
            (_, _, Activation::OnRequest) => Self::Advises,
            (Severity::Error, Scope::Device, Activation::Always) => Self::Fails,
            (Severity::Warning, Scope::Device, Activation::Always) => Self::Waits,
            (Severity::Error, _, Activation::Always) => Self::Rejects,
            (Severity::Warning, _, Activation::Always) => Self::Warns,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Behaviour {
    behaviour: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    reason: String,
}

fn list() -> RuleList {
    read(&data("rule-list.yaml"))
}

fn registered() -> BTreeSet<String> {
    RULES.iter().map(|rule| rule.id.to_string()).collect()
}

#[test]
fn the_list_is_whole() {
    let list = list();
    assert_eq!(list.rules.len(), list.count);
    assert_eq!(list.count, 162 + 11, "ids of §§1–8.1, and those that §14 adds");
}

#[test]
fn the_registry_has_the_rules_that_the_list_says_are_implemented_and_no_other() {
    let list = list();
    let implemented = list.rules.iter().filter(|(_, place)| matches!(place, Place::Registry(_)));
    let expected: BTreeSet<String> = implemented.map(|(id, _)| id).chain(list.ours.keys()).cloned().collect();
    let registered = registered();
    assert_eq!(expected.difference(&registered).collect::<Vec<_>>(), [] as [&String; 0], "not registered");
    assert_eq!(registered.difference(&expected).collect::<Vec<_>>(), [] as [&String; 0], "not in the list");
}

#[test]
fn every_rule_does_what_the_list_says_when_it_is_broken() {
    for (id, place) in list().rules {
        if let Place::Registry(effect) = place {
            let rule: RuleId = id.parse().unwrap();
            assert_eq!(Effect::of(rule.rule()), effect, "{id}");
        }
    }
}

#[test]
fn every_behaviour_has_the_test_that_the_list_names() {
    let tests = tests();
    let list = list();
    let missing: Vec<String> = list
        .rules
        .iter()
        .filter_map(|(id, place)| match place {
            Place::Test(Behaviour { behaviour }) if !tests.contains(behaviour) => {
                Some(format!("{id}: {behaviour}"))
            }
            Place::Test(_) | Place::Registry(_) | Place::Nowhere(_) => None,
        })
        .collect();
    assert!(missing.is_empty(), "no such test: {missing:#?}");
}

#[test]
fn every_id_that_is_neither_rule_nor_behaviour_has_a_reason() {
    for (id, place) in list().rules {
        if let Place::Nowhere(Reason { reason }) = place {
            assert!(reason.split_whitespace().count() >= 4, "{id}: {reason:?}");
        }
    }
}

/// The names of the tests of every crate: functions below an attribute that ends in `test]`.
fn tests() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for source in sources(&crates) {
        let mut is_test = false;
        for line in source.lines().map(str::trim) {
            match name(line) {
                Some(name) if is_test => {
                    found.insert(name.to_owned());
                    is_test = false;
                }
                _ if line.starts_with("#[") || line.starts_with("///") => is_test |= line.ends_with("test]"),
                _ => is_test = false,
            }
        }
    }
    found
}

fn name(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ")?;
    rest.split_once('(').map(|(name, _)| name)
}

fn sources(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(fs::read_to_string(path).unwrap());
        }
    }
    found
}
