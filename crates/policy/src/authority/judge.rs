//! A profile before any device asks: what the authority will say to whatever the profile's author wrote (TH-05).

use jiff::Timestamp;

use super::names::{self, Problem};
use super::permit::may_not_be_written;
use super::scope::Scope;
use super::{AuthorityFacts, length};
use crate::diagnostics::{Diagnostic, Diagnostics, FieldPath};
use crate::identity::Namespace;
use crate::name::{AttributeTemplate, AttributeType, SubjectTemplate};
use crate::profile::Profile;
use crate::root::TrustedRoot;
use crate::rules::{RuleId, root, san, sid, urls, validity};
use crate::san::SanTemplate;
use crate::template::{Piece, Template};
use crate::vocabulary::{SanType, Severity};

/// Every rule of the authority scope: VAL-04, VAL-05, URL-13, ROOT-08 where the root is known, SUB-13, AUT-*.
pub fn judge(
    profile: &Profile,
    root: Option<&TrustedRoot>,
    facts: &AuthorityFacts,
    namespace: &Namespace,
    now: Timestamp,
) -> Diagnostics {
    let mut findings = validity::judge_authority(profile.validity, facts, now);
    findings.extend(urls::judge_authority(&profile.scep_server_urls, facts).into_iter().collect());
    let mismatch = root.and_then(|root| root::judge_anchor(profile, root, facts));
    findings.extend(mismatch.into_iter().collect());
    findings.extend(judge_names(profile, facts, namespace));
    findings
}

/// AUT-* and SUB-13 for the texts of a profile. What variables will say is judged at issue, by [`super::permit`].
pub fn judge_names(profile: &Profile, facts: &AuthorityFacts, namespace: &Namespace) -> Diagnostics {
    let scope = Scope::of(&facts.permitted, namespace);
    let mut findings = judge_usages(&scope, profile);
    if facts.enforce_name_lengths {
        findings.extend(judge_lengths(profile));
    }
    if scope.is_laboratory() {
        return findings;
    }
    let attributes = profile.subject.attributes().map(|attribute| judge_attribute(&scope, attribute));
    findings.extend(attributes.filter_map(|judged| finding(judged, SubjectTemplate::field())).collect());
    let names = profile.subject_alternative_names.iter().enumerate();
    let names = names.map(|(index, template)| (judge_name(&scope, template), san::value_field(index)));
    findings.extend(names.filter_map(|(judged, path)| finding(judged, path)).collect());
    findings
}

fn judge_usages(scope: &Scope<'_>, profile: &Profile) -> Diagnostics {
    let path = FieldPath::spec().field("extendedKeyUsages");
    let usages = profile.extended_key_usages.iter().enumerate();
    let judged =
        usages.map(|(index, usage)| (names::usage(scope, usage.oid), path.index(index).field("oid")));
    judged.filter_map(|(judged, path)| finding(judged, path)).collect()
}

/// SUB-13: a text that is too long by itself is so on every device.
fn judge_lengths(profile: &Profile) -> Diagnostics {
    let too_long = |attribute: &AttributeTemplate| {
        length::judge(attribute.kind, attribute.value.literals().map(|text| text.chars().count()).sum())
    };
    let finding =
        |message| Diagnostic::new(RuleId::Sub13, SubjectTemplate::field(), message).severity(Severity::Error);
    profile.subject.attributes().filter_map(too_long).map(finding).collect()
}

fn judge_attribute(scope: &Scope<'_>, attribute: &AttributeTemplate) -> Result<(), Problem> {
    let (kind, template) = (attribute.kind, &attribute.value);
    if kind == AttributeType::Email {
        return judge_user_name(scope, template, names::email, names::own_email);
    }
    if let Some(likeness) = likeness(template).filter(|_| kind == AttributeType::CommonName) {
        names::common_name(scope, &likeness)?;
    }
    match template.as_static() {
        Some(value) => names::listed_value(scope, kind, value),
        None if scope.values(kind).is_none() && may_not_be_written(template, kind) => {
            names::listed_value(scope, kind, &template.to_string())
        }
        None => Ok(()),
    }
}

fn judge_name(scope: &Scope<'_>, template: &SanTemplate) -> Result<(), Problem> {
    let value = &template.value;
    match template.kind {
        SanType::Email => judge_user_name(scope, value, names::email, names::own_email),
        SanType::Upn => judge_user_name(scope, value, names::upn, names::own_upn),
        SanType::Dns => likeness(value).map_or(Ok(()), |likeness| names::dns(scope, &likeness)),
        SanType::Uri if sid::claims_microsoft_tag(&value.to_string()) => Err(names::hand_written_tag()),
        // The beginning of a URI says where it points; what begins with a variable is judged at issue.
        SanType::Uri => match value.pieces().first() {
            Some(Piece::Literal(_)) => names::uri(scope, &filled(value)),
            Some(Piece::Variable(_)) | None => Ok(()),
        },
    }
}

type InDomain = fn(&Scope<'_>, &str) -> Result<(), Problem>;
type Own = fn(&Scope<'_>, &str, Option<&crate::inventory::User>) -> Result<(), Problem>;

/// AUT-03, AUT-04, AUT-09: a written domain is permitted; a name that is written whole is nobody's own.
fn judge_user_name(
    scope: &Scope<'_>,
    template: &Template,
    in_domain: InDomain,
    own: Own,
) -> Result<(), Problem> {
    if let Some(likeness) = likeness(template) {
        in_domain(scope, &likeness)?;
    }
    template.as_static().map_or(Ok(()), |value| own(scope, value, None))
}

/// A name as it may come out on a device, where the template ends with a text: its end, which says whose it is, is then
/// known. A text that is glued to a variable counts as part of one label: `{{DeviceName}}corp.example` is not within
/// `corp.example`.
fn likeness(template: &Template) -> Option<String> {
    match template.pieces().last() {
        Some(Piece::Literal(_)) => Some(filled(template)),
        Some(Piece::Variable(_)) | None => None,
    }
}

/// The template with a letter for each variable.
fn filled(template: &Template) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Literal(text) => text.clone(),
        Piece::Variable(_) => "x".to_owned(),
    };
    template.pieces().iter().map(piece).collect()
}

fn finding(judged: Result<(), Problem>, path: FieldPath) -> Option<Diagnostic> {
    judged.err().map(|(rule, message)| Diagnostic::new(rule, path, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::Permitted;
    use crate::authority::sample::facts;
    use crate::profile::fields::{ExtendedKeyUsage, SubjectAlternativeName};
    use crate::profile::sample;
    use crate::root::sample as roots;
    use crate::vocabulary::{CertificateType, Platform};

    fn profile(subject: &'static str, names: &[(SanType, &'static str)]) -> Profile {
        sample::profile(Platform::Ios, |fields| {
            fields.certificate_type = CertificateType::User;
            fields.subject_name_format = subject;
            fields.subject_alternative_names =
                names.iter().map(|&(kind, value)| SubjectAlternativeName { kind, value }).collect();
        })
    }

    fn judged(subject: &'static str, names: &[(SanType, &'static str)]) -> Vec<(RuleId, String)> {
        let namespace = Namespace::new("wifi").unwrap();
        let findings = judge_names(&profile(subject, names), &facts(), &namespace);
        findings.iter().map(|finding| (finding.rule, finding.field.to_string())).collect()
    }

    fn rules(subject: &'static str, names: &[(SanType, &'static str)]) -> Vec<RuleId> {
        judged(subject, names).into_iter().map(|(rule, _)| rule).collect()
    }

    #[test]
    fn a_profile_that_keeps_to_its_permissions_is_silent() {
        let names = [
            (SanType::Email, "{{EmailAddress}}"),
            (SanType::Upn, "{{UserName}}@corp.example"),
            (SanType::Dns, "{{DeviceName}}.corp.example"),
            (SanType::Dns, "{{AAD_Device_ID}}"),
            (SanType::Uri, "https://id.corp.example/devices/{{DeviceId}}"),
            (SanType::Uri, "{{OnPremisesSecurityIdentifier}}"),
        ];
        assert_eq!(rules("CN={{UserName}},E={{EmailAddress}},OU=Mobile,O=Acme", &names), []);
    }

    #[test]
    fn texts_that_reach_for_another_identity_are_refused_before_any_device_asks() {
        use RuleId::{Aut01, Aut02, Aut03, Aut04, Aut05, Aut06, Aut07, Aut09};
        let cn = "CN={{UserName}}";
        for (subject, name, expected) in [
            (cn, Some((SanType::Upn, "administrator@corp.example")), Aut09),
            (cn, Some((SanType::Upn, "administrator@evil.example")), Aut04),
            (cn, Some((SanType::Upn, "{{UserName}}@evil.example")), Aut04),
            (cn, Some((SanType::Upn, "{{UserName}}@evilcorp.example")), Aut04),
            (cn, Some((SanType::Upn, "administrator@{{UserName}}@corp.example")), Aut04),
            (cn, Some((SanType::Email, "ceo@corp.example")), Aut09),
            (cn, Some((SanType::Email, "{{UserName}}corp.example")), Aut03),
            (cn, Some((SanType::Dns, "dc01.evil.example")), Aut05),
            (cn, Some((SanType::Dns, "*.corp.example")), Aut05),
            (cn, Some((SanType::Dns, "{{DeviceName}}corp.example")), Aut05),
            (cn, Some((SanType::Uri, "https://id.corp.example@evil.example/{{DeviceId}}")), Aut06),
            (cn, Some((SanType::Uri, "https://{{DeviceName}}.corp.example/devices/")), Aut06),
            (cn, Some((SanType::Uri, "ldap://dc01/")), Aut06),
            ("CN=dc01.evil.example", None, Aut02),
            ("CN={{DeviceName}}.evil.example", None, Aut02),
            ("CN=Administrator", None, Aut01),
            ("CN={{UserName}},O=Evil", None, Aut01),
            ("CN={{UserName}},OU=Domain Admins", None, Aut01),
            ("CN={{UserName}},L=Berlin", None, Aut01),
            ("CN={{UserName}},T=Chief {{UserName}}", None, Aut01),
            ("CN={{UserName}},E=ceo@corp.example", None, Aut09),
            ("CN={{UserName}},E={{UserName}}@evil.example", None, Aut03),
            ("CN={{UserName}},1.2.840.113549.1.9.1=ceo@evil.example", None, Aut03),
        ] {
            let names: Vec<_> = name.into_iter().collect();
            assert_eq!(rules(subject, &names), [expected], "{subject} {name:?}");
        }
        assert_eq!(names::hand_written_tag().0, Aut07);
    }

    #[test]
    fn the_field_that_reaches_too_far_is_named() {
        let names = [(SanType::Dns, "a.corp.example"), (SanType::Dns, "a.evil.example")];
        let expected = [(RuleId::Aut05, "spec.subjectAlternativeNames[1].value".to_owned())];
        assert_eq!(judged("CN={{UserName}}", &names), expected);
        assert_eq!(judged("O=Evil", &[]), [(RuleId::Aut01, "spec.subjectNameFormat".to_owned())]);
    }

    #[test]
    fn every_usage_that_is_not_listed_is_refused() {
        let profile = sample::profile(Platform::Ios, |fields| {
            let usage = |oid| ExtendedKeyUsage { name: "usage", oid };
            fields.extended_key_usages = vec![
                usage("1.3.6.1.5.5.7.3.2"),
                usage("1.3.6.1.5.5.7.3.9"),
                usage("1.3.6.1.4.1.311.20.2.1"),
                usage("2.5.29.37.0"),
            ];
            fields.subject_name_format = "CN={{DeviceName}}";
        });
        let findings = judge_names(&profile, &facts(), &Namespace::new("wifi").unwrap());
        let fields: Vec<_> = findings.iter().map(|finding| (finding.rule, finding.field.as_str())).collect();
        let at = |field| (RuleId::Aut08, field);
        assert_eq!(
            fields,
            [
                at("spec.extendedKeyUsages[1].oid"),
                at("spec.extendedKeyUsages[2].oid"),
                at("spec.extendedKeyUsages[3].oid")
            ]
        );
    }

    #[test]
    fn a_text_that_is_too_long_is_an_error_where_lengths_are_enforced() {
        let subject =
            "CN={{UserName}},O=A name of an organization that goes on and on and on and does not end here";
        let laboratory = |enforce_name_lengths| AuthorityFacts {
            permitted: vec![Permitted { any: true, ..Permitted::default() }],
            enforce_name_lengths,
            ..facts()
        };
        let judged = |facts: &AuthorityFacts| {
            let findings = judge_names(&profile(subject, &[]), facts, &Namespace::new("lab").unwrap());
            findings.errors().map(|finding| finding.rule).collect::<Vec<_>>()
        };
        assert_eq!(judged(&laboratory(true)), [RuleId::Sub13]);
        assert_eq!(judged(&laboratory(false)), []);
    }

    #[test]
    fn one_call_judges_the_whole_scope() {
        let profile = sample::profile(Platform::Ios, |fields| {
            fields.validity_period.value = 2;
            fields.subject_name_format = "CN={{DeviceName}},O=Evil";
        });
        let stranger = roots::root(Platform::Ios, |fields| fields.certificate.pem = Some(roots::NAMESAKE));
        let now = "2028-06-01T00:00:00Z".parse().unwrap();
        let mut facts = facts();
        facts.public_urls = vec!["https://elsewhere.example/scep".to_owned()];
        let findings = judge(&profile, Some(&stranger), &facts, &Namespace::new("wifi").unwrap(), now);
        let rules: Vec<_> = findings.iter().map(|finding| finding.rule).collect();
        assert_eq!(rules, [RuleId::Val04, RuleId::Val05, RuleId::Url13, RuleId::Root08, RuleId::Aut01]);
    }
}
