//! Any text: no panic, places that are right, bounded memory, linear time.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use proptest::prelude::*;
use scepter_yaml::{Mark, Node, Problem, Span, Value, documents, text};

fn problem(text: &str) -> Option<Problem> {
    documents(text).find_map(Result::err).map(|error| error.problem)
}

#[test]
fn aliases_that_multiply_are_refused() {
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        laughs.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    assert_eq!(problem(&laughs), Some(Problem::TooManyAliases));
    let long = format!("a: &a {}\nb: [{}]\n", "x".repeat(100_000), "*a, ".repeat(1000));
    assert_eq!(problem(&long), Some(Problem::TooManyAliases));
    let merged = format!("a: &a {{{}}}\nb: [{}]\n", "k: {x: 1}", "{<<: *a}, ".repeat(200_000));
    assert_eq!(problem(&merged), Some(Problem::TooManyAliases));
}

#[test]
fn a_few_aliases_are_read() {
    let text = "a: &a {b: 1}\nc: *a\nd: {<<: *a, e: 2}\n";
    let root = documents(text).next().unwrap().unwrap();
    assert_eq!(root.to_json().to_string(), r#"{"a":{"b":1},"c":{"b":1},"d":{"b":1,"e":2}}"#);
    assert_eq!(root.at("c.b").start.to_string(), "1:11", "what an alias stands for is shown at its anchor");
}

#[test]
fn an_alias_in_its_own_value_is_refused() {
    assert_eq!(problem("a: &a [*a]\n"), Some(Problem::Recursive));
    assert_eq!(problem("a: &a {<<: *a}\n"), Some(Problem::Recursive));
}

#[test]
fn nesting_is_bounded_however_it_is_written() {
    let block: String = (0..400).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    let mut stairs = "a0: &a0 [x]\n".to_owned();
    for level in 1..200 {
        stairs.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
    }
    for text in ["[".repeat(500_000), "{a: ".repeat(100_000), "- ".repeat(500_000), block, stairs] {
        assert_eq!(problem(&text), Some(Problem::TooDeep), "{}", &text[..20]);
    }
}

#[test]
fn a_mebibyte_of_anything_is_read_in_time_that_grows_with_its_length() {
    const MEBIBYTE: usize = 1024 * 1024;
    let numbered = |line: fn(usize) -> String| -> String {
        let mut text = String::with_capacity(MEBIBYTE + 64);
        for number in 0..MEBIBYTE {
            if text.len() < MEBIBYTE {
                text.push_str(&line(number));
            }
        }
        text
    };
    let repeated = |piece: &str| piece.repeat(MEBIBYTE / piece.len());
    let texts = [
        ("a wide mapping", numbered(|n| format!("k{n}: 1\n"))),
        ("a wide flow mapping", format!("{{{}}}", numbered(|n| format!("k{n}: 1, ")))),
        ("a long list", repeated("- 1\n")),
        ("a long flow list", format!("[{}]", repeated("1,"))),
        ("a long plain scalar", format!("a: {}", repeated("x"))),
        ("a scalar over many lines", format!("a: {}", repeated("x\n  "))),
        ("a long quoted scalar", format!("a: '{}'", repeated("x "))),
        ("a long block", format!("a: |\n{}", repeated("  x\n"))),
        ("an unclosed quote", format!("a: \"{}", repeated("\\n"))),
        ("many unclosed lists", repeated("a: [\n")),
        ("many anchors", numbered(|n| format!("- &a{n} x\n"))),
        ("many aliases", format!("- &a x\n{}", repeated("- *a\n"))),
        ("many comments", repeated("# x\n")),
        ("many documents", repeated("a\n---\n")),
        ("many broken documents", repeated("[\n---\n")),
        ("many JSON objects", repeated("{\"a\":1} ")),
        ("a long key", format!("{}: 1", repeated("k"))),
        ("many colons", repeated(": ")),
        ("many question marks", repeated("? ")),
        ("many tags", repeated("!!str ")),
        ("many line breaks", repeated("\n")),
        ("many carriage returns", repeated("\r")),
        ("many blanks", repeated(" ")),
    ];
    for (what, text) in texts {
        let started = Instant::now();
        let count = documents(&text).count();
        // Quadratic time would be hours.
        assert!(started.elapsed() < Duration::from_secs(30), "{what}: {count} in {:?}", started.elapsed());
    }
}

/// Where a byte of a text is, counted by hand; a carriage return alone ends a line as well.
fn place(text: &str, mark: Mark) -> (usize, usize) {
    let before = text[..mark.offset()].replace("\r\n", " \n");
    let before = before.strip_prefix('\u{feff}').unwrap_or(&before);
    let ends_line = |character: char| matches!(character, '\n' | '\r');
    let line = before.matches(ends_line).count() + 1;
    (line, before.rsplit(ends_line).next().unwrap_or_default().chars().count() + 1)
}

fn assert_place(text: &str, span: Span) {
    assert!(span.start <= span.end && span.end.offset() <= text.len(), "{span:?} of {} bytes", text.len());
    for mark in [span.start, span.end] {
        assert_eq!((mark.line(), mark.column()), place(text, mark), "{mark:?} in {text:?}");
    }
}

fn assert_places(text: &str, node: &Node) {
    assert_place(text, node.span);
    match &node.value {
        Value::Sequence(elements) => elements.iter().for_each(|element| assert_places(text, element)),
        Value::Mapping(mapping) => {
            for entry in mapping.entries() {
                assert_place(text, entry.key_span);
                assert_places(text, &entry.value);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

const MANIFEST: &str = "\
# öne\r
apiVersion: scepter.dev/v1alpha1
kind: ScepProfile
metadata: {name: &name corp-wifi, labels: {a/b: 'ü', \"c\": \"\\u00e4\\n\"}}
spec:
  - *name
  - !!str 12
  - |
    lines
    of text
  - >-
    folded
    text
  - <<: {a: 1.5, b: 0x1f}
---
{\"json\": [1e3, true, null, \"x\"]}
";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(text) = text(&bytes) {
            documents(text).for_each(drop);
        }
    }

    #[test]
    fn every_place_is_right_whatever_the_text(text in "[-a-c:#&*!|>'\"{}\\[\\],?%@ ~0-9<.ä\\\\\n]{0,60}") {
        for document in documents(&text) {
            match document {
                Ok(root) => assert_places(&text, &root),
                Err(error) => assert_place(&text, error.span),
            }
        }
    }

    #[test]
    fn every_place_is_right_in_manifests_with_a_mistake(at in 0..MANIFEST.len(), length in 0..6_usize, with in "[-:{}\\[\\]'\"|>&* \n#a\t]{0,3}") {
        let cut = |index: usize| (0..=index.min(MANIFEST.len())).rev().find(|index| MANIFEST.is_char_boundary(*index)).unwrap();
        let text = format!("{}{with}{}", &MANIFEST[..cut(at)], &MANIFEST[cut(at + length)..]);
        for document in documents(&text) {
            match document {
                Ok(root) => assert_places(&text, &root),
                Err(error) => assert_place(&text, error.span),
            }
        }
    }

    #[test]
    fn what_is_printed_as_json_reads_as_itself(text in "\\PC{0,20}", number in any::<i64>(), flag in any::<bool>()) {
        let value = serde_json::json!({"text": text, "list": [number, flag, null, {"deep": text}], (text.clone()): 1});
        let read = documents(&value.to_string()).next().unwrap().unwrap();
        prop_assert_eq!(read.to_json(), value);
    }
}
