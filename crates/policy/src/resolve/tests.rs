use proptest::prelude::*;

use super::*;
use crate::identity::UserId;
use crate::name::SubjectTemplate;
use crate::profile::fields::{Fields, SubjectAlternativeName};
use crate::profile::sample;
use crate::template::Variable;
use crate::vocabulary::{CertificateType, JoinType, ManagementMode, SanType};

const JDOE: &str = "jdoe";

fn jdoe() -> User {
    User {
        id: UserId::new(JDOE).unwrap(),
        user_name: Some("jdoe".into()),
        user_principal_name: Some("jdoe@corp.example".into()),
        email_address: Some("john@corp.example".into()),
        department: Some("R&D".into()),
        on_premises_distinguished_name: Some("CN=John Doe,OU=People,DC=corp".into()),
        on_premises_sam_account_name: Some("CORP\\jdoe".into()),
        on_premises_security_identifier: Some("S-1-5-21-1-2-3-1105".into()),
    }
}

fn device(platform: Platform) -> Device {
    Device {
        user_id: Some(UserId::new(JDOE).unwrap()),
        device_name: Some("laptop-1".into()),
        entra_device_id: Some("aad-1".into()),
        device_id: Some("mdm-1".into()),
        serial_number: Some("C02".into()),
        imei: Some("356938035643809".into()),
        wifi_mac_address: Some("aabb.ccdd.eeff".into()),
        on_premises_security_identifier: Some("S-1-5-21-1-2-3-2001".into()),
        ..sample::device("laptop-1", platform)
    }
}

fn profile(
    platform: Platform,
    certificate_type: CertificateType,
    subject: &'static str,
    names: &[(SanType, &'static str)],
) -> Profile {
    sample::profile(platform, |fields: &mut Fields<'static>| {
        fields.certificate_type = certificate_type;
        fields.subject_name_format = subject;
        fields.subject_alternative_names =
            names.iter().map(|&(kind, value)| SubjectAlternativeName { kind, value }).collect();
    })
}

/// A user certificate on iOS for jdoe's device.
fn of_jdoe(subject: &'static str, change: impl FnOnce(&mut User)) -> Result<ResolvedRequest, Diagnostic> {
    let mut user = jdoe();
    change(&mut user);
    let profile = profile(Platform::Ios, CertificateType::User, subject, &[]);
    resolve(&profile, &device(Platform::Ios), Some(&user))
}

/// A device certificate on Windows.
fn of_laptop(
    subject: &'static str,
    names: &[(SanType, &'static str)],
    change: impl FnOnce(&mut Device),
) -> Result<ResolvedRequest, Diagnostic> {
    let mut laptop = device(Platform::Windows10AndLater);
    change(&mut laptop);
    let profile = profile(Platform::Windows10AndLater, CertificateType::Device, subject, names);
    resolve(&profile, &laptop, None)
}

fn rule(result: Result<ResolvedRequest, Diagnostic>) -> RuleId {
    let failure = result.expect_err("the device fails");
    assert_eq!(failure.severity, crate::vocabulary::Severity::Error, "{failure}");
    failure.rule
}

#[test]
fn variables_and_text_become_the_subject_and_the_names_in_order() {
    let names =
        [(SanType::Dns, "{{AzureADDeviceId}}.domain.com"), (SanType::Uri, "IntuneDeviceId://{{DeviceId}}")];
    let request = of_laptop("CN={{DeviceName}}Device1,OU=\"a, b\"", &names, |_| ()).unwrap();
    assert_eq!(request.subject.to_string(), "CN=laptop-1Device1,OU=\"a, b\"");
    let expected =
        [GeneralName::Dns("aad-1.domain.com".into()), GeneralName::Uri("IntuneDeviceId://mdm-1".into())];
    assert_eq!(request.subject_alternative_names, expected);
}

#[test]
fn the_example_of_the_specification_resolves() {
    let request = of_jdoe(
        "CN={{UserName}},E={{EmailAddress}},OU=Mobile,O=Finance Group,L=Redmond,ST=Washington,C=US",
        |_| (),
    );
    assert_eq!(
        request.unwrap().subject.to_string(),
        "CN=jdoe,E=john@corp.example,OU=Mobile,O=Finance Group,L=Redmond,ST=Washington,C=US"
    );
}

#[test]
fn an_empty_attribute_fails_with_the_attribute_to_give() {
    for empty in [None, Some(String::new()), Some("  ".to_owned())] {
        let failure = of_jdoe("CN=a,E={{EmailAddress}}", |user| user.email_address = empty).unwrap_err();
        assert_eq!(failure.rule, RuleId::Var05);
        assert_eq!(failure.message, "{{EmailAddress}} is empty for user jdoe");
        assert_eq!(failure.help, "give jdoe an emailAddress in the inventory");
    }
    let failure = of_laptop("CN={{MEID}}", &[], |_| ()).unwrap_err();
    assert_eq!(failure.message, "{{MEID}} is empty for device laptop-1");
    assert_eq!(failure.help, "give laptop-1 a meid in the inventory");
}

#[test]
fn the_mdm_id_does_not_fall_back_to_the_inventory_id() {
    assert_eq!(rule(of_laptop("CN={{DeviceId}}", &[], |laptop| laptop.device_id = None)), RuleId::Var05);
}

#[test]
fn a_user_variable_fails_on_a_device_without_a_user() {
    let profile = profile(Platform::Ios, CertificateType::User, "CN={{UserPrincipalName}}", &[]);
    assert_eq!(rule(resolve(&profile, &device(Platform::Ios), None)), RuleId::Var06);
}

#[test]
fn a_dedicated_device_has_no_user_whoever_the_inventory_names() {
    let platform = Platform::AndroidEnterpriseCorporate;
    let profile = profile(platform, CertificateType::User, "CN={{UserName}}", &[]);
    let mut kiosk = device(platform);
    assert!(resolve(&profile, &kiosk, Some(&jdoe())).is_ok());
    kiosk.management_mode = Some(ManagementMode::Dedicated);
    assert_eq!(rule(resolve(&profile, &kiosk, Some(&jdoe()))), RuleId::Var06);
}

#[test]
fn hardware_identifiers_fail_on_personal_devices_enrolled_with_android_12() {
    let platform = Platform::AndroidEnterprisePersonal;
    let profile = profile(platform, CertificateType::Device, "CN={{IMEI}}", &[]);
    let outcome = |enrolled: Option<&str>, now: &str, imei: Option<&str>| {
        let mut phone = device(platform);
        phone.enrolled_os_version = enrolled.map(str::to_owned);
        phone.os_version = Some(now.to_owned());
        phone.imei = imei.map(str::to_owned);
        resolve(&profile, &phone, None).map_err(|failure| failure.rule)
    };
    assert!(outcome(Some("11"), "14", Some("356938035643809")).is_ok());
    assert!(outcome(None, "11", Some("356938035643809")).is_ok());
    assert_eq!(outcome(Some("11"), "14", None), Err(RuleId::Var05));
    assert_eq!(outcome(Some("12"), "12", Some("356938035643809")), Err(RuleId::Var10));
    assert_eq!(outcome(None, "13.0", None), Err(RuleId::Var10));
}

#[test]
fn a_fully_qualified_name_fails_where_no_domain_is_joined() {
    let outcome = |domain_joined, join_type| {
        of_laptop("CN={{FullyQualifiedDomainName}}", &[], |laptop| {
            laptop.domain_joined = domain_joined;
            laptop.join_type = join_type;
            laptop.fully_qualified_domain_name = Some("laptop-1.corp.example".into());
        })
        .map_err(|failure| failure.rule)
    };
    assert!(outcome(Some(true), None).is_ok());
    assert!(outcome(None, Some(JoinType::Hybrid)).is_ok());
    assert_eq!(outcome(Some(false), None).unwrap_err(), RuleId::Var13);
    assert_eq!(outcome(None, Some(JoinType::Entra)).unwrap_err(), RuleId::Var13);
    assert!(outcome(Some(true), Some(JoinType::Entra)).is_ok(), "what is said counts before what is implied");
    assert_eq!(outcome(Some(false), Some(JoinType::Hybrid)).unwrap_err(), RuleId::Var13);
}

#[test]
fn the_more_specific_rule_is_named_before_an_empty_value() {
    let platform = Platform::AndroidEnterprisePersonal;
    let profile = profile(platform, CertificateType::Device, "CN={{DeviceName}}-{{IMEI}},OU={{MEID}}", &[]);
    let mut phone = device(platform);
    phone.os_version = Some("13".into());
    phone.device_name = None;
    assert_eq!(rule(resolve(&profile, &phone, None)), RuleId::Var10);
}

#[test]
fn a_control_character_in_a_value_fails_without_quoting_the_value() {
    for name in ["lap\0top", "lap\ntop", "lap\u{1b}[31mtop", "lap\u{85}top"] {
        let failure = of_laptop("CN={{DeviceName}}", &[], |laptop| laptop.device_name = Some(name.into()));
        let failure = failure.unwrap_err();
        assert_eq!(failure.rule, RuleId::Var19);
        assert!(!failure.message.contains("lap\u{0}") && !failure.message.contains(name), "{failure}");
    }
}

#[test]
fn a_mac_address_is_normalised_or_fails() {
    let request = of_laptop("CN={{WiFiMacAddress}}", &[], |_| ()).unwrap();
    assert_eq!(request.subject.to_string(), "CN=AA:BB:CC:DD:EE:FF");
    let odd = of_laptop("CN={{WiFiMacAddress}}", &[], |laptop| laptop.wifi_mac_address = Some("n/a".into()));
    assert_eq!(rule(odd), RuleId::Var22);
}

#[test]
fn a_value_never_adds_a_relative_name() {
    let evil = "x,CN=admin";
    let unquoted = of_laptop("CN={{DeviceName}}", &[], |laptop| laptop.device_name = Some(evil.into()));
    assert_eq!(rule(unquoted), RuleId::Sub10);
    let quoted = of_laptop("CN=\"{{DeviceName}}\"", &[], |laptop| laptop.device_name = Some(evil.into()));
    let subject = quoted.unwrap().subject;
    assert_eq!(subject.rdns.len(), 1);
    assert_eq!(subject.to_string(), "CN=\"x,CN=admin\"");
}

#[test]
fn a_value_with_a_quote_stays_inside_the_quotes_of_the_template() {
    let evil = "x\",CN=\"admin";
    let request = of_laptop("CN=\"{{DeviceName}}\"", &[], |laptop| laptop.device_name = Some(evil.into()));
    let subject = request.unwrap().subject;
    assert_eq!(subject.attributes().count(), 1);
    assert_eq!(subject.to_string(), "CN=\"x\"\",CN=\"\"admin\"");
}

#[test]
fn every_special_character_needs_quotes_in_the_profile() {
    for value in ["a,b", "a;b", "a+b", "a=b", "a\"b", "a<b", "a>b", "#ab", " a", "a "] {
        let outcome = of_laptop("CN={{DeviceName}}", &[], |laptop| laptop.device_name = Some(value.into()));
        assert_eq!(rule(outcome), RuleId::Sub10, "{value}");
    }
}

#[test]
fn a_distinguished_name_resolves_in_quotes_and_fails_without() {
    let quoted = of_jdoe("CN=\"{{OnPrem_Distinguished_Name}}\"", |_| ()).unwrap();
    assert_eq!(quoted.subject.to_string(), "CN=\"CN=John Doe,OU=People,DC=corp\"");
    assert_eq!(rule(of_jdoe("CN={{OnPrem_Distinguished_Name}}", |_| ())), RuleId::Sub10);
}

#[test]
fn an_escaped_character_in_a_value_fails_even_in_quotes() {
    let outcome = of_jdoe("CN=\"{{OnPrem_Distinguished_Name}}\"", |user| {
        user.on_premises_distinguished_name = Some("CN=Doe\\, John,DC=corp".into());
    });
    assert_eq!(rule(outcome), RuleId::Sub12);
}

#[test]
fn a_backslash_before_a_letter_is_part_of_the_name() {
    let request = of_jdoe("CN={{OnPremisesSamAccountName}}", |_| ()).unwrap();
    assert_eq!(request.subject.to_string(), "CN=CORP\\jdoe");
}

#[test]
fn a_value_that_cannot_be_encoded_in_its_attribute_fails() {
    let mail = of_jdoe("CN=a,E={{EmailAddress}}", |user| user.email_address = Some("jöhn@x.example".into()));
    assert_eq!(rule(mail), RuleId::Sub14);
    let country = of_jdoe("CN=a,C={{Department}}", |_| ());
    assert_eq!(rule(country), RuleId::Sub14);
}

#[test]
fn brackets_in_a_value_are_not_expanded_and_fail_in_alternative_names() {
    let name = |laptop: &mut Device| laptop.device_name = Some("{{SerialNumber}}".into());
    let request = of_laptop("CN={{DeviceName}}", &[], name).unwrap();
    assert_eq!(request.subject.to_string(), "CN={{SerialNumber}}");
    assert_eq!(rule(of_laptop("CN=a", &[(SanType::Dns, "{{DeviceName}}")], name)), RuleId::San08);
}

#[test]
fn a_separator_in_a_value_fails_instead_of_adding_an_alternative_name() {
    for value in ["a;11+admin@corp", "a|b", "a{b", "a}b"] {
        let names = [(SanType::Upn, "{{DeviceName}}@corp.example")];
        let outcome = of_laptop("CN=a", &names, |laptop| laptop.device_name = Some(value.into()));
        assert_eq!(rule(outcome), RuleId::San08, "{value}");
    }
}

#[test]
fn characters_outside_ascii_fail_where_the_name_has_none() {
    let umlaut = |laptop: &mut Device| laptop.device_name = Some("bücher".into());
    for kind in [SanType::Email, SanType::Dns, SanType::Uri] {
        assert_eq!(rule(of_laptop("CN=a", &[(kind, "x:{{DeviceName}}")], umlaut)), RuleId::San06, "{kind}");
    }
    assert!(of_laptop("CN=a", &[(SanType::Upn, "{{DeviceName}}@x")], umlaut).is_ok());
}

#[test]
fn a_user_certificate_carries_the_users_security_identifier_under_the_tag() {
    let names = [(SanType::Uri, "{{OnPremisesSecurityIdentifier}}")];
    let profile = profile(Platform::Ios, CertificateType::User, "CN={{UserName}}", &names);
    let request = resolve(&profile, &device(Platform::Ios), Some(&jdoe())).unwrap();
    let expected = GeneralName::Uri("tag:microsoft.com,2022-09-14:sid:S-1-5-21-1-2-3-1105".into());
    assert_eq!(request.subject_alternative_names, [expected]);
}

#[test]
fn a_device_certificate_carries_the_devices_security_identifier_where_it_is_hybrid_joined() {
    let outcome = |join_type, sid: Option<&str>| {
        of_laptop("CN=a", &[(SanType::Uri, "{{OnPremisesSecurityIdentifier}}")], |laptop| {
            laptop.join_type = join_type;
            laptop.on_premises_security_identifier = sid.map(str::to_owned);
        })
        .map(|request| request.subject_alternative_names)
        .map_err(|failure| failure.rule)
    };
    let expected = GeneralName::Uri("tag:microsoft.com,2022-09-14:sid:S-1-5-21-1-2-3-2001".into());
    assert_eq!(outcome(Some(JoinType::Hybrid), Some("S-1-5-21-1-2-3-2001")), Ok(vec![expected]));
    assert_eq!(outcome(Some(JoinType::Entra), Some("S-1-5-21-1-2-3-2001")), Err(RuleId::Sid05));
    assert_eq!(outcome(None, Some("S-1-5-21-1-2-3-2001")), Err(RuleId::Sid05));
    assert_eq!(outcome(Some(JoinType::Hybrid), None), Err(RuleId::Sid06));
    assert_eq!(outcome(Some(JoinType::Hybrid), Some("S-1-5-32-544")), Err(RuleId::Sid07));
}

#[test]
fn no_name_is_added_that_the_profile_does_not_ask_for() {
    let request = of_jdoe("CN={{UserName}}", |_| ()).unwrap();
    assert_eq!(request.subject_alternative_names, [], "not even the security identifier that the user has");
}

#[test]
fn names_that_become_the_same_stay_as_many_as_were_written() {
    let names = [
        (SanType::Dns, "{{DeviceName}}.x"),
        (SanType::Dns, "laptop-1.x"),
        (SanType::Dns, "{{DeviceName}}.x"),
    ];
    let request = of_laptop("CN=a", &names, |_| ()).unwrap();
    let name = GeneralName::Dns("laptop-1.x".into());
    assert_eq!(request.subject_alternative_names, [name.clone(), name.clone(), name]);
}

#[test]
fn a_value_that_completes_a_security_identifier_by_hand_fails() {
    let names = [(SanType::Uri, "{{DeviceName}}-500")];
    let outcome = of_laptop("CN=a", &names, |laptop| {
        laptop.device_name = Some("tag:microsoft.com,2022-09-14:sid:S-1-5-21-1-2-3".into());
    });
    assert_eq!(rule(outcome), RuleId::Sid03);
}

#[test]
fn a_key_that_the_device_cannot_keep_fails() {
    let profile = sample::profile(Platform::Ios, |fields| fields.key_size = Some(4096));
    let mut phone = device(Platform::Ios);
    phone.os_version = Some("13.7".into());
    assert_eq!(rule(resolve(&profile, &phone, None)), RuleId::Key02);
    phone.os_version = Some("14".into());
    assert_eq!(resolve(&profile, &phone, None).unwrap().key_size, KeySize::Bits4096);
}

#[test]
fn android_enterprise_signs_with_sha2_whatever_the_profile_says() {
    let platform = Platform::AndroidEnterpriseCorporate;
    let profile = sample::profile(platform, |fields| fields.hash_algorithms = Some(&[HashAlgorithm::Sha1]));
    let request = resolve(&profile, &device(platform), None).unwrap();
    assert_eq!(request.hash_algorithms, BTreeSet::from([HashAlgorithm::Sha2]));
}

#[test]
fn every_variable_is_told_once_with_its_value_or_its_rule_and_all_its_places() {
    let names = [
        (SanType::Dns, "{{MEID}}.x"),
        (SanType::Dns, "{{DeviceName}}.x"),
        (SanType::Upn, "{{DeviceName}}@x"),
    ];
    let profile = profile(Platform::Windows10AndLater, CertificateType::Device, "CN={{DeviceName}}", &names);
    let told = values(&profile, &device(Platform::Windows10AndLater), None);
    let [name, meid] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((name.variable, name.value.as_deref()), (Variable::DeviceName, Ok("laptop-1")));
    assert_eq!(name.places, ["the subject", "the DNS name", "the UPN name"]);
    assert_eq!((meid.variable, meid.holder.as_str()), (Variable::Meid, "device laptop-1"));
    let failure = meid.value.as_ref().unwrap_err();
    assert_eq!(
        (failure.rule, failure.field.as_str()),
        (RuleId::Var05, "spec.subjectAlternativeNames[0].value")
    );
}

proptest! {
    #[test]
    fn no_value_adds_to_a_name_or_to_the_names(value in any::<String>(), quoted in any::<bool>()) {
        let subject = if quoted { "O=Acme,CN=\"a {{DeviceName}} b\"+OU=c" } else { "O=Acme,CN=a {{DeviceName}} b+OU=c" };
        let names = [(SanType::Upn, "{{DeviceName}}@corp.example"), (SanType::Uri, "urn:{{DeviceName}}")];
        if let Ok(request) = of_laptop(subject, &names, |laptop| laptop.device_name = Some(value)) {
            let shape: Vec<_> = request.subject.rdns.iter().map(|rdn| rdn.attributes.len()).collect();
            prop_assert_eq!(shape, [1, 2]);
            prop_assert_eq!(request.subject_alternative_names.len(), names.len());
            let (written, _) = SubjectTemplate::parse(&request.subject.to_string()).unwrap();
            prop_assert_eq!(written.rdns().len(), 2, "nor does its text");
        }
    }

    #[test]
    fn whatever_a_value_is_it_stays_in_its_place_or_the_device_fails(value in "[a-z,;+=\"\\\\#{}|<> \n]{0,12}") {
        let names = [(SanType::Upn, "{{DeviceName}}@corp.example"), (SanType::Dns, "a.example")];
        let outcome = of_laptop("CN=\"{{DeviceName}}\",O=Acme", &names, |laptop| {
            laptop.device_name = Some(value.clone());
        });
        if let Ok(request) = outcome {
            let attributes: Vec<_> = request.subject.attributes().map(|a| a.value.as_str()).collect();
            prop_assert_eq!(attributes, [value.as_str(), "Acme"]);
            let upn = GeneralName::Upn(format!("{value}@corp.example"));
            let expected = [upn, GeneralName::Dns("a.example".into())];
            prop_assert_eq!(request.subject_alternative_names, expected);
        }
    }
}
