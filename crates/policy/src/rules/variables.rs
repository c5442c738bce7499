//! Rules about variables that the object alone decides (VAR-03 … VAR-18; VAR-23 where it is asked for).

use std::collections::BTreeSet;

use super::{RuleId, san, sid};
use crate::diagnostics::{Diagnostic, Diagnostics, FieldPath, Replacement};
use crate::name::SubjectTemplate;
use crate::profile::Fields;
use crate::template::{Holder, Piece, Template, Variable, written_names};
use crate::vocabulary::{CertificateType, Platform, SanType};

/// What a name is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    /// The profile's platform.
    pub(crate) platform: Platform,
    /// The profile's certificate type.
    pub(crate) certificate: CertificateType,
}

/// Where a variable stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the subject.
    Subject,
    /// In an alternative name.
    AlternativeName(SanType),
}

/// Judges the variables of one template.
pub(crate) fn check(
    template: &Template,
    place: Place,
    setting: Setting,
    field: &FieldPath,
    found: &mut Diagnostics,
) {
    let used: BTreeSet<Variable> = template.variables().collect();
    let broken = used.into_iter().flat_map(|variable| broken_by(variable, place, setting));
    broken.for_each(|(rule, message)| found.push(Diagnostic::new(rule, field.clone(), message)));
    if let Place::AlternativeName(_) = place {
        check_text_after_variables(template, field, found);
    }
    sid::check(template, place, setting, field, found);
}

/// The rules that one use of a variable breaks, each with a sentence.
fn broken_by(variable: Variable, place: Place, setting: Setting) -> Vec<(RuleId, String)> {
    let Setting { platform, certificate } = setting;
    let in_alternative_name = matches!(place, Place::AlternativeName(_));
    let mut broken = Vec::new();
    if certificate == CertificateType::Device && variable.holder(certificate) == Holder::User {
        broken.push((RuleId::Var03, format!("{variable} is a user variable in a device certificate")));
    }
    if variable == Variable::UserName
        && in_alternative_name
        && platform == Platform::AndroidEnterpriseCorporate
    {
        broken.push((RuleId::Var08, format!("{variable} stands in an alternative name on {platform}")));
    }
    if is_missing_on_aosp(variable) && platform == Platform::AndroidAosp {
        broken.push((RuleId::Var09, format!("{variable} is not available on {platform}")));
    }
    if variable.is_hardware_identifier() && platform == Platform::AndroidEnterprisePersonal {
        let message = format!("{variable} fails on devices that were enrolled with Android 12 or later");
        broken.push((RuleId::Var11, message));
    }
    if variable == Variable::FullyQualifiedDomainName && !platform.is_windows() {
        broken.push((RuleId::Var12, format!("{variable} does not exist on {platform}")));
    }
    if variable == Variable::DeviceId && place == Place::Subject && platform.is_windows() {
        broken.push((RuleId::Var14, format!("{variable} stands in the subject on {platform}")));
    }
    broken
}

const fn is_missing_on_aosp(variable: Variable) -> bool {
    matches!(
        variable,
        Variable::OnPremisesSamAccountName | Variable::OnPremDistinguishedName | Variable::Department
    )
}

/// VAR-18. Curly brackets cannot remain in a template's text: VAR-02 refused them.
fn check_text_after_variables(template: &Template, field: &FieldPath, found: &mut Diagnostics) {
    let after = template.pieces().iter().skip_while(|piece| matches!(piece, Piece::Literal(_)));
    let banned = after.filter_map(|piece| match piece {
        Piece::Literal(text) => text.chars().find(|c| matches!(c, '|' | ';')),
        Piece::Variable(_) => None,
    });
    if let Some(character) = banned.into_iter().next() {
        let message = format!("{character:?} stands in the text after a variable");
        found.push(Diagnostic::new(RuleId::Var18, field.clone(), message));
    }
}

/// VAR-23: names in another case than the list has them. They mean the same (D-13), but a search finds one of them only.
pub(crate) fn judge_spelling(fields: &Fields<'_>) -> Diagnostics {
    let names = fields.subject_alternative_names.iter().enumerate();
    let names = names.map(|(index, name)| (san::value_field(index), name.value));
    let texts = std::iter::once((SubjectTemplate::field(), fields.subject_name_format)).chain(names);
    texts.flat_map(|(field, text)| misspelt(&field, text)).collect()
}

fn misspelt(field: &FieldPath, text: &str) -> Vec<Diagnostic> {
    let misspelt = written_names(text).filter_map(|(range, name)| {
        let listed = Variable::from_name(name)?.names().find(|listed| listed.eq_ignore_ascii_case(name))?;
        let message = format!("{{{{{name}}}}} is listed as {{{{{listed}}}}}");
        let fix = Replacement::new(range, listed);
        (listed != name).then(|| Diagnostic::new(RuleId::Var23, field.clone(), message).fix(fix))
    });
    misspelt.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::fields::SubjectAlternativeName;
    use crate::profile::sample;

    #[test]
    fn a_name_in_another_case_is_mended_to_the_listed_one_and_an_alias_stays_an_alias() {
        let mut fields = sample::fields(Platform::Ios);
        fields.subject_name_format = "CN={{username}}-{{DEVICE_SERIAL}}-{{DeviceName}}-{{Nobody}}";
        let value = "{{userprincipalname}}";
        fields.subject_alternative_names = vec![SubjectAlternativeName { kind: SanType::Upn, value }];
        let found = judge_spelling(&fields);
        let mended = found.iter().map(|finding| {
            let text =
                if finding.field == SubjectTemplate::field() { fields.subject_name_format } else { value };
            let fix = finding.fix.as_deref().unwrap();
            (finding.rule, text[fix.range.clone()].to_owned(), fix.text.clone())
        });
        let expected = [
            ("username", "UserName"),
            ("DEVICE_SERIAL", "Device_Serial"),
            (&value[2..19], "UserPrincipalName"),
        ];
        let expected = expected.map(|(from, to)| (RuleId::Var23, from.to_owned(), to.to_owned()));
        assert_eq!(mended.collect::<Vec<_>>(), expected);
    }
}
