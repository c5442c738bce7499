//! The files of a `ConfigMap`: what they are called, and how each format is taken apart.

use std::fmt;

use scepter_policy::inventory::Record;
use scepter_yaml::Node;
use serde_json::Value;

use super::{csv, record};

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    Users,
    Devices,
    Groups,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Yaml,
    Json,
    Ndjson,
    Csv,
}

/// A key of a `ConfigMap` that holds records, such as `users.yaml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileName {
    list: List,
    format: Format,
}

/// The records of a file, each with its place, or with why it cannot be read.
pub(super) type Records = Vec<(String, Result<Record, String>)>;

impl FileName {
    /// Every name that is looked for, in the order in which files are read.
    pub fn all() -> impl Iterator<Item = Self> {
        const LISTS: [List; 3] = [List::Users, List::Devices, List::Groups];
        const FORMATS: [Format; 4] = [Format::Yaml, Format::Json, Format::Ndjson, Format::Csv];
        LISTS.into_iter().flat_map(|list| FORMATS.into_iter().map(move |format| Self { list, format }))
    }

    /// Takes a file apart. The error is about the file as a whole and quotes nothing of it.
    pub(super) fn read(self, bytes: &[u8]) -> Result<Records, &'static str> {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8")?;
        match self.format {
            Format::Yaml => self.elements(&document(text).ok_or("it is not one document of YAML")?),
            Format::Json => self.elements(&document(text).ok_or("it is not one document of JSON")?),
            Format::Ndjson => Ok(self.lines(text)),
            Format::Csv => csv::rows(text, self),
        }
    }

    /// The record that a value of this file is, with the value's place.
    pub(super) fn record(self, place: String, value: Value) -> (String, Result<Record, String>) {
        let record = match self.list {
            List::Users => record::user(value),
            List::Devices => record::device(value),
            List::Groups => record::group(value),
        };
        (place, record)
    }

    fn elements(self, list: &Node) -> Result<Records, &'static str> {
        let elements = list.as_sequence().ok_or("it is not a list of records")?;
        Ok(elements
            .iter()
            .enumerate()
            .map(|(index, element)| self.record(format!("{self}[{index}]"), element.to_json()))
            .collect())
    }

    /// A line says itself what it is: `{"device": {…}}`, `{"user": {…}}` or `{"group": {…}}`.
    fn lines(self, text: &str) -> Records {
        text.lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(index, line)| (format!("{self} line {}", index + 1), record::tagged(line)))
            .collect()
    }
}

/// The only document of a text, read as manifests are.
fn document(text: &str) -> Option<Node> {
    let mut documents = scepter_yaml::documents(text);
    let document = documents.next()?.ok()?;
    documents.next().is_none().then_some(document)
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = match self.list {
            List::Users => "users",
            List::Devices => "devices",
            List::Groups => "groups",
        };
        let format = match self.format {
            Format::Yaml => "yaml",
            Format::Json => "json",
            Format::Ndjson => "ndjson",
            Format::Csv => "csv",
        };
        write!(f, "{list}.{format}")
    }
}
