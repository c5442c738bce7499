//! The guide to clients says nothing that no test shows, and leaves out no test of a client.

use std::collections::BTreeSet;
use std::fs;

use crate::commands::root;

/// The tests that are about one client each.
const CLIENTS: [&str; 7] =
    ["strongswan", "certmonger", "pyscep", "smallstep", "micromdm", "windows", "apple"];

#[test]
fn every_test_that_the_guide_names_is_there_and_every_test_of_a_client_is_named() {
    let guide = fs::read_to_string(root().join("docs/clients.md")).unwrap();
    let named: BTreeSet<&str> = guide.split('`').filter(|text| is_test_name(text)).collect();
    let sources = root().join("tests/tests/clients");
    let tests = |source: &str| test_names(&fs::read_to_string(source).unwrap());

    let files = fs::read_dir(&sources).unwrap().map(|entry| entry.unwrap().path());
    let all: BTreeSet<String> = files.flat_map(|file| tests(&file.display().to_string())).collect();
    let unknown: Vec<_> = named.iter().filter(|name| !all.contains(**name)).collect();
    assert!(unknown.is_empty(), "no such tests: {unknown:?}");

    for client in CLIENTS {
        let of_client = tests(&sources.join(client).with_extension("rs").display().to_string());
        assert!(!of_client.is_empty(), "{client}");
        let silent: Vec<_> = of_client.iter().filter(|name| !named.contains(name.as_str())).collect();
        assert!(silent.is_empty(), "docs/clients.md does not name {silent:?}");
    }
}

/// A name of a test is a sentence: many words, with `_` between them.
fn is_test_name(text: &str) -> bool {
    let letters = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    text.chars().all(letters) && text.matches('_').count() > 3
}

/// The functions that follow a `#[test]` or `#[tokio::test]`.
fn test_names(source: &str) -> BTreeSet<String> {
    let after = source.split("test]\n").skip(1);
    let names = after.filter_map(|text| text.split_once("fn ")?.1.split_once('('));
    names.map(|(name, _)| name.to_owned()).collect()
}
