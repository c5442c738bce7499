//! The command has the API server's verdict on the shape of every document of `crates/crd/tests/corpus`.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::scepter::{repository, run};

/// What the documents refer to, so that nothing but the documents themselves is to blame.
const NEIGHBOURS: &str = r#"
apiVersion: scepter.dev/v1alpha1
kind: TrustedRootProfile
metadata: {name: corp-root}
spec: {platform: iOS, certificate: {authorityName: default}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: people}
data: {users.yaml: "[]"}
"#;

#[test]
fn lint_refuses_every_document_that_an_api_server_refuses() {
    let neighbours = Neighbours::written();
    let refused = documents("refused").into_iter().chain(documents("refused-by-lint-alone"));
    let taken = refused.filter(|document| neighbours.errors(document).is_empty());
    assert_eq!(taken.collect::<Vec<_>>(), Vec::<PathBuf>::new());
}

#[test]
fn lint_finds_nothing_wrong_with_the_shape_of_a_document_that_an_api_server_takes() {
    let neighbours = Neighbours::written();
    for document in documents("accepted") {
        let errors = neighbours.errors(&document);
        assert!(errors.iter().all(|error| error["rule"] != "SCH-01"), "{}: {errors:?}", document.display());
    }
    let minimal =
        documents("accepted").into_iter().find(|document| document.ends_with("profile-minimal.yaml"));
    assert_eq!(neighbours.errors(&minimal.unwrap()), Vec::<Value>::new());
}

fn documents(directory: &str) -> Vec<PathBuf> {
    let directory = repository().join("crates/crd/tests/corpus").join(directory);
    let mut documents: Vec<PathBuf> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    documents.sort();
    documents
}

struct Neighbours(tempfile::NamedTempFile);

impl Neighbours {
    fn written() -> Self {
        let file = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
        std::fs::write(file.path(), NEIGHBOURS).unwrap();
        Self(file)
    }

    /// The errors of a document among the neighbours. All have the same name, so each is linted alone.
    fn errors(&self, document: &Path) -> Vec<Value> {
        let words = ["lint", "-o", "json"].map(AsRef::as_ref);
        let linted = run(words.into_iter().chain([document.as_os_str(), self.0.path().as_os_str()]));
        let report: Value = serde_json::from_str(&linted.stdout).unwrap_or_else(|_| panic!("{linted:?}"));
        let is_error = |finding: &&Value| {
            finding["severity"] == "error" && finding["file"] == document.display().to_string()
        };
        report["diagnostics"].as_array().unwrap().iter().filter(is_error).cloned().collect()
    }
}
