//! `InventorySource` in the core.

use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use scepter_crd::InventorySource;
use scepter_crd::inventory::{FileName, Reading};
use scepter_crd::v1alpha1::InventorySourceStatus;
use scepter_crd::v1alpha1::inventory_source::RejectedRecord;
use scepter_issuer_api::{KeyRef, SourceReport};
use scepter_policy::diagnostics::{Diagnostic, Diagnostics, FieldPath};
use scepter_policy::identity::ObjectKind;
use scepter_policy::rules::RuleId;
use scepter_policy::text::bounded;
use scepter_policy::vocabulary::Severity;
use serde_json::{Value, json};

use super::{Kind, RESYNC};
use crate::document::document;
use crate::judgement::{Judgement, Unmet};
use crate::manifests::{Manifests, config_map_key};
use crate::status::{Before, Outline};
use crate::verdict::{Report, Seen};

/// How many refused records a status names.
const MAX_REJECTED: usize = 20;

impl Kind for InventorySource {
    const KIND: ObjectKind = ObjectKind::InventorySource;
    type Status = InventorySourceStatus;

    fn spec(&self) -> Value {
        json!(self.spec)
    }

    fn last_status(&self) -> Option<&InventorySourceStatus> {
        self.status.as_ref()
    }

    fn is_suspended(&self) -> bool {
        self.spec.suspend
    }

    fn reads(&self) -> Vec<KeyRef> {
        let Some(reference) = &self.spec.source.config_map_ref else { return Vec::new() };
        FileName::all().map(|file| config_map_key(&reference.name, &file.to_string())).collect()
    }

    fn resync(&self) -> Duration {
        let interval =
            self.spec.interval.as_deref().and_then(|text| kube::core::Duration::from_str(text).ok());
        interval.map_or(RESYNC, |interval| Duration::from(interval).clamp(MIN_INTERVAL, RESYNC))
    }

    fn judge(&self, among: &Manifests, _: Timestamp) -> Judgement {
        let config_map = self.spec.source.config_map_ref.as_ref();
        let files = config_map.map(|reference| among.files(&reference.name)).unwrap_or_default();
        match (self.read(&files), config_map) {
            (Err(findings), _) => Judgement::Refused(findings),
            (Ok(_), Some(reference)) if files.is_empty() => Judgement::Waiting {
                unmet: vec![Unmet::ConfigMapNotFound(missing(&reference.name))],
                warnings: Diagnostics::none(),
            },
            (Ok(reading), _) => {
                Judgement::Accepted { desired: document(self, among), warnings: left_out(&reading) }
            }
        }
    }

    fn status(&self, _: &Manifests, seen: &Seen, now: Timestamp) -> InventorySourceStatus {
        let last = self.status.clone().unwrap_or_default();
        let before =
            Before { programmed_generation: last.programmed_generation, conditions: &last.conditions };
        let outline = Outline::new(self, seen, None, before, now);
        let counts = Counts::of(&seen.report, last);
        InventorySourceStatus {
            observed_generation: outline.observed_generation,
            programmed_generation: outline.programmed_generation,
            last_handled_reconcile_at: outline.last_handled_reconcile_at,
            conditions: outline.conditions,
            diagnostics: outline.diagnostics,
            plan: outline.plan,
            users: counts.users,
            devices: counts.devices,
            groups: counts.groups,
            last_sync_time: counts.last_sync_time,
            rejected: counts.rejected,
        }
    }

    fn conditions(status: &InventorySourceStatus) -> &[Condition] {
        &status.conditions
    }
}

/// What a status says of the records.
#[derive(Default)]
struct Counts {
    users: Option<i64>,
    devices: Option<i64>,
    groups: Option<i64>,
    last_sync_time: Option<Timestamp>,
    rejected: Vec<RejectedRecord>,
}

impl Counts {
    /// What the issuer reports now; what was known before, where it does not say.
    fn of(report: &Report, last: InventorySourceStatus) -> Self {
        match report {
            Report::Known(report) => report.source.as_ref().map(Self::reported).unwrap_or_default(),
            Report::Absent => Self::default(),
            Report::Silent => Self {
                users: last.users,
                devices: last.devices,
                groups: last.groups,
                last_sync_time: last.last_sync_time,
                rejected: last.rejected,
            },
        }
    }

    fn reported(source: &SourceReport) -> Self {
        Self {
            users: Some(source.users),
            devices: Some(source.devices),
            groups: Some(source.groups),
            last_sync_time: Some(source.last_sync_time),
            rejected: source.rejected.iter().take(MAX_REJECTED).map(rejected).collect(),
        }
    }
}

/// The shortest interval that is kept.
const MIN_INTERVAL: Duration = Duration::from_secs(10);

fn missing(config_map: &str) -> Diagnostic {
    let field = FieldPath::spec().field("source").field("configMapRef");
    let message = format!(
        "there is no ConfigMap {config_map} in this namespace with a key such as users.yaml or devices.csv"
    );
    Diagnostic::new(RuleId::Sch01, field, message).help("create it; this object then goes on by itself")
}

/// Records that cannot be read do not stop the others: each is a warning.
fn left_out(reading: &Reading) -> Diagnostics {
    reading
        .rejected
        .iter()
        .map(|rejection| {
            let message = format!("{} is left out: {}", rejection.record, rejection.message);
            Diagnostic::new(rejection.rule, FieldPath::spec().field("source"), message)
                .severity(Severity::Warning)
                .help("mend the record")
        })
        .collect()
}

fn rejected(record: &scepter_issuer_api::RejectedRecord) -> RejectedRecord {
    RejectedRecord {
        record: bounded(&record.record, 280),
        rule: bounded(&record.rule, 16),
        message: bounded(&record.message, 512),
    }
}
