//! `scepter lint`: every finding about the manifests in files, before anybody applies them.

use jiff::Timestamp;
use scepter_crd::Schemas;
use scepter_policy::diagnostics::Diagnostic;
use scepter_policy::rules::RuleId;
use scepter_policy::vocabulary::Severity;
use serde::Serialize;

use crate::arguments::{LintArguments, LintFormat};
use crate::files::{self, Declared, Place};
use crate::namespaces::{Identity, Misshapen, Namespaces, gather};
use crate::print::{BAD, WAITING};
use crate::{Ending, print};

/// Lints: 0 without errors, 1 with, 2 when a path cannot be read.
pub(crate) fn run(arguments: &LintArguments) -> anyhow::Result<Ending> {
    let objects = match files::read(&arguments.paths, &Schemas::new()?) {
        Ok(objects) => objects,
        Err(error) => {
            print::error(&error.into());
            return Ok(Ending::Usage);
        }
    };
    let findings = findings(&gather(&objects, Declared::in_namespace), Timestamp::now());
    print::text(&match arguments.output {
        LintFormat::Json => {
            format!("{}\n", serde_json::to_string_pretty(&Report { diagnostics: &findings })?)
        }
        LintFormat::Text => text(&findings, objects.len()),
    })?;
    let has_errors = findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(if has_errors { Ending::Findings } else { Ending::Success })
}

#[derive(Serialize)]
struct Report<'a> {
    diagnostics: &'a [Finding],
}

/// A finding with its place (design §4).
#[derive(Serialize)]
struct Finding {
    file: String,
    line: usize,
    column: usize,
    kind: String,
    namespace: String,
    name: String,
    rule: RuleId,
    severity: Severity,
    field: String,
    message: String,
    help: String,
}

impl Finding {
    fn new(place: &Place, (kind, namespace, name): &Identity, diagnostic: Diagnostic) -> Self {
        Self {
            file: place.file.display().to_string(),
            line: place.line,
            column: 1,
            kind: kind.clone(),
            namespace: namespace.clone(),
            name: name.clone(),
            rule: diagnostic.rule,
            severity: diagnostic.severity,
            field: diagnostic.field.to_string(),
            message: diagnostic.message,
            help: diagnostic.help,
        }
    }
}

fn findings(all: &Namespaces, now: Timestamp) -> Vec<Finding> {
    let mut findings: Vec<Finding> = all.misshapen.iter().flat_map(misshapen).collect();
    for (namespace, among) in &all.worlds {
        for (kind, name, diagnostics) in among.diagnostics(now) {
            let identity = (kind.to_string(), namespace.clone(), name);
            let Some(place) = all.places.get(&identity) else { continue };
            findings
                .extend(diagnostics.into_iter().map(|diagnostic| Finding::new(place, &identity, diagnostic)));
        }
    }
    findings.sort_by(|a, b| (&a.file, a.line, &a.field).cmp(&(&b.file, b.line, &b.field)));
    findings
}

fn misshapen(object: &Misshapen) -> impl Iterator<Item = Finding> {
    object.findings.iter().map(|finding| Finding::new(&object.place, &object.identity, finding.clone()))
}

fn text(findings: &[Finding], objects: usize) -> String {
    let mut text: String = findings.iter().map(one).collect();
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    text.push_str(&format!("{objects} objects, {errors} errors, {} warnings\n", findings.len() - errors));
    text
}

fn one(finding: &Finding) -> String {
    let style = match finding.severity {
        Severity::Error => BAD,
        Severity::Warning => WAITING,
    };
    let Finding { file, line, kind, name, rule, severity, field, .. } = finding;
    format!(
        "{file}:{line}: {style}{severity}{style:#}: {rule}: {kind} {}: {field}: {}\n  help: {}\n",
        print::inert(name),
        print::inert(&finding.message),
        print::inert(&finding.help)
    )
}
