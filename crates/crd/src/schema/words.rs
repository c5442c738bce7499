//! What values and types are called in a finding.

use scepter_yaml::Value;

use super::compiled::Shape;

/// The longest piece of a value that a message quotes, in characters.
const MAX_QUOTED: usize = 80;

/// What a schema wants.
pub(super) fn wanted(shape: &Shape) -> &'static str {
    match shape {
        Shape::Object(_) => "an object",
        Shape::Array(_) => "a list",
        Shape::String(_) => "text",
        Shape::Integer(_) => "a whole number",
        Shape::Number(_) => "a number",
        Shape::Boolean => "true or false",
        Shape::IntOrString(..) => "a whole number or text",
        Shape::Any => "a value",
    }
}

/// What stands there, as the beginning of a sentence.
pub(super) fn called(value: &Value) -> String {
    match value {
        Value::Null => "nothing stands here".to_owned(),
        Value::Bool(value) => format!("{value} is a boolean"),
        Value::Number(number) => format!("{number} is a number"),
        Value::String(text) => format!("{} is text", clipped(text)),
        Value::Sequence(_) => "this is a list".to_owned(),
        Value::Mapping(_) => "this is an object".to_owned(),
    }
}

/// Text in quotes, cut where it is long.
pub(super) fn clipped(text: &str) -> String {
    match text.char_indices().nth(MAX_QUOTED) {
        None => format!("{text:?}"),
        Some((end, _)) => format!("{:?}…", &text[..end]),
    }
}

/// A value as people write it.
pub(super) fn plain(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
