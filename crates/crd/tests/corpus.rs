//! Lint's verdict on the shape of a document is the API server's, one by one: see `corpus/README.md`. A test of the package
//! `scepter-tests` holds the corpus itself to a real API server.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use scepter_crd::inventory::Files;
use scepter_crd::schema::Schemas;
use scepter_crd::{Manifest, definitions};
use scepter_policy::diagnostics::Diagnostics;
use scepter_yaml::{Node, documents};
use serde_json::{Value, json};

#[test]
fn every_accepted_document_has_the_right_shape() {
    let refused = verdicts("accepted").into_iter().filter(|(_, refusals)| !refusals.is_empty());
    assert_eq!(refused.collect::<Vec<_>>(), []);
}

#[test]
fn every_refused_document_has_the_wrong_shape() {
    let all = verdicts("refused").into_iter().chain(verdicts("refused-by-lint-alone"));
    let taken = all.filter(|(_, refusals)| refusals.is_empty()).map(|(document, _)| document);
    assert_eq!(taken.collect::<Vec<_>>(), Vec::<PathBuf>::new());
}

#[test]
fn the_corpus_is_large() {
    let size = corpus("accepted").len() + corpus("refused").len();
    assert!(size >= 160, "{size} documents");
}

fn corpus(directory: &str) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(directory);
    let mut documents: Vec<PathBuf> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    documents.sort();
    documents
}

/// Each document, and why it is refused for its shape.
fn verdicts(directory: &str) -> Vec<(PathBuf, Vec<String>)> {
    let schemas = Schemas::new().unwrap();
    corpus(directory).into_iter().map(|document| (document.clone(), refusals(&schemas, &document))).collect()
}

fn refusals(schemas: &Schemas, document: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(document).unwrap();
    match documents(&text).collect::<Result<Vec<Node>, _>>() {
        Err(error) => vec![error.to_string()],
        Ok(read) => read.iter().flat_map(|document| refusals_of(schemas, document)).collect(),
    }
}

fn refusals_of(schemas: &Schemas, document: &Node) -> Vec<String> {
    let value = document.to_json();
    let Some(kind) = value["kind"].as_str().and_then(|kind| kind.parse().ok()) else {
        return vec![format!("no kind of ours: {}", value["kind"])];
    };
    let shape: Vec<String> = schemas.check(kind, document).errors().map(ToString::to_string).collect();
    if shape.is_empty() { refusals_by_twins(value) } else { shape }
}

/// What the CEL rules of the definitions refuse, said by their twins in policy.
fn refusals_by_twins(value: Value) -> Vec<String> {
    let now = "2026-11-24T12:00:00Z".parse().unwrap();
    let findings = match Manifest::from_value(value) {
        Err(error) => return vec![error.to_string()],
        Ok(Manifest::ScepProfile(object)) => object.parse().err(),
        Ok(Manifest::TrustedRootProfile(object)) => object.parse(None, now).err(),
        Ok(Manifest::InventorySource(object)) => object.read(&Files::default()).err(),
    };
    let rules = cel_rules();
    let is_twin = |rule: &str| rules.iter().any(|message| message.starts_with(&format!("{rule}: ")));
    let findings: Diagnostics = findings.unwrap_or_default();
    findings.errors().filter(|finding| is_twin(finding.rule.as_str())).map(ToString::to_string).collect()
}

fn cel_rules() -> BTreeSet<String> {
    let mut messages = BTreeSet::new();
    for definition in definitions::all() {
        collect(&json!(definition.spec.versions), &mut messages);
    }
    messages
}

fn collect(value: &Value, messages: &mut BTreeSet<String>) {
    let rules = value["x-kubernetes-validations"].as_array();
    messages.extend(rules.into_iter().flatten().map(|rule| rule["message"].as_str().unwrap().to_owned()));
    match value {
        Value::Object(fields) => fields.values().for_each(|field| collect(field, messages)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, messages)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
