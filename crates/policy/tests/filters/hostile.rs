//! Expressions that nobody would write.

use proptest::prelude::*;
use scepter_policy::filter::{Filter, FilterError, FilterProblem};
use scepter_policy::vocabulary::Platform;

fn parse(text: &str) -> Result<Filter, FilterError> {
    Filter::parse(text, Platform::Windows10AndLater)
}

fn problem(text: &str) -> FilterProblem {
    match parse(text) {
        Ok(filter) => panic!("{filter} was read"),
        Err(error) => {
            assert!(text.is_char_boundary(error.offset), "{error}");
            error.problem
        }
    }
}

fn nested(depth: usize) -> String {
    format!("{}device.model -eq \"X\"{}", "(".repeat(depth), ")".repeat(depth))
}

#[test]
fn parentheses_are_counted_before_they_are_followed() {
    assert_eq!(problem(&"(".repeat(64 * 1024)), FilterProblem::TooLong(64 * 1024));
    assert_eq!(problem(&"(".repeat(Filter::MAX_LENGTH)), FilterProblem::TooDeep);
    assert!(parse(&nested(Filter::MAX_DEPTH)).is_ok());
    let deeper = parse(&nested(Filter::MAX_DEPTH + 1)).unwrap_err();
    assert_eq!((deeper.problem, deeper.offset), (FilterProblem::TooDeep, Filter::MAX_DEPTH));
}

#[test]
fn parentheses_that_are_closed_do_not_count() {
    let group = "((device.model -eq \"X\"))";
    let many = vec![group; Filter::MAX_DEPTH * 2].join(" or ");
    assert!(parse(&many).is_ok());
}

#[test]
fn the_length_counts_characters_and_not_bytes() {
    let text = |letters| format!("(device.model -eq \"{}\")", "é".repeat(letters));
    let around = text(0).len();
    assert!(parse(&text(Filter::MAX_LENGTH - around)).is_ok());
    let longer = text(Filter::MAX_LENGTH - around + 1);
    assert_eq!(problem(&longer), FilterProblem::TooLong(Filter::MAX_LENGTH + 1));
}

#[test]
fn control_characters_are_refused_wherever_they_stand() {
    for text in
        ["\0", "(device.model\0 -eq \"X\")", "(device.model -eq\u{b} \"X\")", "(device.model -eq \"X\")\0"]
    {
        assert!(matches!(problem(text), FilterProblem::Expected { .. }), "{text:?}");
    }
    for text in [
        "(device.model -eq \"\0\")",
        "(device.model -in [\"a\", \"b\u{85}\"])",
        "(device.model -eq \"a\nb\")",
    ] {
        assert_eq!(problem(text), FilterProblem::ControlCharacter, "{text:?}");
    }
}

#[test]
fn what_is_not_closed_is_said_where_it_was_opened() {
    for text in [
        "(device.model -eq \"",
        "(device.model -in [\"a\", \"b)",
        "(device.model -eq \"X) and (device.model -eq $null)",
    ] {
        let error = parse(text).unwrap_err();
        assert_eq!(error.problem, FilterProblem::Unterminated, "{text}");
        assert!(text[error.offset..].starts_with('"'), "{text}");
    }
}

#[test]
fn letters_that_only_look_like_others_are_no_names() {
    for text in [
        "(device.mоdel -eq \"X\")",
        "(dеvice.model -eq \"X\")",
        "(device.model –eq \"X\")",
        "（device.model -eq \"X\"）",
    ] {
        assert!(parse(text).is_err(), "{text}");
    }
}

#[test]
fn blanks_that_are_not_seen_separate_nothing() {
    for blank in ['\u{a0}', '\u{200b}', '\u{2028}', '\u{feff}'] {
        assert!(parse(&format!("(device.model{blank}-eq \"X\")")).is_err(), "{blank:?}");
    }
}

#[test]
fn very_long_words_are_named_in_short() {
    let name = "x".repeat(2000);
    for text in [
        format!("(device.{name} -eq \"X\")"),
        format!("(device.model -{name} \"X\")"),
        format!("(device.operatingSystemVersion -eq {name})"),
    ] {
        let error = parse(&text).unwrap_err();
        assert!(error.to_string().len() < 200, "{error}");
    }
}

/// Texts that are nearly filters.
fn shreds() -> impl Strategy<Value = String> {
    let shred = prop_oneof![
        Just("(device.model -eq \"X\")".to_owned()),
        Just(" and ".to_owned()),
        Just(" -or ".to_owned()),
        Just("(".to_owned()),
        Just(")".to_owned()),
        Just("device.osVersion".to_owned()),
        Just(" -in ".to_owned()),
        Just("[\"a\", \"b\"]".to_owned()),
        Just("\"".to_owned()),
        Just("$null".to_owned()),
        Just("17.4".to_owned()),
        any::<char>().prop_map(String::from),
    ];
    proptest::collection::vec(shred, 0..40).prop_map(|shreds| shreds.concat())
}

proptest! {
    #[test]
    fn whatever_is_written_is_read_or_refused_at_a_place_in_it(text in prop_oneof![shreds(), any::<String>()]) {
        match parse(&text) {
            Ok(filter) => prop_assert_eq!(parse(&filter.to_string()), Ok(filter)),
            Err(error) => prop_assert!(text.is_char_boundary(error.offset)),
        }
    }
}
