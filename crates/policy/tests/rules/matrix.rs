//! Every field on every platform, through the reader of manifests (policy-rules §1.2).

use std::collections::{BTreeMap, BTreeSet};

use scepter_crd::{Manifest, ManifestError};
use scepter_policy::diagnostics::Diagnostics;
use scepter_policy::rules::RuleId;
use scepter_policy::rules::matrix::{Field, MATRIX, Requirement};
use scepter_policy::vocabulary::{Platform, Severity};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::case::{data, merge, read};

/// The rule list's table, as `matrix.yaml` transcribes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    platforms: Vec<Platform>,
    fields: BTreeMap<String, Row>,
    values: Vec<Cell>,
    always: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    cells: String,
    set: Value,
    rule: Option<RuleId>,
    missing: Option<RuleId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cell {
    value: String,
    spec: Value,
    verdicts: Vec<String>,
}

fn table() -> Table {
    read(&data("matrix.yaml"))
}

/// A device profile that has what its platform needs, and nothing else.
fn spec(table: &Table, platform: Platform) -> Value {
    let mut spec = json!({"platform": platform});
    for (field, row) in &table.fields {
        if row.on(table, platform) == 'R' {
            spec[field] = row.set.clone();
        }
    }
    spec
}

impl Row {
    fn on(&self, table: &Table, platform: Platform) -> char {
        let index = table.platforms.iter().position(|known| *known == platform).unwrap();
        self.cells.chars().nth(index).unwrap()
    }
}

fn judge(spec: &Value) -> Diagnostics {
    let object = json!({
        "apiVersion": "scepter.dev/v1alpha1", "kind": "ScepProfile",
        "metadata": {"name": "wifi", "namespace": "acme"}, "spec": spec,
    });
    match Manifest::from_value(object) {
        Ok(Manifest::ScepProfile(profile)) => match profile.parse() {
            Ok((_, warnings)) => warnings,
            Err(findings) => findings,
        },
        Err(ManifestError::Malformed { finding, .. }) => (*finding).into(),
        other => panic!("{other:?}"),
    }
}

/// The findings as the table writes them: `warns VAR-11`, `VAR-08`, or `ok` where there are none.
fn verdicts(findings: &Diagnostics) -> BTreeSet<String> {
    let found = findings.iter().map(|finding| match finding.severity {
        Severity::Error => finding.rule.to_string(),
        Severity::Warning => format!("warns {}", finding.rule),
    });
    let found: BTreeSet<String> = found.collect();
    if found.is_empty() { BTreeSet::from(["ok".to_owned()]) } else { found }
}

#[test]
fn the_table_has_every_platform_and_every_field_of_the_matrix() {
    let table = table();
    assert_eq!(table.platforms, Platform::ALL);
    let known: BTreeSet<&str> = Field::ALL.iter().map(|field| field.as_str()).collect();
    assert_eq!(table.fields.keys().map(String::as_str).collect::<BTreeSet<_>>(), known);
    assert!(table.fields.values().all(|row| row.cells.len() == Platform::ALL.len()));
    assert!(table.values.iter().all(|cell| cell.verdicts.len() == Platform::ALL.len()));
}

#[test]
fn the_matrix_that_documents_read_is_the_rule_lists() {
    let table = table();
    for row in &MATRIX {
        for &platform in Platform::ALL {
            let expected = match table.fields[row.field.as_str()].on(&table, platform) {
                'R' => Requirement::Required,
                'O' => Requirement::Optional,
                _ => Requirement::Forbidden,
            };
            assert_eq!(row.field.on(platform), expected, "{} on {platform}", row.field);
        }
    }
}

#[test]
fn a_profile_that_has_what_its_platform_needs_is_accepted() {
    let table = table();
    for (&platform, always) in table.platforms.iter().zip(&table.always) {
        let found = verdicts(&judge(&spec(&table, platform)));
        assert_eq!(found, BTreeSet::from([always.clone()]), "{platform}");
    }
}

#[test]
fn a_required_field_that_is_missing_is_refused_by_its_rule_and_named() {
    let table = table();
    for (field, row) in &table.fields {
        for &platform in table.platforms.iter().filter(|platform| row.on(&table, **platform) == 'R') {
            let mut spec = spec(&table, platform);
            spec.as_object_mut().unwrap().remove(field);
            let findings = judge(&spec);
            let finding = findings.errors().next().unwrap_or_else(|| panic!("{field} on {platform}"));
            let at = format!("{} {}", finding.field, finding.message);
            assert_eq!(Some(finding.rule), row.missing, "{field} on {platform}: {at}");
            assert!(at.contains(field.as_str()), "{field} on {platform}: {at}");
        }
    }
}

#[test]
fn a_field_that_a_platform_has_is_accepted_and_another_refused_by_its_rule_with_field_and_platform() {
    let table = table();
    for (field, row) in &table.fields {
        for (&platform, always) in table.platforms.iter().zip(&table.always) {
            let mut spec = spec(&table, platform);
            spec[field] = row.set.clone();
            let findings = judge(&spec);
            if row.on(&table, platform) != 'F' {
                assert_eq!(verdicts(&findings), BTreeSet::from([always.clone()]), "{field} on {platform}");
                continue;
            }
            let errors: Vec<_> = findings.errors().collect();
            let [finding] = errors.as_slice() else { panic!("{field} on {platform}: {findings:?}") };
            assert_eq!(Some(finding.rule), row.rule, "{field} on {platform}");
            assert_eq!(finding.field.as_str(), format!("spec.{field}"));
            assert!(finding.message.contains(field.as_str()), "{}", finding.message);
            assert!(finding.message.contains(platform.as_str()), "{}", finding.message);
        }
    }
}

#[test]
fn every_value_that_only_some_platforms_take_is_judged_on_each() {
    let table = table();
    for cell in &table.values {
        let columns = table.platforms.iter().zip(&cell.verdicts).zip(&table.always);
        for ((&platform, verdict), always) in columns {
            let mut spec = spec(&table, platform);
            merge(&mut spec, &cell.spec);
            let mut expected = BTreeSet::from([verdict.clone(), always.clone()]);
            if expected.len() > 1 {
                expected.remove("ok");
            }
            assert_eq!(verdicts(&judge(&spec)), expected, "{} on {platform}", cell.value);
        }
    }
}
