//! docs/filters.md says what the code does.

use std::fs;
use std::path::Path;

use scepter_policy::filter::{Filter, Property, UnrecordedProperty};
use scepter_policy::vocabulary::Platform;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn documentation() -> String {
    read("../../docs/filters.md")
}

/// The code block after that opening fence.
fn block<'a>(text: &'a str, fence: &str) -> &'a str {
    let (_, after) = text.split_once(&format!("{fence}\n")).unwrap();
    after.split_once("```").unwrap().0
}

#[test]
fn every_example_is_a_filter_and_stands_there_as_it_is_printed() {
    let text = documentation();
    let examples: Vec<&str> = block(&text, "```filter").lines().collect();
    assert!(examples.len() >= 10);
    for example in examples {
        let filter = Filter::parse(example, Platform::Windows10AndLater);
        assert_eq!(filter.unwrap_or_else(|error| panic!("{example}: {error}")).to_string(), example);
    }
}

#[test]
fn the_grammar_is_that_of_the_code() {
    let source: String =
        read("src/filter.rs").lines().map(|line| format!("{}\n", line.trim_start_matches("//! "))).collect();
    assert_eq!(block(&documentation(), "```text"), block(&source, "```text"));
}

#[test]
fn the_table_lists_every_property_with_its_operators_and_platforms() {
    let text = documentation();
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| `device.")).collect();
    assert_eq!(rows, Property::ALL.map(row));
}

fn row(property: Property) -> String {
    let value = match property {
        Property::Text(_) => "text",
        Property::OperatingSystemVersion => "version",
        Property::DeviceOwnership | Property::DeviceTrustType => "word",
    };
    let operators: Vec<String> =
        property.operators().iter().map(|operator| format!("`{operator}`")).collect();
    let platforms: Vec<&str> = Platform::ALL
        .iter()
        .filter(|platform| property.is_of(**platform))
        .map(|platform| platform.as_str())
        .collect();
    let platforms =
        if platforms.len() == Platform::ALL.len() { "all".to_owned() } else { platforms.join(", ") };
    let attribute = property.attribute();
    format!("| `device.{property}` | `{attribute}` | {value} | {} | {platforms} |", operators.join(" "))
}

#[test]
fn what_is_refused_and_the_limits_are_named() {
    let text = documentation();
    for property in UnrecordedProperty::ALL {
        assert!(text.contains(&format!("`device.{property}`")), "{property}");
    }
    assert!(text.contains(&format!("{} characters", Filter::MAX_LENGTH)));
    assert!(text.contains(&format!("{} parentheses", Filter::MAX_DEPTH)));
}
