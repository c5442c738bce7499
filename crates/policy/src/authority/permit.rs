//! Names at issue: may the authority certify exactly this request?

use super::domain;
use super::names::{self, Problem};
use super::scope::Scope;
use super::{AuthorityFacts, length};
use crate::diagnostics::{Diagnostic, FieldPath};
use crate::identity::Namespace;
use crate::inventory::User;
use crate::name::{Attribute, AttributeTemplate, AttributeType, RelativeDistinguishedName, SubjectTemplate};
use crate::profile::Profile;
use crate::resolve::ResolvedRequest;
use crate::rules::{RuleId, san, sid};
use crate::san::{GeneralName, SanTemplate};
use crate::template::{Holder, Template};
use crate::vocabulary::Severity;

/// Whether the authority may certify a request in a namespace (AUT-01 … AUT-09, SUB-13). `profile` is the one that the
/// request was resolved from: whether a text was written or comes from the inventory only it can tell. `user` is the
/// device's user.
///
/// Nothing is permitted that no entry permits; `any: true`, for laboratories, leaves OCSPSigning alone forbidden.
pub fn permit(
    facts: &AuthorityFacts,
    namespace: &Namespace,
    profile: &Profile,
    request: &ResolvedRequest,
    user: Option<&User>,
) -> Result<(), Diagnostic> {
    let scope = Scope::of(&facts.permitted, namespace);
    for (index, oid) in request.extended_key_usages.iter().enumerate() {
        let path = FieldPath::spec().field("extendedKeyUsages").index(index).field("oid");
        names::usage(&scope, *oid).map_err(|problem| finding(problem, path))?;
    }
    if facts.enforce_name_lengths {
        judge_lengths(request)?;
    }
    if scope.is_laboratory() {
        return Ok(());
    }
    judge_subject(&scope, profile, request, user)?;
    judge_alternative_names(&scope, profile, request, user)
}

/// SUB-13 as the authority enforces it.
fn judge_lengths(request: &ResolvedRequest) -> Result<(), Diagnostic> {
    let mut attributes = request.subject.rdns.iter().flat_map(|rdn| &rdn.attributes);
    let too_long =
        attributes.find_map(|attribute| length::judge(attribute.kind, attribute.value.chars().count()));
    too_long.map_or(Ok(()), |message| {
        let finding = Diagnostic::new(RuleId::Sub13, SubjectTemplate::field(), message);
        Err(finding.severity(Severity::Error))
    })
}

fn judge_subject(
    scope: &Scope<'_>,
    profile: &Profile,
    request: &ResolvedRequest,
    user: Option<&User>,
) -> Result<(), Diagnostic> {
    let templates = profile.subject.rdns();
    let judge_rdn = |(index, rdn): (usize, &RelativeDistinguishedName)| {
        rdn.attributes.iter().try_for_each(|attribute| {
            let template =
                templates.get(index).and_then(|rdn| rdn.iter().find(|known| known.kind == attribute.kind));
            judge_attribute(scope, template, attribute, profile, user)
        })
    };
    let judged = request.subject.rdns.iter().enumerate().try_for_each(judge_rdn);
    judged.map_err(|problem| finding(problem, SubjectTemplate::field()))
}

fn judge_attribute(
    scope: &Scope<'_>,
    template: Option<&AttributeTemplate>,
    attribute: &Attribute,
    profile: &Profile,
    user: Option<&User>,
) -> Result<(), Problem> {
    let (kind, value) = (attribute.kind, attribute.value.as_str());
    let Some(template) = template else {
        return Err((RuleId::Aut01, format!("{kind} is not in the profile")));
    };
    if kind == AttributeType::Email {
        names::email(scope, value)?;
        return names::own_email(scope, value, user);
    }
    if kind == AttributeType::CommonName && !is_users_own(&template.value, profile) {
        names::common_name(scope, value)?;
    }
    if scope.values(kind).is_some() || may_not_be_written(&template.value, kind) {
        return names::listed_value(scope, kind, value);
    }
    Ok(())
}

/// Whether the dots of a name can only come from the user's own attributes: `jane.doe-phone` is a person's phone, not a
/// host.
fn is_users_own(template: &Template, profile: &Profile) -> bool {
    let mut holders =
        template.variables().map(|variable| variable.holder(profile.certificate_type)).peekable();
    holders.peek().is_some()
        && holders.all(|holder| holder == Holder::User)
        && !template.literals().any(domain::has_dot)
}

/// Whether an attribute that is not listed says something that the profile's author wrote: any text, or, in a common
/// name, a text without a variable. `CN={{DeviceName}}-wifi` still names the device.
pub(super) fn may_not_be_written(template: &Template, kind: AttributeType) -> bool {
    match kind {
        AttributeType::CommonName => template.as_static().is_some(),
        _ => template.literals().next().is_some(),
    }
}

fn judge_alternative_names(
    scope: &Scope<'_>,
    profile: &Profile,
    request: &ResolvedRequest,
    user: Option<&User>,
) -> Result<(), Diagnostic> {
    for (index, name) in request.subject_alternative_names.iter().enumerate() {
        let template =
            profile.subject_alternative_names.get(index).filter(|template| template.kind == name.kind());
        judge_name(scope, template, name, user)
            .map_err(|problem| finding(problem, san::value_field(index)))?;
    }
    Ok(())
}

fn judge_name(
    scope: &Scope<'_>,
    template: Option<&SanTemplate>,
    name: &GeneralName,
    user: Option<&User>,
) -> Result<(), Problem> {
    match name {
        GeneralName::Email(value) => {
            names::email(scope, value)?;
            names::own_email(scope, value, user)
        }
        GeneralName::Upn(value) => {
            names::upn(scope, value)?;
            names::own_upn(scope, value, user)
        }
        GeneralName::Dns(value) => names::dns(scope, value),
        GeneralName::Uri(value)
            if template.is_some_and(|template| sid::is_security_identifier(&template.value)) =>
        {
            names::security_identifier(scope, value)
        }
        GeneralName::Uri(value) if sid::claims_microsoft_tag(value) => Err(names::hand_written_tag()),
        GeneralName::Uri(value) => names::uri(scope, value),
    }
}

fn finding((rule, message): Problem, path: FieldPath) -> Diagnostic {
    Diagnostic::new(rule, path, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::Permitted;
    use crate::authority::sample::{facts, permitted};
    use crate::name::{DistinguishedName, Oid};
    use crate::profile::fields::{ExtendedKeyUsage, SubjectAlternativeName};
    use crate::profile::sample;
    use crate::template::Variable;
    use crate::vocabulary::{CertificateType, Platform, SanType};

    /// What a variable stands for in these tests: the user jane, and whatever the device says of itself.
    struct World {
        device_name: &'static str,
        sid: &'static str,
    }

    const WORLD: World = World { device_name: "laptop-1", sid: "S-1-5-21-1-2-3-1104" };

    fn jane() -> User {
        let json = r#"{"id": "jane", "userName": "jane.doe", "userPrincipalName": "jane@corp.example",
                       "emailAddress": "Jane.Doe@corp.example"}"#;
        serde_json::from_str(json).unwrap()
    }

    fn fill(template: &Template, world: &World) -> String {
        let value = |variable| match variable {
            Variable::UserName => "jane.doe",
            Variable::UserPrincipalName => "jane@corp.example",
            Variable::EmailAddress => "jane.doe@corp.example",
            Variable::OnPremisesSecurityIdentifier => world.sid,
            _ => world.device_name,
        };
        template.fill(|variable| Ok::<_, ()>(value(variable).to_owned())).unwrap()
    }

    fn resolve(profile: &Profile, world: &World) -> ResolvedRequest {
        let attribute = |template: &AttributeTemplate| Attribute {
            kind: template.kind,
            value: fill(&template.value, world),
        };
        let rdns = profile
            .subject
            .rdns()
            .iter()
            .map(|rdn| RelativeDistinguishedName { attributes: rdn.iter().map(attribute).collect() });
        let name = |template: &SanTemplate| {
            let value = fill(&template.value, world);
            match template.kind {
                SanType::Email => GeneralName::Email(value),
                SanType::Upn => GeneralName::Upn(value),
                SanType::Dns => GeneralName::Dns(value),
                SanType::Uri if sid::is_security_identifier(&template.value) => {
                    GeneralName::Uri(format!("tag:microsoft.com,2022-09-14:sid:{value}"))
                }
                SanType::Uri => GeneralName::Uri(value),
            }
        };
        ResolvedRequest {
            platform: profile.platform,
            subject: DistinguishedName { rdns: rdns.collect() },
            subject_alternative_names: profile.subject_alternative_names.iter().map(name).collect(),
            key_size: profile.effective_key_size(),
            key_usages: profile.key_usages.clone(),
            extended_key_usages: profile.extended_key_usages.iter().map(|usage| usage.oid).collect(),
            hash_algorithms: profile.hash_algorithms.clone(),
            validity: profile.validity,
            key_storage_provider: None,
        }
    }

    /// The rule that refuses, for a user certificate of jane's iPhone with that subject and those names.
    fn refusal(
        facts: &AuthorityFacts,
        subject: &'static str,
        names: &[(SanType, &'static str)],
        world: &World,
    ) -> Option<RuleId> {
        let profile = sample::profile(Platform::Ios, |fields| {
            fields.certificate_type = CertificateType::User;
            fields.subject_name_format = subject;
            fields.subject_alternative_names =
                names.iter().map(|&(kind, value)| SubjectAlternativeName { kind, value }).collect();
        });
        let request = resolve(&profile, world);
        let namespace = Namespace::new("wifi").unwrap();
        permit(facts, &namespace, &profile, &request, Some(&jane())).err().map(|finding| finding.rule)
    }

    fn of_subject(subject: &'static str) -> Option<RuleId> {
        refusal(&facts(), subject, &[], &WORLD)
    }

    fn of_name(kind: SanType, value: &'static str) -> Option<RuleId> {
        refusal(&facts(), "CN={{UserName}}", &[(kind, value)], &WORLD)
    }

    fn of_device_name(kind: SanType, template: &'static str, device_name: &'static str) -> Option<RuleId> {
        let world = World { device_name, ..WORLD };
        refusal(&facts(), "CN={{UserName}}", &[(kind, template)], &world)
    }

    #[test]
    fn what_the_authority_lists_is_permitted() {
        let names = [
            (SanType::Email, "{{EmailAddress}}"),
            (SanType::Email, "{{UserPrincipalName}}"),
            (SanType::Upn, "{{UserPrincipalName}}"),
            (SanType::Dns, "{{DeviceName}}.corp.example"),
            (SanType::Uri, "https://id.corp.example/devices/{{DeviceName}}"),
            (SanType::Uri, "{{OnPremisesSecurityIdentifier}}"),
        ];
        let subject = "CN={{UserName}},E={{EmailAddress}},OU=Mobile,O=Acme,C=DE";
        assert_eq!(refusal(&facts(), subject, &names, &WORLD), None);
    }

    #[test]
    fn an_authority_that_lists_nothing_permits_nothing() {
        for permitted in [vec![], vec![Permitted::default()]] {
            let closed = AuthorityFacts { permitted, ..facts() };
            assert_eq!(refusal(&closed, "CN={{UserName}}", &[], &WORLD), Some(RuleId::Aut08));
        }
    }

    #[test]
    fn a_written_attribute_has_a_listed_value() {
        for refused in [
            "CN={{UserName}},O=Evil",
            "CN={{UserName}},O=acme",
            "CN={{UserName}},L=Berlin",
            "CN={{UserName}},OU={{UserName}}",
            "CN={{UserName}},2.5.4.5=4711",
            "CN={{UserName}},T=Chief {{UserName}}",
            "CN=Administrator",
        ] {
            assert_eq!(of_subject(refused), Some(RuleId::Aut01), "{refused}");
        }
        for permitted in
            ["CN={{UserName}},2.5.4.10=Acme", "CN={{UserName}}-phone", "CN={{UserName}},L={{DeviceName}}"]
        {
            assert_eq!(of_subject(permitted), None, "{permitted}");
        }
    }

    #[test]
    fn a_common_name_that_looks_like_a_host_is_in_a_permitted_domain() {
        let device =
            |name| refusal(&facts(), "CN={{DeviceName}}", &[], &World { device_name: name, ..WORLD });
        assert_eq!(device("laptop-1"), None);
        assert_eq!(device("laptop-1.corp.example"), None);
        for host in
            ["dc01.evil.example", "*.corp.example", "10.0.0.1", "dc01。corp。example", "a\0.corp.example"]
        {
            assert_eq!(device(host), Some(RuleId::Aut02), "{host:?}");
        }
        assert_eq!(of_subject("CN={{UserName}}"), None, "jane.doe is a person");
        assert_eq!(of_subject("CN={{UserName}}.evil.example"), Some(RuleId::Aut02));
    }

    #[test]
    fn an_email_address_or_principal_name_is_the_users_own_and_of_a_permitted_domain() {
        for (kind, foreign) in [(SanType::Email, RuleId::Aut03), (SanType::Upn, RuleId::Aut04)] {
            for value in [
                "jane@evilcorp.example",
                "jane@corp.example.evil",
                "a@b@corp.example",
                "jane@corp.example.",
                "jane@sub.corp.example",
                "jane@cörp.example",
                "@corp.example",
                "jane",
            ] {
                assert_eq!(of_name(kind, value), Some(foreign), "{kind} {value}");
            }
            assert_eq!(of_name(kind, "administrator@corp.example"), Some(RuleId::Aut09), "{kind}");
            assert_eq!(of_name(kind, "{{DeviceName}}@corp.example"), Some(RuleId::Aut09), "{kind}");
        }
        assert_eq!(of_subject("E=administrator@corp.example"), Some(RuleId::Aut09));
        assert_eq!(of_subject("E=jane@evil.example"), Some(RuleId::Aut03));
    }

    #[test]
    fn an_authority_can_opt_out_of_own_names_but_not_of_domains() {
        let opted_out = AuthorityFacts {
            permitted: vec![Permitted { foreign_user_names: true, ..permitted() }],
            ..facts()
        };
        let with = |value| refusal(&opted_out, "CN={{UserName}}", &[(SanType::Upn, value)], &WORLD);
        assert_eq!(with("kiosk@corp.example"), None);
        assert_eq!(with("kiosk@evil.example"), Some(RuleId::Aut04));
    }

    #[test]
    fn a_dns_name_stands_in_a_permitted_domain_label_by_label() {
        for value in ["evilcorp.example", "*.corp.example", "corp.example.", "example", "a_b.corp.example"] {
            assert_eq!(of_name(SanType::Dns, value), Some(RuleId::Aut05), "{value}");
        }
        assert_eq!(
            of_device_name(SanType::Dns, "{{DeviceName}}.corp.example", "evil.example/"),
            Some(RuleId::Aut05)
        );
        assert_eq!(of_device_name(SanType::Dns, "{{DeviceName}}", "a\0.corp.example"), Some(RuleId::Aut05));
    }

    #[test]
    fn a_uri_begins_with_a_permitted_prefix() {
        assert_eq!(
            of_name(SanType::Uri, "https://id.corp.example@evil.example/devices/1"),
            Some(RuleId::Aut06)
        );
        let path = "https://id.corp.example/devices/{{DeviceName}}";
        assert_eq!(of_device_name(SanType::Uri, path, "../admin"), Some(RuleId::Aut06));
    }

    #[test]
    fn a_security_identifier_comes_from_the_variable_and_is_of_a_permitted_domain() {
        let tag = "tag:microsoft.com,2022-09-14:sid:S-1-5-21-1-2-3-500";
        assert_eq!(of_device_name(SanType::Uri, "{{DeviceName}}", tag), Some(RuleId::Aut07));
        assert_eq!(
            of_device_name(SanType::Uri, "{{DeviceName}}", "%74ag:Microsoft.com,x"),
            Some(RuleId::Aut07)
        );
        let sid = |sid| {
            let names = [(SanType::Uri, "{{OnPremisesSecurityIdentifier}}")];
            refusal(&facts(), "CN={{UserName}}", &names, &World { sid, ..WORLD })
        };
        assert_eq!(sid("S-1-5-21-1-2-3-1104"), None);
        assert_eq!(sid("S-1-5-21-1-2-30-1104"), Some(RuleId::Aut07));
        assert_eq!(sid("S-1-5-21-1-2"), Some(RuleId::Aut07));
    }

    #[test]
    fn a_laboratory_permits_everything_but_ocsp_signing() {
        let laboratory =
            AuthorityFacts { permitted: vec![Permitted { any: true, ..Permitted::default() }], ..facts() };
        let names = [(SanType::Upn, "administrator@evil.example"), (SanType::Dns, "*.example")];
        assert_eq!(refusal(&laboratory, "CN=dc01.evil.example,O=Evil", &names, &WORLD), None);
        let usage = |oid| {
            let profile = sample::profile(Platform::Ios, |fields| {
                fields.extended_key_usages = vec![ExtendedKeyUsage { name: "usage", oid }];
            });
            let request = resolve(&profile, &WORLD);
            permit(&laboratory, &Namespace::new("lab").unwrap(), &profile, &request, None)
                .err()
                .map(|f| f.rule)
        };
        assert_eq!(usage("2.5.29.37.0"), None);
        assert_eq!(usage("1.3.6.1.5.5.7.3.9"), Some(RuleId::Aut08));
    }

    #[test]
    fn ocsp_signing_is_not_permitted_even_where_it_is_listed() {
        let mut listing = permitted();
        listing.extended_key_usages.insert(crate::authority::DottedOid(Oid::new_unwrap("1.3.6.1.5.5.7.3.9")));
        let facts = AuthorityFacts { permitted: vec![listing], ..facts() };
        let profile = sample::profile(Platform::Ios, |fields| {
            fields.extended_key_usages =
                vec![ExtendedKeyUsage { name: "OCSP Signing", oid: "1.3.6.1.5.5.7.3.9" }];
        });
        let request = resolve(&profile, &WORLD);
        let judged = permit(&facts, &Namespace::new("wifi").unwrap(), &profile, &request, None);
        assert_eq!(judged.map_err(|finding| finding.rule), Err(RuleId::Aut08));
    }

    #[test]
    fn a_name_that_is_too_long_is_refused_where_lengths_are_enforced() {
        let long = World {
            device_name: "a234567890123456789012345678901234567890123456789012345678901234x",
            ..WORLD
        };
        let judged = |enforce| {
            let facts = AuthorityFacts { enforce_name_lengths: enforce, ..facts() };
            refusal(&facts, "CN={{DeviceName}}", &[], &long)
        };
        assert_eq!(judged(true), Some(RuleId::Sub13));
        assert_eq!(judged(false), None);
    }
}
