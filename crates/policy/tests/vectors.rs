//! One vector file a rule of the object scope: manifests that break the rule and manifests that do not, read as
//! `scepter lint` and the issuer read them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use scepter_crd::{Manifest, ManifestError};
use scepter_policy::diagnostics::Diagnostics;
use scepter_policy::rules::requested::{self, Requested};
use scepter_policy::rules::{Activation, RULES, RuleId, Scope};
use scepter_policy::vocabulary::Severity;
use serde::Deserialize;
use serde_json::{Value, json};

/// The cases of one rule.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vectors {
    fires: Vec<Case>,
    silent: Vec<Case>,
}

/// One manifest: a base object with a few fields changed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// `ScepProfile` or `TrustedRootProfile`.
    #[serde(default = "scep_profile")]
    kind: String,
    /// Merged over the base's metadata.
    #[serde(default)]
    metadata: Value,
    /// Merged over the base's spec; null takes a field away.
    #[serde(default)]
    spec: Value,
    /// A list made of one entry very often.
    repeat: Option<Repeat>,
    /// The file of a root's certificate, or `none`.
    #[serde(default = "root_pem")]
    pem: String,
    /// The moment of judging.
    #[serde(default = "moment")]
    now: jiff::Timestamp,
    /// The field that the finding names.
    field: Option<String>,
    /// Other rules that rightly speak as well.
    #[serde(default)]
    also: BTreeSet<String>,
    /// Whether a rule that usually refuses only warns here.
    #[serde(default)]
    warns: bool,
}

#[derive(Deserialize)]
struct Repeat {
    list: String,
    entry: Value,
    times: usize,
}

/// A base object, and what it needs besides on Windows.
#[derive(Deserialize)]
struct Base {
    object: Value,
    windows: Value,
}

fn scep_profile() -> String {
    "ScepProfile".to_owned()
}

fn root_pem() -> String {
    "root.pem".to_owned()
}

fn moment() -> jiff::Timestamp {
    "2030-01-01T00:00:00Z".parse().unwrap()
}

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

fn read<T: for<'a> Deserialize<'a>>(path: &Path) -> T {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn vectors(rule: RuleId) -> Vectors {
    read(&tests().join("vectors").join(format!("{rule}.yaml")))
}

fn manifest(case: &Case) -> Value {
    let base: Base = read(&tests().join("vectors/bases").join(format!("{}.yaml", case.kind)));
    let mut object = base.object;
    let platform = case.spec["platform"].as_str().unwrap_or_default();
    if platform.starts_with("Windows") {
        merge(&mut object["spec"], &base.windows);
    }
    if case.kind == "TrustedRootProfile" && case.pem != "none" {
        let pem = fs::read_to_string(tests().join("certificates").join(&case.pem)).unwrap();
        merge(&mut object["spec"], &json!({"certificate": {"pem": pem}}));
    } else if case.kind == "TrustedRootProfile" {
        merge(&mut object["spec"], &json!({"certificate": {}}));
    }
    merge(&mut object["spec"], &case.spec);
    merge(&mut object["metadata"], &case.metadata);
    if let Some(repeat) = &case.repeat {
        object["spec"][&repeat.list] = vec![repeat.entry.clone(); repeat.times].into();
    }
    object
}

/// Merges as RFC 7396 does.
fn merge(target: &mut Value, patch: &Value) {
    match (target, patch) {
        (_, Value::Null) => {}
        (Value::Object(target), Value::Object(patch)) => {
            for (key, value) in patch {
                if value.is_null() {
                    target.remove(key);
                } else {
                    merge(target.entry(key).or_insert(Value::Null), value);
                }
            }
        }
        (target, patch) => *target = patch.clone(),
    }
}

/// Whether the manifest is accepted, and every finding; a rule that waits to be asked is asked for.
fn judge(rule: RuleId, case: &Case) -> (bool, Diagnostics) {
    let asked = Some(rule).filter(|rule| rule.rule().activation == Activation::OnRequest);
    let requested = Requested::new(asked).unwrap();
    let judged = match Manifest::from_value(manifest(case)) {
        Ok(Manifest::ScepProfile(profile)) => profile.parse().map(|(profile, mut warnings)| {
            warnings.extend(requested::judge(&profile, &BTreeMap::new(), &requested));
            warnings
        }),
        Ok(Manifest::TrustedRootProfile(root)) => root.parse(None, case.now).map(|(_, warnings)| warnings),
        Ok(Manifest::InventorySource(_)) => panic!("an inventory source is judged by no rule of this scope"),
        Err(ManifestError::Malformed { finding, .. }) => Err((*finding).into()),
        Err(error) => panic!("{error}"),
    };
    match judged {
        Ok(warnings) => (true, warnings),
        Err(findings) => (false, findings),
    }
}

fn object_rules() -> impl Iterator<Item = RuleId> {
    RULES.iter().filter(|rule| rule.scope == Scope::Object).map(|rule| rule.id)
}

#[test]
fn every_rule_of_the_object_scope_speaks_where_it_is_broken_and_names_the_field() {
    let problems: Vec<String> = object_rules()
        .flat_map(|rule| problems(rule, "fires", &vectors(rule).fires, |case| problem_of_firing(rule, case)))
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_rule_of_the_object_scope_is_silent_where_it_is_kept() {
    let problems: Vec<String> = object_rules()
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

/// A firing case breaks this rule and those it says, no other; whether it is refused follows from the severity.
fn problem_of_firing(rule: RuleId, case: &Case) -> Option<String> {
    let (accepted, findings) = judge(rule, case);
    let found: BTreeSet<&str> = findings.iter().map(|finding| finding.rule.as_str()).collect();
    let expected: BTreeSet<&str> = case.also.iter().map(String::as_str).chain([rule.as_str()]).collect();
    let only_warns = case.warns || rule.severity() == Severity::Warning;
    let at =
        |field: &String| findings.iter().any(|found| found.rule == rule && found.field.as_str() == field);
    if found != expected {
        Some(format!("{found:?} spoke instead of {expected:?}"))
    } else if accepted != only_warns {
        Some(format!("accepted: {accepted}"))
    } else {
        case.field
            .as_ref()
            .filter(|field| !at(field))
            .map(|field| format!("nothing at {field} in {findings:?}"))
    }
}

fn problem_of_silence(rule: RuleId, case: &Case) -> Option<String> {
    let (accepted, findings) = judge(rule, case);
    let spoke = findings.iter().any(|finding| finding.rule == rule);
    (spoke || !accepted).then(|| format!("{findings:?}"))
}

#[test]
fn every_rule_of_the_object_scope_has_a_breaking_and_a_keeping_case() {
    for rule in object_rules() {
        let vectors = vectors(rule);
        assert!(!vectors.fires.is_empty() && !vectors.silent.is_empty(), "{rule}");
    }
}

#[test]
fn every_vector_file_belongs_to_a_rule_of_the_object_scope() {
    let known: BTreeSet<String> = object_rules().map(|rule| format!("{rule}.yaml")).collect();
    let files = fs::read_dir(tests().join("vectors")).unwrap().map(|entry| entry.unwrap());
    let names = files.filter(|entry| entry.path().is_file()).map(|entry| entry.file_name());
    let strangers: Vec<_> = names.filter(|name| !known.contains(name.to_str().unwrap())).collect();
    assert!(strangers.is_empty(), "{strangers:?}");
}

/// Rules that need more than the object are tested beside their checks, with the context that they need; those that only
/// an issuer can judge, in its tests.
#[test]
fn every_other_rule_is_named_by_a_test_beside_its_check() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = sources(&here.join("src"));
    let beside: String = own.iter().filter_map(|source| tests_of(source)).collect();
    let at_the_issuer = sources(&here.join("../issuer/tests")).concat();
    let tests = beside + &at_the_issuer;
    let unnamed: Vec<_> = RULES
        .iter()
        .filter(|rule| rule.scope != Scope::Object)
        .filter(|rule| !tests.contains(&format!("{:?}", rule.id)) && !tests.contains(rule.id.as_str()))
        .map(|rule| rule.id)
        .collect();
    assert!(unnamed.is_empty(), "no test names {unnamed:?}");
}

/// The tests of a source file: all of a file that begins with them, else what stands below the attribute.
fn tests_of(source: &str) -> Option<&str> {
    match source.find("#[test]") {
        Some(_) if !source.contains("#[cfg(test)]") => Some(source),
        Some(_) => source.split_once("#[cfg(test)]").map(|(_, tests)| tests),
        None => None,
    }
}

fn sources(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else {
            found.push(fs::read_to_string(path).unwrap());
        }
    }
    found
}
