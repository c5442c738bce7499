//! The commands that the documents show.

use std::path::{Path, PathBuf};

use scepter_tests::{Failure, Scepter, run};

/// Where commands are shown.
const DOCUMENTS: &[&str] = &[
    "README.md",
    "CONTRIBUTING.md",
    "docs/admission.md",
    "docs/clients.md",
    "docs/filters.md",
    "docs/lint.md",
    "docs/operations.md",
    "docs/payloads.md",
    "examples/filters/README.md",
    "examples/quickstart/README.md",
];

#[test]
fn every_scepter_command_that_is_shown_is_understood() -> Result<(), Failure> {
    let shown: Vec<_> = DOCUMENTS.iter().flat_map(|document| commands(document, "scepter")).collect();
    for arguments in &shown {
        // Asking for help at the end still refuses every unknown command and flag before it.
        run(Scepter::command()?.args(arguments).arg("--help"), b"")?;
    }
    for known in ["crds", "lint -", "lint -o sarif .", "lint --fix -"] {
        assert!(shown.iter().any(|arguments| arguments.join(" ") == known), "{known} is not in {shown:?}");
    }
    Ok(())
}

#[test]
fn every_word_of_make_that_is_shown_is_there() {
    let makefile = std::fs::read_to_string(root().join("Makefile")).unwrap();
    let words = DOCUMENTS.iter().flat_map(|document| commands(document, "make"));
    let words: Vec<String> = words.filter_map(|arguments| arguments.into_iter().next()).collect();
    assert!(words.iter().any(|word| word == "demo"), "{words:?}");
    for word in words {
        assert!(makefile.contains(&format!("\n{word}:")), "make {word}");
    }
}

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The arguments of each call of a program in the code blocks of a document.
fn commands(document: &str, program: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(root().join(document)).unwrap();
    let blocks = text.split("```").skip(1).step_by(2);
    let lines = blocks.flat_map(str::lines).filter(|line| !line.trim_start().starts_with('#'));
    let lines = lines.filter_map(|line| line.split(" #").next());
    let calls = lines.flat_map(|line| line.split(['|', '&']));
    calls.filter_map(|call| arguments(call, program)).collect()
}

/// What stands before a call: variables that are set, and YAML of a pipeline.
fn arguments(call: &str, program: &str) -> Option<Vec<String>> {
    let leads = |word: &&str| word.contains('=') || ["-", "run:"].contains(word);
    let mut words = call.split_whitespace().skip_while(leads);
    let redirects = |word: &&str| word.starts_with(['<', '>']);
    (words.next() == Some(program))
        .then(|| words.take_while(|word| !redirects(word)).map(str::to_owned).collect())
}
