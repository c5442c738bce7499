//! Mistakes that were planted, and examples in which there are none.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use scepter_policy::rules::{RULES, Scope};

use super::{diagnostics, places, run};
use crate::scepter::repository;

/// A planted mistake: file, rule, line, column.
type Planted = (String, String, u64, u64);

fn directory() -> PathBuf {
    Path::new("crates/cli/tests/command/lint/planted").to_owned()
}

/// What the comments at the top of a directory's files say.
pub(super) fn said(directory: &Path) -> BTreeSet<Planted> {
    let mut said = BTreeSet::new();
    for entry in std::fs::read_dir(repository().join(directory)).unwrap() {
        let path = directory.join(entry.unwrap().file_name());
        if repository().join(&path).is_dir() {
            said.extend(self::said(&path));
            continue;
        }
        let text = std::fs::read_to_string(repository().join(&path)).unwrap();
        for line in text.lines().filter_map(|line| line.strip_prefix("# plants ")) {
            let (rule, place) = line.split_once(" at ").unwrap();
            let (line, column) = place.split_once(':').unwrap();
            let number = |text: &str| text.parse().unwrap();
            said.insert((path.display().to_string(), rule.to_owned(), number(line), number(column)));
        }
    }
    said
}

/// What was found, with the files in which it was found.
pub(super) fn found(words: &[&str]) -> BTreeSet<Planted> {
    let diagnostics = diagnostics(words);
    let files = diagnostics.iter().map(|found| found["file"].as_str().unwrap().to_owned());
    let found = files.zip(places(&diagnostics));
    found.map(|(file, (rule, line, column))| (file, rule, line, column)).collect()
}

#[test]
fn every_planted_mistake_is_listed_at_its_line_and_column_and_nothing_else_is() {
    let (said, found) = (said(&directory()), found(&[directory().to_str().unwrap()]));
    let missing: Vec<_> = said.difference(&found).collect();
    let unexpected: Vec<_> = found.difference(&said).collect();
    assert!(missing.is_empty() && unexpected.is_empty(), "missing {missing:#?}, unexpected {unexpected:#?}");
}

#[test]
fn every_group_of_rules_that_files_can_break_has_a_planted_mistake() {
    let group = |rule: &str| rule.split('-').next().unwrap().to_owned();
    let in_files = RULES.iter().filter(|rule| matches!(rule.scope, Scope::Object | Scope::Namespace));
    let groups: BTreeSet<String> = in_files.map(|rule| group(rule.id.as_str())).collect();
    let planted = said(&directory()).iter().map(|(_, rule, ..)| group(rule)).collect::<BTreeSet<_>>();
    assert_eq!(groups.difference(&planted).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
fn a_planted_mistake_is_told_with_its_help_and_the_page_that_explains_it() {
    let ended = run(["lint".as_ref(), directory().as_os_str()]);
    assert_eq!(ended.code, Some(1));
    for (_, rule, ..) in said(&directory()) {
        let page = format!("= docs: docs/rules.md#{}", rule.to_ascii_lowercase());
        assert!(ended.stdout.contains(&page), "{page}");
        assert!(ended.stdout.contains(&format!("[{rule}]")), "{rule}");
    }
}

#[test]
fn our_own_examples_are_clean_but_for_the_one_device_that_shows_what_waiting_for_a_root_is() {
    let ended = run(["lint", "examples"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let found: Vec<_> = found(&["examples"]).into_iter().map(|(file, rule, ..)| (file, rule)).collect();
    let taught = ("examples/quickstart/corp-vpn-ios.yaml".to_owned(), "ROOT-09".to_owned());
    assert_eq!(found, [taught]);
}
