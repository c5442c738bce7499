//! Rules about subject alternative names that the object alone decides (SAN-02 … SAN-06).

use super::RuleId;
use super::variables::{self, Place, Setting};
use crate::diagnostics::{Diagnostic, Diagnostics, FieldPath, quoted};
use crate::profile::fields::SubjectAlternativeName;
use crate::san::{SanTemplate, looks_like};
use crate::template::{Piece, Template};
use crate::vocabulary::SanType;

/// The most alternative names of one profile (SAN-02).
pub(crate) const MAX_ALTERNATIVE_NAMES: usize = 500;

/// Parses a profile's alternative names and judges them. An entry that cannot be parsed is left out, with an error.
pub(crate) fn parse(
    entries: &[SubjectAlternativeName<'_>],
    setting: Setting,
    found: &mut Diagnostics,
) -> Vec<SanTemplate> {
    let list = field();
    if entries.len() > MAX_ALTERNATIVE_NAMES {
        let message =
            format!("there are {} alternative names; {MAX_ALTERNATIVE_NAMES} are allowed", entries.len());
        found.push(Diagnostic::new(RuleId::San02, list, message));
        return Vec::new();
    }
    let parsed = entries.iter().enumerate().filter_map(|(index, entry)| {
        let value = parse_value(entry, setting, &value_field(index), found)?;
        Some(SanTemplate { kind: entry.kind, value })
    });
    parsed.collect()
}

/// The field that holds a profile's alternative names.
pub(crate) fn field() -> FieldPath {
    FieldPath::spec().field("subjectAlternativeNames")
}

/// The field of the value at that index.
pub(crate) fn value_field(index: usize) -> FieldPath {
    field().index(index).field("value")
}

fn parse_value(
    entry: &SubjectAlternativeName<'_>,
    setting: Setting,
    field: &FieldPath,
    found: &mut Diagnostics,
) -> Option<Template> {
    if entry.value.trim().is_empty() {
        found.push(Diagnostic::new(
            RuleId::San03,
            field.clone(),
            format!("this {} entry has no value", entry.kind),
        ));
        return None;
    }
    match Template::parse(entry.value) {
        Ok(template) => {
            check(&template, entry.kind, setting, field, found);
            Some(template)
        }
        Err(error) => {
            found.push(error.diagnostic(field, 0));
            None
        }
    }
}

fn check(template: &Template, kind: SanType, setting: Setting, field: &FieldPath, found: &mut Diagnostics) {
    variables::check(template, Place::AlternativeName(kind), setting, field, found);
    if let Some(character) = banned_character(template) {
        let message = format!("{character:?} stands in the {kind}");
        found.push(Diagnostic::new(RuleId::San05, field.clone(), message));
    }
    if let Some(text) = template.as_static().filter(|text| !looks_like(kind, text)) {
        let message = format!("{} does not look like a value of the type {kind}", quoted(text));
        found.push(Diagnostic::new(RuleId::San06, field.clone(), message));
    }
}

/// A character that separates names in the Windows list, or a control character. VAR-18 speaks of separators after a
/// variable, VAR-02 of brackets.
fn banned_character(template: &Template) -> Option<char> {
    let before_variables = match template.pieces().first() {
        Some(Piece::Literal(text)) => text.as_str(),
        Some(Piece::Variable(_)) | None => "",
    };
    let separator = before_variables.chars().find(|c| matches!(c, '|' | ';'));
    separator.or_else(|| template.literals().flat_map(str::chars).find(|c| c.is_control()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::{CertificateType, Platform};

    fn findings(kind: SanType, value: &str, platform: Platform, certificate: CertificateType) -> Vec<RuleId> {
        let mut found = Diagnostics::none();
        let entry = SubjectAlternativeName { kind, value };
        parse(&[entry], Setting { platform, certificate }, &mut found);
        found.iter().map(|finding| finding.rule).collect()
    }

    fn of_user(kind: SanType, value: &str) -> Vec<RuleId> {
        findings(kind, value, Platform::Windows10AndLater, CertificateType::User)
    }

    fn of_device(kind: SanType, value: &str) -> Vec<RuleId> {
        findings(kind, value, Platform::Windows10AndLater, CertificateType::Device)
    }

    #[test]
    fn the_examples_of_the_specification_are_concatenated_literally() {
        assert_eq!(of_device(SanType::Dns, "{{AzureADDeviceId}}.domain.com"), []);
        assert_eq!(of_device(SanType::Email, "{{FullyQualifiedDomainName}}User1@Contoso.com"), []);
        assert_eq!(of_user(SanType::Upn, "{{UserName}}-Home"), []);
        assert_eq!(of_device(SanType::Upn, "{{UserName}}-Home"), [RuleId::Var03]);
    }

    #[test]
    fn an_empty_value_is_refused() {
        assert_eq!(of_user(SanType::Dns, " "), [RuleId::San03]);
    }

    #[test]
    fn more_than_five_hundred_names_are_refused() {
        let entry = SubjectAlternativeName { kind: SanType::Dns, value: "a.example" };
        let setting = Setting { platform: Platform::Ios, certificate: CertificateType::Device };
        let mut found = Diagnostics::none();
        assert_eq!(parse(&vec![entry; 500], setting, &mut found).len(), 500);
        assert!(found.is_empty());
        parse(&vec![entry; 501], setting, &mut found);
        assert_eq!(found.iter().map(|finding| finding.rule).collect::<Vec<_>>(), [RuleId::San02]);
    }

    #[test]
    fn a_separator_of_the_windows_list_is_refused_wherever_it_stands() {
        assert_eq!(of_user(SanType::Upn, "a;b{{UserName}}"), [RuleId::San05]);
        assert_eq!(of_user(SanType::Upn, "{{UserName}}|admin@corp"), [RuleId::Var18]);
        assert_eq!(of_user(SanType::Upn, "{{UserName}}{x}"), [RuleId::Var02]);
        assert_eq!(of_user(SanType::Uri, "{{UserName}}\0"), [RuleId::San05]);
    }

    #[test]
    fn a_static_value_that_does_not_look_like_its_type_is_warned_of() {
        assert_eq!(of_user(SanType::Email, "domain.com"), [RuleId::San06]);
        assert_eq!(of_user(SanType::Email, "jane@domain.com"), []);
    }

    #[test]
    fn the_user_name_is_refused_on_android_enterprise_corporate() {
        let platform = Platform::AndroidEnterpriseCorporate;
        let value = "{{UserName}}@corp";
        assert_eq!(findings(SanType::Upn, value, platform, CertificateType::User), [RuleId::Var08]);
        assert_eq!(of_user(SanType::Upn, value), []);
    }

    #[test]
    fn the_security_identifier_is_the_whole_value_of_a_uri() {
        let sid = "{{OnPremisesSecurityIdentifier}}";
        assert_eq!(of_user(SanType::Uri, sid), []);
        assert_eq!(of_device(SanType::Uri, sid), []);
        for kind in [SanType::Email, SanType::Upn, SanType::Dns] {
            assert_eq!(of_user(kind, sid), [RuleId::Sid02], "{kind}");
        }
        assert_eq!(of_user(SanType::Uri, &format!("{sid}x")), [RuleId::Sid03]);
    }

    #[test]
    fn a_security_identifier_written_by_hand_is_refused_in_every_disguise() {
        for value in [
            "tag:microsoft.com,2022-09-14:sid:S-1-5-21-1-2-3-500",
            "TAG:Microsoft.com,2022-09-14:sid:S-1-5-21-1-2-3-500",
            "tag:microsoft.com,2022-09-14:sid:{{OnPremisesSecurityIdentifier}}",
            "tag:microsoft.com,2022-09-14:sid:{{DeviceName}}",
            "%74ag:microsoft%2Ecom,2022-09-14:sid:S-1-5-21-1-2-3-500",
            " tag:microsoft.com,2022-09-14:sid:S-1-5-21-1-2-3-500",
        ] {
            let found = of_user(SanType::Uri, value);
            assert!(found.contains(&RuleId::Sid03), "{value}: {found:?}");
        }
    }

    #[test]
    fn security_identifiers_are_refused_where_no_platform_maps_them() {
        let sid = "{{OnPremisesSecurityIdentifier}}";
        for platform in [Platform::AndroidEnterprisePersonal, Platform::Windows81] {
            assert_eq!(findings(SanType::Uri, sid, platform, CertificateType::User), [RuleId::Sid04]);
        }
        assert_eq!(findings(SanType::Uri, sid, Platform::Macos, CertificateType::Device), [RuleId::Sid05]);
    }
}
