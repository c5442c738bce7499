//! Findings as one JSON document (design §4).

use scepter_policy::rules::RuleId;
use scepter_policy::vocabulary::Severity;
use serde::Serialize;

use super::finding::{Finding, Findings};

/// The document.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report<'a> {
    diagnostics: Vec<Entry<'a>>,
    /// How many there are beyond those; absent when these are all.
    #[serde(skip_serializing_if = "is_zero")]
    omitted_diagnostics: usize,
}

/// One finding.
#[derive(Serialize)]
struct Entry<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    kind: &'a str,
    namespace: &'a str,
    name: &'a str,
    rule: RuleId,
    severity: Severity,
    field: &'a str,
    message: &'a str,
    help: &'a str,
}

impl<'a> Report<'a> {
    /// The document of these findings.
    pub(crate) fn new(findings: &'a Findings) -> Self {
        let diagnostics = findings.told.iter().map(Entry::new).collect();
        Self { diagnostics, omitted_diagnostics: findings.left_out }
    }
}

impl<'a> Entry<'a> {
    fn new(finding: &'a Finding) -> Self {
        let (diagnostic, (kind, namespace, name)) = (&finding.diagnostic, &finding.object);
        Self {
            file: &finding.source.file,
            line: finding.region.start.line,
            column: finding.region.start.column,
            kind,
            namespace,
            name,
            rule: diagnostic.rule,
            severity: diagnostic.severity,
            field: diagnostic.field.as_str(),
            message: &diagnostic.message,
            help: &diagnostic.help,
        }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}
