//! What an `InventorySource` brings in: records from the object itself or from the files of a `ConfigMap`.
//!
//! A record that cannot be read is left out and named; a file that cannot be read refuses the whole source, because the
//! records that it holds would otherwise look as if they were gone. Nothing of a record is quoted: who may read a status
//! need not be allowed to read the `ConfigMap`.

mod csv;
mod file;
mod record;

use std::collections::{BTreeMap, HashSet};
use std::str::FromStr;
use std::sync::Arc;

use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use kube::core::Duration;
use scepter_policy::diagnostics::{Diagnostic, Diagnostics, FieldPath};
use scepter_policy::inventory::{Inventory, Record};
use scepter_policy::rules::RuleId;

use crate::v1alpha1::InventorySource;
use crate::v1alpha1::inventory_source::Source;

pub use file::FileName;

/// The files of a `ConfigMap` by key.
pub type Files = BTreeMap<String, Arc<[u8]>>;

/// The records of a source, and those that were left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The records, each id once.
    pub inventory: Inventory,
    /// What was left out.
    pub rejected: Vec<Rejection>,
}

/// A record that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// Its place, such as `devices[3]` or `users.csv line 7`.
    pub record: String,
    /// The rule that speaks.
    pub rule: RuleId,
    /// What is wrong with it.
    pub message: String,
}

impl InventorySource {
    /// Reads the records of this source. `files` is what the `ConfigMap` holds that `configMapRef` names.
    ///
    /// An error means that nothing of the source can be trusted, and that what was read before goes on.
    pub fn read(&self, files: &Files) -> Result<Reading, Diagnostics> {
        let findings: Diagnostics = [
            self.judge_budget(),
            judge_duration("interval", self.spec.interval.as_deref()),
            judge_duration("maxAge", self.spec.max_age.as_deref()),
        ]
        .into_iter()
        .flatten()
        .collect();
        if findings.is_empty() { read_source(&self.spec.source, files) } else { Err(findings) }
    }

    fn judge_budget(&self) -> Option<Diagnostic> {
        let right = match &self.spec.max_deletions {
            IntOrString::Int(count) => *count >= 0,
            IntOrString::String(text) => text
                .strip_suffix('%')
                .and_then(|number| number.parse::<u8>().ok())
                .is_some_and(|per_cent| per_cent <= 100),
        };
        let message = "maxDeletions is neither a number nor a percentage such as 10%";
        (!right).then(|| shape(FieldPath::spec().field("maxDeletions"), message))
    }
}

fn judge_duration(field: &str, text: Option<&str>) -> Option<Diagnostic> {
    let right = Duration::from_str(text?).is_ok_and(|duration| !duration.is_negative());
    let message = format!("{field} is no duration such as 15m or 24h");
    (!right).then(|| shape(FieldPath::spec().field(field), message))
}

fn read_source(source: &Source, files: &Files) -> Result<Reading, Diagnostics> {
    let path = FieldPath::spec().field("source");
    match (&source.inline, &source.config_map_ref, &source.http) {
        (Some(inventory), None, None) => Ok(from_inline(inventory)),
        (None, Some(_), None) => from_files(files, &path.field("configMapRef")),
        (None, None, Some(_)) => {
            let finding = shape(path.field("http"), "sources at a URL are not read yet");
            Err(finding.help("let a job write the records to a ConfigMap, and use configMapRef").into())
        }
        (None, None, None) => Err(shape(path, "there is no source").into()),
        (_, _, _) => Err(shape(path, "there is more than one source").into()),
    }
}

fn shape(path: FieldPath, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(RuleId::Sch01, path, message)
}

fn from_inline(inventory: &Inventory) -> Reading {
    let mut collected = Collected::default();
    collected.take_all("users", inventory.users.iter().cloned().map(|user| Record::User(Box::new(user))));
    collected.take_all(
        "devices",
        inventory.devices.iter().cloned().map(|device| Record::Device(Box::new(device))),
    );
    collected.take_all("groups", inventory.groups.iter().cloned().map(Record::Group));
    collected.reading
}

fn from_files(files: &Files, path: &FieldPath) -> Result<Reading, Diagnostics> {
    let mut collected = Collected::default();
    let mut findings = Diagnostics::none();
    for name in FileName::all() {
        let Some(bytes) = files.get(&name.to_string()) else { continue };
        match name.read(bytes) {
            Ok(records) => records.into_iter().for_each(|(place, record)| collected.take(place, record)),
            Err(problem) => findings.push(shape(path.clone(), format!("{name} cannot be read: {problem}"))),
        }
    }
    if findings.is_empty() { Ok(collected.reading) } else { Err(findings) }
}

/// Records as they come in; an id that was there before is refused.
#[derive(Default)]
struct Collected {
    reading: Reading,
    users: HashSet<String>,
    devices: HashSet<String>,
    groups: HashSet<String>,
}

impl Collected {
    fn take_all(&mut self, list: &str, records: impl Iterator<Item = Record>) {
        records.enumerate().for_each(|(index, record)| self.take(format!("{list}[{index}]"), Ok(record)));
    }

    fn take(&mut self, place: String, record: Result<Record, String>) {
        match record {
            Ok(record) if self.is_new(&record) => self.keep(record),
            Ok(_) => self.reject(place, "an earlier record has the same id".to_owned()),
            Err(problem) => self.reject(place, problem),
        }
    }

    fn is_new(&mut self, record: &Record) -> bool {
        match record {
            Record::User(user) => self.users.insert(user.id.to_string()),
            Record::Device(device) => self.devices.insert(device.id.to_string()),
            Record::Group(group) => self.groups.insert(group.id.to_string()),
        }
    }

    fn keep(&mut self, record: Record) {
        let inventory = &mut self.reading.inventory;
        match record {
            Record::User(user) => inventory.users.push(*user),
            Record::Device(device) => inventory.devices.push(*device),
            Record::Group(group) => inventory.groups.push(group),
        }
    }

    fn reject(&mut self, record: String, message: String) {
        self.reading.rejected.push(Rejection { record, rule: RuleId::Sch01, message });
    }
}
