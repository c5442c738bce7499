//! The subject with every variable filled in (SUB-10, SUB-12, SUB-14).

use super::bearer::Bearer;
use crate::diagnostics::Diagnostic;
use crate::name::{
    Attribute, AttributeTemplate, AttributeType, DistinguishedName, RelativeDistinguishedName,
    SubjectTemplate, find_escape, needs_quotes,
};
use crate::rules::RuleId;
use crate::rules::subject::is_country_code;

/// Fills in a subject. What it cannot fill in is left out and added to `failures`.
pub(super) fn resolve(
    template: &SubjectTemplate,
    bearer: Bearer<'_>,
    failures: &mut Vec<Diagnostic>,
) -> DistinguishedName {
    let mut rdns = Vec::new();
    for rdn in template.rdns() {
        let mut attributes = Vec::new();
        for attribute in rdn {
            match value(attribute, bearer) {
                Ok(value) => attributes.push(Attribute { kind: attribute.kind, value }),
                Err(failure) => failures.push(failure),
            }
        }
        rdns.push(RelativeDistinguishedName { attributes });
    }
    DistinguishedName { rdns }
}

fn value(attribute: &AttributeTemplate, bearer: Bearer<'_>) -> Result<String, Diagnostic> {
    let field = SubjectTemplate::field();
    let kind = attribute.kind;
    let fail = |rule, message| Err(Diagnostic::new(rule, field.clone(), message));
    let value = attribute.value.fill(|variable| {
        let value = bearer.value(variable, &field)?;
        if !attribute.quoted && needs_quotes(&value) {
            return fail(RuleId::Sub10, format!("the value of {variable} in {attribute} needs quotes"));
        }
        Ok(value)
    })?;
    if find_escape(&value).is_some() {
        return fail(
            RuleId::Sub12,
            format!("{attribute} resolves to a text with an escaped special character"),
        );
    }
    if kind.is_ia5() && !value.is_ascii() {
        return fail(RuleId::Sub14, format!("{attribute} resolves to characters outside ASCII"));
    }
    if kind == AttributeType::Country && !is_country_code(&value) {
        return fail(RuleId::Sub14, format!("{attribute} does not resolve to two letters"));
    }
    Ok(value)
}
