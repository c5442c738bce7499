//! Rules about variables that the object alone decides (VAR-03 … VAR-18).

use std::collections::BTreeSet;

use super::{RuleId, sid};
use crate::diagnostics::{Diagnostic, Diagnostics, FieldPath};
use crate::template::{Holder, Piece, Template, Variable};
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
