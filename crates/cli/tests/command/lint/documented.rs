//! What docs/lint.md shows, and the hook that it offers.

use serde::Deserialize;

use super::PROFILE;
use crate::scepter::{command, repository, run};

#[test]
fn the_page_shows_what_is_printed() {
    let page = std::fs::read_to_string(repository().join("docs/lint.md")).unwrap();
    let shown = page.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("profiles")).unwrap();
    let text = PROFILE.replace("CN={{UserName}}\" # who", "CN={{UserName}};O=Acme\"");
    std::fs::write(directory.path().join("profiles/wifi.yaml"), text).unwrap();
    let output = command(["lint", "profiles"]).current_dir(directory.path()).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains(shown), "{shown}\nis not in\n{told}");
}

/// A hook as pre-commit reads it.
#[derive(Deserialize)]
struct Hook {
    id: String,
    entry: String,
}

#[test]
fn the_hook_runs_lint_over_the_files_that_it_is_given() {
    let text = std::fs::read_to_string(repository().join(".pre-commit-hooks.yaml")).unwrap();
    let hooks: Vec<Hook> = serde_saphyr::from_str(&text).unwrap();
    let [Hook { id, entry }] = hooks.as_slice() else { panic!("one hook") };
    assert_eq!(id, "scepter-lint");
    let words = entry.strip_prefix("scepter ").unwrap().split(' ');
    let planted =
        ["subject", "roots"].map(|name| format!("crates/cli/tests/command/lint/planted/{name}.yaml"));
    let ended = run(words.chain(planted.iter().map(String::as_str)));
    assert_eq!(ended.code, Some(1));
    assert!(ended.stdout.contains("SUB-04"), "{}", ended.stdout);
}
