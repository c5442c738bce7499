//! Parts of a status that kinds share: bounds, rows, plans, diagnostics.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use scepter_crd::v1alpha1::RECONCILE_REQUESTED_AT;
use scepter_crd::v1alpha1::status::{DiagnosticEntry, PlanStatus, PlannedChange};
use scepter_issuer_api::PlanReport;
use scepter_policy::diagnostics::{Diagnostic, Diagnostics};
use scepter_policy::report::{DeviceRow, FailureCount, Summary};
use scepter_policy::text::bounded;

use crate::conditions;
use crate::kind::Kind;
use crate::verdict::{Report, Seen};

/// How many reasons a status counts.
const MAX_FAILURES: usize = 16;

/// How many changed fields a plan names.
const MAX_CHANGES: usize = 64;

/// How many device rows a status shows: at least none, at most 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceRows(u32);

impl DeviceRows {
    /// The most that the API allows.
    pub const MAX: u32 = 100;

    /// So many rows, at most [`Self::MAX`].
    pub fn at_most(rows: u32) -> Self {
        Self(rows.min(Self::MAX))
    }

    /// The number.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl Default for DeviceRows {
    /// 20: a small fleet in full, a large one's worst.
    fn default() -> Self {
        Self(20)
    }
}

/// What every status begins with.
pub(crate) struct Outline {
    pub(crate) observed_generation: Option<i64>,
    pub(crate) programmed_generation: Option<i64>,
    pub(crate) last_handled_reconcile_at: Option<String>,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) diagnostics: Vec<DiagnosticEntry>,
    pub(crate) plan: Option<PlanStatus>,
}

impl Outline {
    pub(crate) fn new<K: Kind>(
        object: &K,
        seen: &Seen,
        devices: Option<&Devices>,
        before: Before<'_>,
        now: Timestamp,
    ) -> Self {
        let meta = object.meta();
        let reported = seen.report.known().map(|report| report.programmed_generation);
        Self {
            observed_generation: meta.generation,
            programmed_generation: seen
                .verdict
                .programmed_generation()
                .or(reported)
                .or(before.programmed_generation),
            last_handled_reconcile_at: meta
                .annotations
                .as_ref()
                .and_then(|annotations| annotations.get(RECONCILE_REQUESTED_AT))
                .map(|value| bounded(value, 253)),
            conditions: conditions::of_verdict(
                &seen.verdict,
                devices,
                meta.generation,
                before.conditions,
                now,
            ),
            diagnostics: entries(&seen.verdict.findings()),
            plan: seen.verdict.plan().map(plan),
        }
    }
}

/// What the last status said that the next one builds on.
#[derive(Clone, Copy)]
pub(crate) struct Before<'a> {
    pub(crate) programmed_generation: Option<i64>,
    pub(crate) conditions: &'a [Condition],
}

/// What a status says of devices.
#[derive(Default)]
pub(crate) struct Devices {
    pub(crate) summary: Option<Summary>,
    pub(crate) failures: Vec<FailureCount>,
    pub(crate) rows: Vec<DeviceRow>,
    pub(crate) omitted: Option<i64>,
}

impl Devices {
    /// What the issuer reports now; what was known before, where it does not say.
    pub(crate) fn of(report: &Report, before: Self) -> Self {
        let report = match report {
            Report::Known(report) => report,
            Report::Absent => return Self::default(),
            Report::Silent => return before,
        };
        let mut rows: Vec<DeviceRow> = report.devices.iter().map(bounded_row).collect();
        rows.sort_by(worst_first);
        let kept = rows.len().min(DeviceRows::MAX as usize);
        let cut = i64::try_from(rows.len() - kept).unwrap_or_default();
        rows.truncate(kept);
        Self {
            summary: Some(report.summary),
            failures: report.failures.iter().take(MAX_FAILURES).cloned().collect(),
            rows,
            omitted: Some(report.omitted_devices + cut).filter(|omitted| *omitted > 0),
        }
    }
}

/// States are defined worst first; ids break the tie, so that the same rows always stand in the same order.
fn worst_first(a: &DeviceRow, b: &DeviceRow) -> std::cmp::Ordering {
    (a.state, &a.device, &a.association).cmp(&(b.state, &b.device, &b.association))
}

fn bounded_row(row: &DeviceRow) -> DeviceRow {
    let short = |text: &Option<String>| text.as_deref().map(|text| bounded(text, 256));
    DeviceRow { reason: short(&row.reason), message: short(&row.message), ..row.clone() }
}

fn entries(findings: &Diagnostics) -> Vec<DiagnosticEntry> {
    findings.iter().take(Diagnostics::MAX).map(entry).collect()
}

fn entry(finding: &Diagnostic) -> DiagnosticEntry {
    let help = if finding.help.is_empty() { String::new() } else { format!("; {}", finding.help) };
    DiagnosticEntry {
        rule: finding.rule.to_string(),
        severity: finding.severity,
        field: bounded(finding.field.as_str(), 512),
        message: bounded(&format!("{}{help}", finding.message), 1024),
    }
}

fn plan(report: &PlanReport) -> PlanStatus {
    let plan = &report.plan;
    PlanStatus {
        id: bounded(&report.id, 64),
        held: plan.held,
        create: plan.create.into(),
        update: plan.update.into(),
        reissue: plan.reissue.into(),
        revoke: plan.revoke.into(),
        remove: plan.remove.into(),
        changes: plan
            .changes
            .iter()
            .take(MAX_CHANGES)
            .map(|change| PlannedChange { field: bounded(&change.field, 512), effect: change.effect })
            .collect(),
    }
}
