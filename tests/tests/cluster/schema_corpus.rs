//! The corpus of `crates/crd/tests/corpus` has the verdicts of a real API server. A test of the crate `scepter-crd` holds
//! that lint has the same.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use scepter_tests::{Cluster, Failure, Namespace};

/// How many documents are sent at once: `kubectl` mostly waits.
const AT_ONCE: usize = 4;

/// Documents, and what was said of each.
type Answers = Vec<(PathBuf, Result<Vec<String>, Failure>)>;

#[test]
fn every_accepted_document_is_accepted_by_the_api_server() -> Result<(), Failure> {
    for (document, answer) in answers("accepted")? {
        assert!(answer.is_ok(), "{}: {}", document.display(), answer.unwrap_err());
    }
    Ok(())
}

#[test]
fn every_refused_document_is_refused_by_the_api_server() -> Result<(), Failure> {
    for (document, answer) in answers("refused")? {
        assert!(answer.is_err(), "{} is accepted", document.display());
    }
    Ok(())
}

#[test]
fn what_lint_alone_refuses_is_taken_by_kubectl() -> Result<(), Failure> {
    for (document, answer) in answers("refused-by-lint-alone")? {
        assert!(answer.is_ok(), "{}: {}", document.display(), answer.unwrap_err());
    }
    Ok(())
}

/// What `kubectl` and the API server say of each document of a directory, in the order of names.
fn answers(directory: &str) -> Result<Answers, Failure> {
    let documents = documents(directory);
    assert!(!documents.is_empty(), "{directory} holds documents");
    let namespace = Namespace::fresh(Cluster::with_definitions()?)?;
    let next = AtomicUsize::new(0);
    let take = || {
        let mut taken = Vec::new();
        while let Some(document) = documents.get(next.fetch_add(1, Ordering::Relaxed)) {
            let text = std::fs::read_to_string(document).unwrap();
            taken.push((document.clone(), namespace.kubectl().dry_run(&text)));
        }
        taken
    };
    let mut answers: Answers = thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(take)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    answers.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(answers)
}

fn documents(directory: &str) -> Vec<PathBuf> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/crd/tests/corpus");
    let entries = std::fs::read_dir(corpus.join(directory)).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}
