//! The commands that the documents show.

use std::path::{Path, PathBuf};

use scepter_tests::{Failure, Scepter, run};

/// Where commands are shown.
const DOCUMENTS: &[&str] = &[
    "README.md",
    "CONTRIBUTING.md",
    "docs/admission.md",
    "docs/filters.md",
    "docs/lint.md",
    "docs/operations.md",
    "docs/payloads.md",
    "examples/filters/README.md",
    "examples/quickstart/README.md",
];

#[test]
fn every_scepter_command_that_is_shown_is_understood() -> Result<(), Failure> {
    let mut shown = 0;
    for arguments in DOCUMENTS.iter().flat_map(|document| commands(document, "scepter")) {
        // Asking for help at the end still refuses every unknown command and flag before it.
        run(Scepter::command()?.args(&arguments).arg("--help"), b"")?;
        shown += 1;
    }
    assert!(shown >= 4, "the README alone shows more than {shown} commands");
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

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The arguments of each call of a program in the code blocks of a document.
fn commands(document: &str, program: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(root().join(document)).unwrap();
    let blocks = text.split("```").skip(1).step_by(2);
    let lines = blocks.flat_map(str::lines).filter(|line| !line.trim_start().starts_with('#'));
    let calls = lines.flat_map(|line| line.split(['|', '&', '#']).next().into_iter().map(str::trim));
    calls.filter_map(|call| arguments(call, program)).collect()
}

fn arguments(call: &str, program: &str) -> Option<Vec<String>> {
    let mut words = call.split_whitespace().skip_while(|word| word.contains('='));
    (words.next() == Some(program)).then(|| words.map(str::to_owned).collect())
}
