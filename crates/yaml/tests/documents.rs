//! Texts to documents: where one ends and the next begins, and what is refused, with its place.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use scepter_yaml::{MAX_BYTES, MAX_DOCUMENTS, Problem, documents, text};

/// Every document as its first line and its value, or as its error with the place.
fn read(text: &str) -> Vec<String> {
    let told = |document| match document {
        Ok(root) => {
            let root: scepter_yaml::Node = root;
            format!("{} {}", root.span.start.line(), root.to_json())
        }
        Err(error) => {
            let error: scepter_yaml::Error = error;
            error.to_string()
        }
    };
    documents(text).map(told).collect()
}

fn problem(text: &str) -> (String, Problem) {
    let error = documents(text).find_map(Result::err).unwrap();
    (error.span.start.to_string(), error.problem)
}

#[test]
fn lines_of_three_dashes_part_documents_and_empty_ones_are_left_out() {
    let text = "# first\n---\na: 1\n---  # second\nb: 2\n---\n# nothing\n---\n~\n---\n\nc: 3";
    assert_eq!(read(text), [r#"3 {"a":1}"#, r#"5 {"b":2}"#, r#"12 {"c":3}"#]);
    assert_eq!(read(""), [""; 0]);
    assert_eq!(read("---"), [""; 0]);
    assert_eq!(read("\n\n# only a comment"), [""; 0]);
}

#[test]
fn json_objects_may_follow_each_other_without_a_separator() {
    let text = "{\"a\": 1}\n{\"a\": 2} {\"a\":\n\t3}\n";
    assert_eq!(read(text), [r#"1 {"a":1}"#, r#"2 {"a":2}"#, r#"2 {"a":3}"#]);
}

#[test]
fn a_mark_at_the_beginning_and_windows_line_ends_change_nothing() {
    let text = "\u{feff}a: 1\r\nb: |\r\n  x\r\n  y\r\n---\r\nc: 2\r\n";
    assert_eq!(read(text), [r#"1 {"a":1,"b":"x\ny\n"}"#, r#"6 {"c":2}"#]);
    let root = documents(text).next().unwrap().unwrap();
    assert_eq!(root.at("a").start.offset(), text.find('1').unwrap());
    assert_eq!(root.at("a").start.to_string(), "1:4");
    assert_eq!(root.at("b").start.line(), 2);
}

#[test]
fn after_a_document_that_cannot_be_read_the_next_one_is() {
    let found = read("a: [1\n---\nb: 2\n---\nc: 'x\n");
    assert!(found[0].starts_with("1:4: this is not YAML") || found[0].starts_with("2:"), "{found:?}");
    assert_eq!(found[1], r#"3 {"b":2}"#);
    assert!(found[2].starts_with("5:4: this is not YAML") || found[2].starts_with("6:"), "{found:?}");
}

#[test]
fn what_kubectl_would_drop_in_silence_is_refused_where_it_begins() {
    let duplicate = Problem::DuplicateKey { key: "a".to_owned(), line: 2 };
    assert_eq!(problem("x:\n  a: 1\n  b: 2\n  a: 3\n"), ("4:3".to_owned(), duplicate));
    assert_eq!(problem("a: 1\n...\nb: 2\n"), ("3:1".to_owned(), Problem::SecondDocument));
    assert_eq!(problem("a: 1\n--- {b: 2}\n"), ("2:1".to_owned(), Problem::Separator));
    assert_eq!(problem("'1': 1\n1: 2\n").1, Problem::DuplicateKey { key: "1".to_owned(), line: 1 });
}

#[test]
fn a_key_that_stands_twice_among_very_many_is_refused() {
    let many: String = (0..1000).map(|number| format!("k{number}: 1\n")).collect();
    let duplicate = Problem::DuplicateKey { key: "k7".to_owned(), line: 8 };
    assert_eq!(problem(&(many + "k7: 2\n")), ("1001:1".to_owned(), duplicate));
}

#[test]
fn a_tab_that_indents_is_named_as_such() {
    assert_eq!(problem("a:\n\tb: 1\n"), ("2:1".to_owned(), Problem::Tab));
    assert_eq!(problem("\ta: 1\n"), ("1:1".to_owned(), Problem::Tab));
    assert_eq!(problem("a: 1\n---\n# x\n \tb: 1\n"), ("4:2".to_owned(), Problem::Tab));
    assert_eq!(read("{\n\t\"a\": [\n\t\t1\n\t]\n}\n"), [r#"1 {"a":[1]}"#]);
}

#[test]
fn braces_of_a_variable_without_quotes_are_explained() {
    assert_eq!(problem("a: {{UserName}}\n"), ("1:5".to_owned(), Problem::Braces));
    assert!(Problem::Braces.to_string().contains("`{{`"), "{}", Problem::Braces);
}

#[test]
fn a_block_begins_with_its_indicator() {
    let text = "a: &x !!str |2- # | > x\n\n   1\nb: >\n 2\nc:\n- # >\n  |\n  3\n";
    let root = documents(text).next().unwrap().unwrap();
    let start = |field: &str| root.at(field).start.to_string();
    assert_eq!([start("a"), start("b"), start("c[0]")], ["1:13", "4:4", "8:3"]);
}

#[test]
fn control_characters_are_refused_with_their_place() {
    let problem = problem("a: 1\nb: 'x\u{0}'\n");
    assert_eq!(problem, ("2:6".to_owned(), Problem::ControlCharacter { character: '\0' }));
    assert!(problem.1.to_string().contains("U+0000"));
}

#[test]
fn bytes_that_are_not_utf_8_are_refused_with_their_offset() {
    let error = text(b"a: 1\nb: \xe4\n").unwrap_err();
    assert_eq!(
        (error.span.start.to_string().as_str(), &error.problem),
        ("2:4", &Problem::NotUtf8 { offset: 8 })
    );
    assert_eq!(text("ä".as_bytes()).unwrap(), "ä");
}

#[test]
fn a_text_has_a_largest_length_and_a_largest_number_of_documents() {
    let long = " ".repeat(MAX_BYTES + 1);
    assert_eq!(text(long.as_bytes()).unwrap_err().problem, Problem::TooLarge);
    assert_eq!(problem(&long).1, Problem::TooLarge);
    let many = "a\n---\n".repeat(MAX_DOCUMENTS + 2);
    let read: Vec<_> = documents(&many).collect();
    assert_eq!(read.len(), MAX_DOCUMENTS + 1);
    assert_eq!(read.last().unwrap().as_ref().unwrap_err().problem, Problem::TooManyDocuments);
}
