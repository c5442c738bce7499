//! The same values as kubectl, document by document; `kubectl/README.md` says where the answers come from.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use scepter_yaml::documents;
use serde_json::{Number, Value};

/// What kubectl refuses and this reading takes, and why.
const DIFFERENCES: [(&str, &str); 3] = [
    (r#"a: "\ud83d\ude00""#, "a pair of surrogates is good JSON, which kubectl reads by other code"),
    (r#"a: "a\/b""#, "so is this escape"),
    ("...", "an end without a beginning loses nothing"),
];

fn ours(text: &str) -> String {
    match documents(text).next() {
        Some(Ok(root)) => root.to_json().to_string(),
        Some(Err(_)) => "error".to_owned(),
        None => "null".to_owned(),
    }
}

/// Kubernetes decodes a number to 64 bits with sign, else to a float.
fn decoded(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_u64() && !number.is_i64() => {
            number.as_f64().and_then(Number::from_f64).map_or(Value::Null, Value::Number)
        }
        Value::Array(elements) => elements.into_iter().map(decoded).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, value)| (key, decoded(value))).collect(),
        other => other,
    }
}

#[test]
fn every_document_of_the_corpus_reads_as_kubectl_reads_it() {
    let is_known = |text: &str| DIFFERENCES.iter().any(|(different, _)| *different == text);
    let mut wrong = Vec::new();
    for line in include_str!("kubectl/corpus.tsv").lines() {
        let (text, answer) = line.rsplit_once('\t').unwrap();
        let expected = match answer {
            "error" => answer.to_owned(),
            json => decoded(serde_json::from_str(json).unwrap()).to_string(),
        };
        let read = ours(&text.replace(r"\n", "\n"));
        if (read == expected) == is_known(text) {
            wrong.push(format!("{text}: kubectl {expected}, here {read}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
