//! The fields of one mapping: merges, and keys that stand twice.

use std::collections::HashMap;

use crate::error::{Error, Problem};
use crate::node::{Entry, Mapping, Node, Value};

/// The fields of a mapping as they come in. A merge overrides what stands before it and is overridden by what stands after
/// it, as in go-yaml v2.
#[derive(Default)]
pub(super) struct Fields {
    entries: Vec<Entry>,
    /// How many entries stood before each mapping that was merged.
    merged: Vec<(usize, Mapping)>,
}

impl Fields {
    pub(super) fn set(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    pub(super) fn merge(&mut self, value: Node) -> Result<(), Error> {
        let span = value.span;
        let mappings = match value.value {
            Value::Mapping(mapping) => vec![mapping],
            Value::Sequence(elements) => elements
                .into_iter()
                .rev()
                .map(|element| match element.value {
                    Value::Mapping(mapping) => Ok(mapping),
                    _ => Err(Error::new(Problem::Merge, element.span)),
                })
                .collect::<Result<_, _>>()?,
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                return Err(Error::new(Problem::Merge, span));
            }
        };
        let before = self.entries.len();
        self.merged.extend(mappings.into_iter().map(|mapping| (before, mapping)));
        Ok(())
    }

    pub(super) fn mapping(self) -> Result<Mapping, Error> {
        refuse_duplicates(&self.entries)?;
        if self.merged.is_empty() {
            return Ok(Mapping { entries: self.entries });
        }
        let mut merged = Merged::default();
        let mut mappings = self.merged.into_iter().peekable();
        for (index, entry) in self.entries.into_iter().enumerate() {
            while let Some((_, mapping)) = mappings.next_if(|(before, _)| *before <= index) {
                mapping.entries.into_iter().for_each(|entry| merged.set(entry));
            }
            merged.set(entry);
        }
        mappings.flat_map(|(_, mapping)| mapping.entries).for_each(|entry| merged.set(entry));
        Ok(Mapping { entries: merged.entries })
    }
}

/// Entries of which the last of a key counts.
#[derive(Default)]
struct Merged {
    entries: Vec<Entry>,
    places: HashMap<String, usize>,
}

impl Merged {
    fn set(&mut self, entry: Entry) {
        if let Some(place) = self.places.get(&entry.key) {
            self.entries[*place] = entry;
        } else {
            self.places.insert(entry.key.clone(), self.entries.len());
            self.entries.push(entry);
        }
    }
}

/// Below that many entries each is compared with each: that is faster than a table.
const FEW: usize = 24;

fn refuse_duplicates(entries: &[Entry]) -> Result<(), Error> {
    if entries.len() <= FEW {
        for (index, entry) in entries.iter().enumerate() {
            if let Some(first) = entries[..index].iter().find(|first| first.key == entry.key) {
                return Err(duplicate(first, entry));
            }
        }
        return Ok(());
    }
    let mut seen: HashMap<&str, &Entry> = HashMap::with_capacity(entries.len());
    for entry in entries {
        if let Some(first) = seen.insert(&entry.key, entry) {
            return Err(duplicate(first, entry));
        }
    }
    Ok(())
}

fn duplicate(first: &Entry, second: &Entry) -> Error {
    let line = first.key_span.start.line();
    Error::new(Problem::DuplicateKey { key: second.key.clone(), line }, second.key_span)
}
