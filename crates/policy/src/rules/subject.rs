//! Rules about the subject that the object alone decides (SUB-01 … SUB-17).

use super::RuleId;
use super::variables::{self, Place, Setting};
use crate::diagnostics::{Diagnostic, Diagnostics, quoted};
use crate::name::{AttributeTemplate, AttributeType, SubjectTemplate};
use crate::template::Variable;
use crate::vocabulary::CertificateType;

/// Parses a profile's subject and judges it; `None` when it cannot be parsed.
pub(crate) fn parse(text: &str, setting: Setting, found: &mut Diagnostics) -> Option<SubjectTemplate> {
    match SubjectTemplate::parse(text) {
        Ok((subject, warnings)) => {
            found.extend(warnings);
            subject.attributes().for_each(|attribute| check(attribute, setting, found));
            Some(subject)
        }
        Err(findings) => {
            found.extend(findings);
            None
        }
    }
}

fn check(attribute: &AttributeTemplate, setting: Setting, found: &mut Diagnostics) {
    let field = SubjectTemplate::field();
    variables::check(&attribute.value, Place::Subject, setting, &field, found);
    let broken = [
        variable_outside_cn_and_e(attribute, setting.certificate),
        unquoted_distinguished_name(attribute),
        too_long(attribute),
        never_encodable(attribute),
    ];
    for (rule, message) in broken.into_iter().flatten() {
        found.push(Diagnostic::new(rule, field.clone(), message));
    }
}

type Broken = Option<(RuleId, String)>;

fn variable_outside_cn_and_e(attribute: &AttributeTemplate, certificate: CertificateType) -> Broken {
    let usual = matches!(attribute.kind, AttributeType::CommonName | AttributeType::Email);
    let variable = attribute.value.variables().next()?;
    (certificate == CertificateType::User && !usual)
        .then(|| (RuleId::Sub09, format!("{variable} stands in {}", attribute.kind)))
}

fn unquoted_distinguished_name(attribute: &AttributeTemplate) -> Broken {
    let used = attribute.value.variables().any(|variable| variable == Variable::OnPremDistinguishedName);
    (used && !attribute.quoted).then(|| (RuleId::Sub11, format!("{attribute} is not quoted")))
}

/// SUB-13 of the text alone; what variables add is judged for each device.
fn too_long(attribute: &AttributeTemplate) -> Broken {
    let length: usize = attribute.value.literals().map(|text| text.chars().count()).sum();
    // C has a rule of its own, SUB-14.
    let most = attribute.kind.max_length().filter(|_| attribute.kind != AttributeType::Country)?;
    (length > most).then(|| {
        (RuleId::Sub13, format!("the text of {} has {length} characters; {most} are allowed", attribute.kind))
    })
}

fn never_encodable(attribute: &AttributeTemplate) -> Broken {
    let kind = attribute.kind;
    if kind.is_ia5() && attribute.value.literals().any(|text| !text.is_ascii()) {
        return Some((RuleId::Sub14, format!("{kind} contains characters outside ASCII")));
    }
    let country = attribute.value.as_static().filter(|_| kind == AttributeType::Country)?;
    (!is_country_code(country))
        .then(|| (RuleId::Sub14, format!("C is {}, which is no two-letter code", quoted(country))))
}

/// Whether a text is two ASCII letters.
pub(crate) fn is_country_code(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::Platform;

    fn findings(text: &str, platform: Platform, certificate: CertificateType) -> Vec<RuleId> {
        let mut found = Diagnostics::none();
        parse(text, Setting { platform, certificate }, &mut found);
        found.iter().map(|finding| finding.rule).collect()
    }

    fn of_user(text: &str) -> Vec<RuleId> {
        findings(text, Platform::Ios, CertificateType::User)
    }

    fn of_device(text: &str) -> Vec<RuleId> {
        findings(text, Platform::Windows10AndLater, CertificateType::Device)
    }

    #[test]
    fn a_user_variable_in_a_device_certificate_is_refused() {
        assert_eq!(of_device("CN={{UserName}}"), [RuleId::Var03]);
        assert_eq!(of_device("CN={{DeviceName}}"), []);
        assert_eq!(of_user("CN={{DeviceName}}-{{UserName}}"), []);
    }

    #[test]
    fn a_user_certificate_may_name_the_user_and_the_device() {
        for variable in Variable::ALL {
            let found = of_user(&format!("CN=\"{{{{UserName}}}}-{variable}\""));
            // The security identifier has its place in a URI, the domain name on Windows.
            let expected: &[_] = match variable {
                Variable::OnPremisesSecurityIdentifier => &[RuleId::Sid02],
                Variable::FullyQualifiedDomainName => &[RuleId::Var12],
                _ => &[],
            };
            assert_eq!(found, expected, "{variable}");
        }
    }

    #[test]
    fn a_user_certificate_with_a_variable_outside_cn_and_e_is_warned_of() {
        assert_eq!(of_user("CN={{UserName}},OU={{Department}}"), [RuleId::Sub09]);
        assert_eq!(of_device("CN={{DeviceName}},OU={{SerialNumber}}"), []);
    }

    #[test]
    fn an_unquoted_distinguished_name_is_warned_of() {
        assert_eq!(of_user("CN={{OnPrem_Distinguished_Name}}"), [RuleId::Sub11]);
        assert_eq!(of_user("CN=\"{{OnPrem_Distinguished_Name}}\""), []);
    }

    #[test]
    fn a_text_longer_than_its_attribute_allows_is_warned_of() {
        let long = "é".repeat(64);
        assert_eq!(of_user(&format!("CN={long}")), []);
        assert_eq!(of_user(&format!("CN={long}é")), [RuleId::Sub13]);
        assert_eq!(of_user(&format!("L={long}é")), []);
    }

    #[test]
    fn a_country_is_two_letters_and_mail_and_domain_components_are_ascii() {
        for text in ["CN=a,C=USA", "CN=a,C=1A", "CN=a,E=jäne@contoso.com", "CN=a,DC=münchen"] {
            assert_eq!(of_user(text), [RuleId::Sub14], "{text}");
        }
        assert_eq!(of_user("CN=a,C=de,DC=com"), []);
    }

    #[test]
    fn the_intune_device_id_in_a_windows_subject_is_warned_of() {
        assert_eq!(of_device("CN={{DeviceId}}"), [RuleId::Var14]);
        assert_eq!(of_user("CN={{DeviceId}}"), []);
    }

    #[test]
    fn variables_that_a_platform_lacks_are_refused_there() {
        let aosp = |text| findings(text, Platform::AndroidAosp, CertificateType::User);
        assert_eq!(aosp("CN={{OnPremisesSamAccountName}}"), [RuleId::Var09]);
        assert_eq!(aosp("CN=\"{{onprem_distinguished_name}}\""), [RuleId::Var09]);
        assert_eq!(aosp("CN={{UserName}}"), []);
        assert_eq!(of_user("CN={{FullyQualifiedDomainName}}"), [RuleId::Var12]);
        assert_eq!(of_device("CN={{FullyQualifiedDomainName}}"), []);
    }

    #[test]
    fn hardware_identifiers_of_personally_owned_devices_are_warned_of() {
        let personal = |text| findings(text, Platform::AndroidEnterprisePersonal, CertificateType::Device);
        assert_eq!(personal("CN={{Device_IMEI}}"), [RuleId::Var11]);
        assert_eq!(personal("CN={{DeviceId}}"), []);
    }

    #[test]
    fn a_security_identifier_in_the_subject_is_refused() {
        assert_eq!(of_user("CN={{OnPremisesSecurityIdentifier}}"), [RuleId::Sid02]);
    }
}
