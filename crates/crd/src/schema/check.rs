//! The walk through an object and its schema together.

use std::collections::HashMap;

use scepter_policy::diagnostics::{Diagnostic, Diagnostics, FieldPath};
use scepter_policy::rules::{RuleId, structure};
use scepter_yaml::{Entry, Mapping, Node, Value};

use super::compiled::{Array, Identity, Object, Range, Schema, Shape, Text};
use super::suggestion::closest;
use super::words::{called, clipped, plain, wanted};

/// The findings so far, and the field that is looked at.
pub(super) struct Check {
    pub(super) findings: Diagnostics,
    path: String,
}

impl Check {
    pub(super) fn new() -> Self {
        Self { findings: Diagnostics::none(), path: String::new() }
    }

    /// A whole object: `metadata` has a schema of its own, `status` is dropped by a server that has read it, and
    /// everything else is the kind's.
    pub(super) fn object(&mut self, schema: &Schema, metadata: &Schema, object: &Node) {
        let (Shape::Object(shape), Value::Mapping(fields)) = (&schema.shape, &object.value) else {
            return self.report("an object is no mapping", "");
        };
        for entry in fields.entries() {
            match (entry.key.as_str(), shape.properties.get(&entry.key)) {
                ("apiVersion" | "kind", _) => {}
                ("metadata", _) => self.below(&entry.key, |check| check.value(metadata, &entry.value)),
                ("status", Some(status)) => {
                    self.below("status", |check| check.known_fields(status, &entry.value));
                }
                (_, Some(property)) => self.field(property, entry),
                (_, None) => self.unknown(shape, &entry.key),
            }
        }
        self.required(shape, fields);
    }

    pub(super) fn value(&mut self, schema: &Schema, node: &Node) {
        let fits = match (&schema.shape, &node.value) {
            (_, Value::Null) if schema.nullable => true,
            (Shape::Any, _) | (Shape::Boolean, Value::Bool(_)) => true,
            (Shape::Object(object), Value::Mapping(fields)) => {
                self.mapping(object, fields);
                true
            }
            (Shape::Array(array), Value::Sequence(elements)) => {
                self.sequence(array, elements);
                true
            }
            (Shape::String(text) | Shape::IntOrString(_, text), Value::String(value)) => {
                self.text(text, value);
                true
            }
            (Shape::Integer(range) | Shape::IntOrString(range, _), Value::Number(number)) => {
                let fits = is_whole(number);
                if fits {
                    self.number(range, number);
                }
                fits
            }
            (Shape::Number(range), Value::Number(number)) => {
                self.number(range, number);
                true
            }
            _ => false,
        };
        if fits { self.word(schema, node) } else { self.misfit(schema, node) }
    }

    /// A field of an object. Null where a field cannot be null stands for its default, and is wrong where there is none.
    fn field(&mut self, schema: &Schema, entry: &Entry) {
        if stands_for_default(schema, &entry.value) {
            return;
        }
        self.below(&entry.key, |check| check.value(schema, &entry.value));
    }

    fn mapping(&mut self, object: &Object, fields: &Mapping) {
        for entry in fields.entries() {
            match (object.properties.get(&entry.key), object.additional.as_deref()) {
                (Some(property), _) | (None, Some(property)) => self.field(property, entry),
                (None, None) => self.unknown(object, &entry.key),
            }
        }
        self.required(object, fields);
    }

    fn required(&mut self, object: &Object, fields: &Mapping) {
        for name in &object.required {
            let Some(property) = object.properties.get(name) else { continue };
            if fields.get(name).is_none() && !property.defaulted {
                self.below(name, |check| check.report(format!("{name} is missing"), format!("set {name}")));
            }
        }
    }

    fn unknown(&mut self, object: &Object, name: &str) {
        let names = object.properties.keys().map(String::as_str);
        let help = match closest(name, names) {
            Some(similar) => format!("did you mean {similar}?"),
            None => "remove it; `kubectl explain` lists the fields".to_owned(),
        };
        let path = FieldPath::from(self.path.as_str()).field(name);
        let message = format!("{} is no field of this object", clipped(name));
        self.findings.push(Diagnostic::new(RuleId::Sch01, path, message).help(help).misnamed());
    }

    /// Only whether the fields are known.
    fn known_fields(&mut self, schema: &Schema, node: &Node) {
        match (&schema.shape, &node.value) {
            (Shape::Object(object), Value::Mapping(fields)) => {
                for entry in fields.entries() {
                    match (object.properties.get(&entry.key), object.additional.as_deref()) {
                        (Some(property), _) | (None, Some(property)) => {
                            self.below(&entry.key, |check| check.known_fields(property, &entry.value));
                        }
                        (None, None) => self.unknown(object, &entry.key),
                    }
                }
            }
            (Shape::Array(array), Value::Sequence(elements)) => {
                for (index, element) in elements.iter().enumerate() {
                    self.at(index, |check| check.known_fields(&array.items, element));
                }
            }
            _ => {}
        }
    }

    fn sequence(&mut self, array: &Array, elements: &[Node]) {
        let count = elements.len();
        if count > array.max {
            self.report(
                format!("there are {count} elements, at most {} are allowed", array.max),
                "remove some",
            );
        }
        if count < array.min {
            let few = if array.min == 1 { "one".to_owned() } else { array.min.to_string() };
            self.report(format!("there are {count} elements, at least {few} must be there"), "add some");
        }
        for (index, element) in elements.iter().enumerate() {
            self.at(index, |check| check.value(&array.items, element));
        }
        self.unique(&array.identity, elements);
    }

    fn unique(&mut self, identity: &Identity, elements: &[Node]) {
        let (keys, same) = match identity {
            Identity::Atomic => return,
            Identity::Set => (None, "is the same".to_owned()),
            Identity::Map(keys) => (Some(keys), format!("has the same {}", keys.join(" and "))),
        };
        let mut seen = HashMap::with_capacity(elements.len());
        for (index, element) in elements.iter().enumerate() {
            let value = match keys {
                None => element.to_json(),
                Some(keys) => keys.iter().map(|key| element.get(key).map(Node::to_json)).collect(),
            };
            if let Some(first) = seen.get(&value) {
                self.at(index, |check| check.report(format!("element {first} {same}"), "remove one of them"));
            } else {
                seen.insert(value, index);
            }
        }
    }

    fn text(&mut self, text: &Text, value: &str) {
        let length = value.chars().count();
        if length > text.max {
            self.report(
                format!("{length} characters are too many; at most {} are allowed", text.max),
                "shorten it",
            );
        } else if length < text.min {
            self.report(
                format!("{} is too short", clipped(value)),
                format!("write {} characters or more", text.min),
            );
        } else if text.pattern.as_ref().is_some_and(|pattern| !pattern.is_match(value)) {
            let pattern = text.pattern.as_ref().map_or("", |pattern| pattern.as_str());
            self.report(format!("{} does not match {pattern}", clipped(value)), "");
        } else if text.is_time && value.parse::<jiff::Timestamp>().is_err() {
            self.report(
                format!("{} is no time as RFC 3339 writes it", clipped(value)),
                "write 2026-01-31T12:00:00Z",
            );
        }
    }

    fn number(&mut self, range: &Range, number: &serde_json::Number) {
        let Some(value) = number.as_f64() else { return };
        if value < range.min {
            self.report(format!("{number} is below {}", range.min), format!("write {} or more", range.min));
        } else if value > range.max {
            self.report(format!("{number} is above {}", range.max), format!("write {} or less", range.max));
        }
    }

    /// Whether the value is one of the words, where there are words.
    fn word(&mut self, schema: &Schema, node: &Node) {
        if schema.words.is_empty() || schema.words.contains(&node.to_json()) {
            return;
        }
        let words: Vec<String> = schema.words.iter().map(plain).collect();
        let list = words.join(", ");
        if matches!(node.value, Value::Null) {
            return self
                .report(format!("null is none of {list}"), "leave the field out, or write one of them");
        }
        let value = plain(&node.to_json());
        let help = match closest(&value, words.iter().map(String::as_str)) {
            Some(similar) => format!("did you mean {similar}?"),
            None => format!("write one of {list}"),
        };
        self.report(format!("{} is none of {list}", clipped(&value)), help);
    }

    fn misfit(&mut self, schema: &Schema, node: &Node) {
        let wanted = wanted(&schema.shape);
        let help = match (&schema.shape, &node.value) {
            (Shape::String(_), Value::Bool(_) | Value::Number(_)) => "put it in quotes".to_owned(),
            (Shape::Integer(_) | Shape::Number(_) | Shape::Boolean, Value::String(_)) => {
                format!("write {wanted}, without quotes")
            }
            (Shape::Array(_), Value::String(_) | Value::Mapping(_)) => {
                "write it as an element, behind `- `".to_owned()
            }
            _ => format!("write {wanted}"),
        };
        self.report(format!("{}, not {wanted}", called(&node.value)), help);
    }

    /// A finding about the field that is looked at, by the rule that speaks of it.
    pub(super) fn report(&mut self, message: impl Into<String>, help: impl Into<String>) {
        let rule = structure::speaker(&self.path);
        let finding = Diagnostic::new(rule, FieldPath::from(self.path.as_str()), message);
        let help = help.into();
        self.findings.push(if help.is_empty() { finding } else { finding.help(help) });
    }

    pub(super) fn below(&mut self, name: &str, look: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        look(self);
        self.path.truncate(length);
    }

    pub(super) fn at(&mut self, index: usize, look: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.push_str(&format!("[{index}]"));
        look(self);
        self.path.truncate(length);
    }
}

/// Null that a server drops, so that the default takes its place.
fn stands_for_default(schema: &Schema, node: &Node) -> bool {
    matches!(node.value, Value::Null) && !schema.nullable && schema.defaulted
}

/// Whether a number is whole for JSON: beyond 53 bits a float no longer says.
fn is_whole(number: &serde_json::Number) -> bool {
    const LARGEST: f64 = 9_007_199_254_740_991.0;
    number.is_i64() || number.as_f64().is_some_and(|float| float.fract() == 0.0 && float.abs() <= LARGEST)
}
