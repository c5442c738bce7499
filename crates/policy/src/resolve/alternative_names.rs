//! The alternative names with every variable filled in (SAN-06, SAN-08, SID-01, SID-03).

use super::bearer::Bearer;
use crate::diagnostics::Diagnostic;
use crate::rules::san::value_field;
use crate::rules::{RuleId, sid};
use crate::san::{GeneralName, SanTemplate};
use crate::vocabulary::{SanType, Severity};

/// The tag that stands before a security identifier in a certificate (SID-01).
pub(crate) const SECURITY_IDENTIFIER_TAG: &str = "tag:microsoft.com,2022-09-14:sid:";

/// Fills in alternative names. What cannot be filled in is left out and added to `failures`.
pub(super) fn resolve(
    templates: &[SanTemplate],
    bearer: Bearer<'_>,
    failures: &mut Vec<Diagnostic>,
) -> Vec<GeneralName> {
    let mut names = Vec::new();
    for (index, template) in templates.iter().enumerate() {
        match value(template, index, bearer) {
            Ok(value) => names.push(GeneralName::new(template.kind, value)),
            Err(failure) => failures.push(failure),
        }
    }
    names
}

fn value(template: &SanTemplate, index: usize, bearer: Bearer<'_>) -> Result<String, Diagnostic> {
    let SanTemplate { kind, value } = template;
    let field = value_field(index);
    let filled = value.fill(|variable| bearer.value(variable, &field))?;
    if *kind == SanType::Uri && sid::is_security_identifier(value) {
        return Ok(format!("{SECURITY_IDENTIFIER_TAG}{filled}"));
    }
    let fail =
        |rule, message: String| Err(Diagnostic::new(rule, field.clone(), message).severity(Severity::Error));
    if let Some(character) = filled.chars().find(|c| matches!(c, ';' | '|' | '{' | '}')) {
        return fail(RuleId::San08, format!("the {kind} {value} resolves to a text with {character:?}"));
    }
    if *kind == SanType::Uri && sid::claims_microsoft_tag(&filled) {
        return fail(RuleId::Sid03, format!("the {kind} {value} resolves to a tag of microsoft.com"));
    }
    match kind {
        SanType::Email | SanType::Dns | SanType::Uri if !filled.is_ascii() => {
            fail(RuleId::San06, format!("the {kind} {value} resolves to characters outside ASCII"))
        }
        SanType::Email | SanType::Dns | SanType::Uri | SanType::Upn => Ok(filled),
    }
}
