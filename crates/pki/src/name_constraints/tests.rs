//! The examples of RFC 5280 §4.2.1.10, and names that only look as if they kept to a constraint (TH-08).

use scepter_policy::name::{Attribute, AttributeType, DistinguishedName, RelativeDistinguishedName};

use super::*;
use scepter_policy::san::GeneralName as PolicyName;

const NONE: &[&str] = &[];

type Read = fn(&str) -> Result<Subtree, MalformedSubtree>;
type Wrap = fn(String) -> CertifiedName;

const DNS: (Read, Wrap) = (Subtree::dns, CertifiedName::Dns);
const EMAIL: (Read, Wrap) = (Subtree::email, CertifiedName::Email);
const URI: (Read, Wrap) = (Subtree::uri, CertifiedName::Uri);

fn ca() -> String {
    "CN=CA".to_owned()
}

fn permitting(subtree: Subtree) -> NameConstraints {
    NameConstraints::new(vec![subtree], Vec::new())
}

fn excluding(subtree: Subtree) -> NameConstraints {
    NameConstraints::new(Vec::new(), vec![subtree])
}

/// The base permits and excludes what is within, and does neither with what is outside; what is undecidable is refused by
/// both.
fn expect((read, wrap): (Read, Wrap), base: &str, within: &[&str], outside: &[&str], undecidable: &[&str]) {
    let (permits, excludes) = (permitting(read(base).unwrap()), excluding(read(base).unwrap()));
    let breaches = |name: &str| {
        let name = wrap(name.to_owned());
        (permits.breach(&name), excludes.breach(&name))
    };
    for name in within {
        assert_eq!(breaches(name), (None, Some(Breach::Excluded)), "{name:?} is within {base:?}");
    }
    for name in outside {
        assert_eq!(breaches(name), (Some(Breach::NotPermitted), None), "{name:?} is outside {base:?}");
    }
    for name in undecidable {
        let both = (Some(Breach::NotPermitted), Some(Breach::Excluded));
        assert_eq!(breaches(name), both, "{name:?} is neither within nor outside {base:?}");
    }
}

#[test]
fn a_dns_constraint_holds_for_a_domain_and_whatever_labels_are_added_to_its_left() {
    let within = ["host.example.com", "www.host.example.com", "HOST.Example.COM"];
    let outside = ["host1.example.com", "evilhost.example.com", "example.com", "host.example.com.evil"];
    expect(DNS, "host.example.com", &within, &outside, NONE);
    expect(DNS, "EXAMPLE.com", &["example.com", "a.b.example.com"], &["example.org"], NONE);
    expect(DNS, "", &["example.com", "localhost"], NONE, NONE);
    expect(DNS, ".example.com", &["a.example.com"], &["example.com", "evilexample.com"], NONE);
}

#[test]
fn a_uri_constraint_is_a_host_or_with_a_period_all_hosts_below_a_domain() {
    let within = ["https://host.example.com", "ldap://my.host.example.com:389/x?y#z"];
    expect(URI, ".example.com", &within, &["https://example.com/", "https://host.example.org/"], NONE);
    let within = ["https://host.example.com/", "HTTPS://HOST.example.com?x"];
    expect(URI, "host.example.com", &within, &["https://my.host.example.com/"], NONE);
}

#[test]
fn a_uri_without_a_fully_qualified_host_is_refused_where_uris_are_constrained() {
    let nowhere = [
        "urn:example:laptop-1",
        "tag:microsoft.com,2022-09-14:sid:S-1-5-21-1-2-3-500",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://localhost/",
        "IntuneDeviceId://0815",
        "host.example.com",
        "",
    ];
    expect(URI, ".example.com", NONE, NONE, &nowhere);
}

#[test]
fn an_email_constraint_is_a_mailbox_a_host_or_with_a_period_all_hosts_below_a_domain() {
    let (within, outside) =
        (["root@example.com", "root@EXAMPLE.com"], ["jane@example.com", "root@a.example.com"]);
    expect(EMAIL, "root@example.com", &within, &outside, &["Root@example.com"]);
    let (within, outside) = (["jane@example.com"], ["jane@host.example.com", "jane@example.org"]);
    expect(EMAIL, "example.com", &within, &outside, NONE);
    let (within, outside) = (["jane@host.example.com", "jane@a.b.example.com"], ["jane@example.com"]);
    expect(EMAIL, ".example.com", &within, &outside, NONE);
}

#[test]
fn names_that_two_readers_could_understand_differently_are_neither_permitted_nor_clear() {
    let hosts = [
        "corp.example.",
        ".corp.example",
        "a..corp.example",
        "*.corp.example",
        "evil\0.corp.example",
        "evil.example\0.corp.example",
        "evil/.corp.example",
        "cörp.example",
        "corp。example",
        "-a.corp.example",
        "10.0.0.1",
        "",
    ];
    expect(DNS, "corp.example", &["xn--crp-sna.corp.example"], &["evilcorp.example"], &hosts);
    let addresses = [
        "a@b@corp.example",
        "a@corp.example@evil.example",
        "\"a@evil.example\"@corp.example",
        "a\0@corp.example",
        "jane doe@corp.example",
        "jäne@corp.example",
        "Jane <jane@corp.example>",
        "@corp.example",
        "a@",
        "a@corp.example.",
        "a@*.corp.example",
        "a",
    ];
    expect(EMAIL, "corp.example", NONE, &["a@evilcorp.example", "a@corp.example.evil"], &addresses);
    let uris = [
        "https://corp.example@evil.example/",
        "https://user@corp.example/",
        "https://corp.example:443@evil.example/",
        "https://corp.example\\@evil.example/",
        "https:///corp.example/",
        "https://evil/corp.example",
        "https:/corp.example/",
        "https:corp.example",
        "https://corp.example./",
        "https://corp%2eexample/",
        "https://ｃorp.example/",
        "https://cor\tp.example/",
        " https://corp.example/",
        "https://corp.example/\0",
        "https://*.corp.example/",
    ];
    expect(URI, "corp.example", NONE, &["https://evilcorp.example/"], &uris);
}

fn directory(attributes: &[(AttributeType, &str)]) -> DistinguishedName {
    let rdns = attributes.iter().map(|(kind, value)| RelativeDistinguishedName {
        attributes: vec![Attribute { kind: *kind, value: (*value).to_owned() }],
    });
    DistinguishedName { rdns: rdns.collect() }
}

#[test]
fn a_directory_constraint_holds_for_names_that_begin_with_its_relative_names() {
    use AttributeType::{CommonName, Country, Organization};
    let base = directory(&[(Country, "DE"), (Organization, "Acme  Inc")]);
    let (permits, excludes) =
        (permitting(Subtree::directory(&base).unwrap()), excluding(Subtree::directory(&base).unwrap()));
    let both = |attributes: &[(AttributeType, &str)]| {
        let name = CertifiedName::Directory(directory(attributes));
        (permits.breach(&name), excludes.breach(&name))
    };
    let (within, outside) = ((None, Some(Breach::Excluded)), (Some(Breach::NotPermitted), None));
    assert_eq!(both(&[(Country, "DE"), (Organization, "Acme  Inc"), (CommonName, "jane")]), within);
    assert_eq!(both(&[(Country, "de"), (Organization, " ACME inc ")]), within, "case and blanks say nothing");
    assert_eq!(both(&[(Country, "DE")]), outside);
    assert_eq!(both(&[(CommonName, "jane"), (Country, "DE"), (Organization, "Acme Inc")]), outside);
    assert_eq!(both(&[(Country, "DE"), (Organization, "Acme Inc Evil")]), outside);
    let look_alike = both(&[(Country, "DE"), (Organization, "Ａcme Inc")]);
    assert_eq!(look_alike, (Some(Breach::NotPermitted), Some(Breach::Excluded)));
}

#[test]
fn an_address_in_the_subject_is_constrained_as_one_beside_it() {
    let subject =
        directory(&[(AttributeType::CommonName, "jane"), (AttributeType::Email, "jane@evil.example")]);
    let constraints = permitting(Subtree::email("corp.example").unwrap());
    let refused = constraints.check(&CertifiedName::listed(&subject, &[]), ca).unwrap_err();
    assert_eq!((refused.form, refused.name.as_str()), (NameForm::Rfc822Name, "jane@evil.example"));
    assert!(!refused.to_string().contains("jane"), "{refused}");
}

#[test]
fn a_common_name_that_reads_as_a_host_is_constrained_as_one_unless_a_dns_name_stands_beside_it() {
    let constraints = permitting(Subtree::dns("corp.example").unwrap());
    let check = |common_name: &str, names: &[PolicyName]| {
        let subject = directory(&[(AttributeType::CommonName, common_name)]);
        constraints.check(&CertifiedName::listed(&subject, names), ca).map_err(|refused| refused.name)
    };
    assert_eq!(check("dc01.evil.example", &[]), Err("dc01.evil.example".to_owned()));
    assert_eq!(check("laptop-1.corp.example", &[]), Ok(()));
    assert_eq!(check("Jane Doe", &[]), Ok(()));
    assert_eq!(check("jane.doe", &[PolicyName::Dns("laptop-1.corp.example".to_owned())]), Ok(()));
}

#[test]
fn a_form_that_is_not_mentioned_is_free_and_an_empty_subject_is_no_name() {
    let constraints = permitting(Subtree::dns("corp.example").unwrap());
    assert_eq!(constraints.breach(&CertifiedName::Email("a@evil.example".into())), None);
    let constraints = permitting(Subtree::directory(&directory(&[(AttributeType::Country, "DE")])).unwrap());
    assert_eq!(constraints.check(&CertifiedName::listed(&DistinguishedName::default(), &[]), ca), Ok(()));
}

#[test]
fn what_is_excluded_is_refused_though_it_is_permitted_and_one_permitted_subtree_suffices() {
    let dns = |text| Subtree::dns(text).unwrap();
    let constraints =
        NameConstraints::new(vec![dns("corp.example"), dns("corp.test")], vec![dns("dc.corp.example")]);
    let breach = |name: &str| constraints.breach(&CertifiedName::Dns(name.to_owned()));
    assert_eq!(breach("a.corp.example"), None);
    assert_eq!(breach("a.corp.test"), None);
    assert_eq!(breach("dc.corp.example"), Some(Breach::Excluded));
    assert_eq!(breach("evil.example"), Some(Breach::NotPermitted));
}

#[test]
fn a_constraint_that_is_not_understood_refuses_every_name_of_its_form() {
    let understood = Subtree::dns("corp.example").unwrap();
    let distant = GeneralSubtree { minimum: 1, ..understood.encoded().clone() };
    let limited = GeneralSubtree { maximum: Some(1), ..understood.encoded().clone() };
    let name = CertifiedName::Dns("a.corp.example".to_owned());
    for subtree in [distant, limited].map(Subtree::from) {
        assert_eq!(permitting(subtree.clone()).breach(&name), Some(Breach::NotPermitted));
        assert_eq!(excluding(subtree).breach(&name), Some(Breach::Excluded));
    }
}

#[test]
fn a_constraint_of_user_principal_names_which_rfc_5280_gives_no_meaning_refuses_them_all() {
    let upn = PolicyName::Upn("jane@corp.example".to_owned());
    let subtree = GeneralSubtree { base: upn.to_x509().unwrap(), minimum: 0, maximum: None };
    let names = CertifiedName::listed(&DistinguishedName::default(), &[upn]);
    let refused = permitting(Subtree::from(subtree)).check(&names, ca).unwrap_err();
    assert_eq!(refused.form, NameForm::OtherName);
}

#[test]
fn a_text_that_constrains_nothing_is_refused_with_what_to_write() {
    for (read, text) in [
        (Subtree::dns as Read, "*.example.com"),
        (Subtree::dns, "example.com."),
        (Subtree::dns, "exämple.com"),
        (Subtree::email, ""),
        (Subtree::email, "@example.com"),
        (Subtree::uri, "https://example.com"),
        (Subtree::uri, ""),
    ] {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains("write") && error.contains("example.com"), "{error}");
    }
}
