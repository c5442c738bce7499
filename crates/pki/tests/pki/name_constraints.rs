//! Authorities that are made with name constraints, and what they sign.

use std::path::Path;

use scepter_pki::SigningError;
use scepter_pki::authority::{Authority, CreateAuthority, CreateAuthorityError, create_authority};
use scepter_pki::issue::IssueError;
use scepter_pki::key::KeyAlgorithm;
use scepter_pki::name_constraints::{Breach, NameConstraintViolation, NameConstraints, NameForm, Subtree};
use scepter_policy::identity::SerialNumber;
use scepter_policy::name::{AttributeType, DistinguishedName};
use scepter_policy::vocabulary::KeyUsage;
use x509_parser::prelude::*;

use crate::order::{Wanted, every_kind_of_name, order};
use crate::support::{files, lab, name, now, parse, pool, publication, ra, request, verify};

fn acme() -> DistinguishedName {
    name(&[(AttributeType::Country, "DE"), (AttributeType::Organization, "Acme")])
}

fn permitting(subtrees: Vec<Subtree>) -> NameConstraints {
    NameConstraints::new(subtrees, Vec::new())
}

async fn create(directory: &Path, constraints: NameConstraints) -> Result<(), CreateAuthorityError> {
    let request = CreateAuthority { name_constraints: constraints, ..request(KeyAlgorithm::P256) };
    create_authority(&files(directory), &request, &pool(), now()).await
}

async fn created(directory: &Path, constraints: NameConstraints) -> Authority {
    create(directory, constraints).await.unwrap();
    files(directory).load(lab(), publication(), &pool(), now()).unwrap()
}

/// What comes of an order for one name of each kind; the subject has an address too.
async fn issue(constraints: NameConstraints) -> Result<(), NameConstraintViolation> {
    let directory = tempfile::tempdir().unwrap();
    let authority = created(directory.path(), constraints).await;
    let wanted = Wanted { names: every_kind_of_name(), key_usages: &[KeyUsage::DigitalSignature], days: 7 };
    let order = order(&authority, wanted, SerialNumber::from_random([7; 16]), now());
    let judged_before = authority.check_names(order.subject(), order.subject_alternative_names());
    let issued = match authority.issue(order).await {
        Ok(_) => Ok(()),
        Err(IssueError::Signing(SigningError::Names(violation))) => Err(violation),
        Err(other) => panic!("{other}"),
    };
    assert_eq!(judged_before, issued, "asked before or while signing, the answer is the same");
    issued
}

#[tokio::test]
async fn a_made_ca_says_critically_what_it_may_certify_and_other_readers_understand_it() {
    let directory = tempfile::tempdir().unwrap();
    let permitted = vec![
        Subtree::dns("example.com").unwrap(),
        Subtree::email(".example.com").unwrap(),
        Subtree::directory(&acme()).unwrap(),
    ];
    let excluded = vec![Subtree::uri("evil.example.com").unwrap()];
    let authority = created(directory.path(), NameConstraints::new(permitted, excluded)).await;
    let ca = parse(authority.issuing_certificate());
    let constraints = ca.name_constraints().unwrap().unwrap();
    assert!(constraints.critical);
    let bases = |subtrees: Option<&Vec<GeneralSubtree<'_>>>| -> Vec<String> {
        subtrees.unwrap().iter().map(|subtree| subtree.base.to_string()).collect()
    };
    let permitted = bases(constraints.value.permitted_subtrees.as_ref());
    assert_eq!(
        permitted,
        ["DNSName(example.com)", "RFC822Name(.example.com)", "DirectoryName(C=DE, O=Acme)"]
    );
    assert_eq!(bases(constraints.value.excluded_subtrees.as_ref()), ["URI(evil.example.com)"]);
}

#[tokio::test]
async fn a_ca_without_constraints_has_no_such_extension() {
    let directory = tempfile::tempdir().unwrap();
    let authority = created(directory.path(), NameConstraints::default()).await;
    assert!(parse(authority.issuing_certificate()).name_constraints().unwrap().is_none());
}

#[tokio::test]
async fn names_inside_the_constraints_are_certified_and_a_relying_party_agrees() {
    let directory = tempfile::tempdir().unwrap();
    let authority = created(directory.path(), permitting(vec![Subtree::dns("example.com").unwrap()])).await;
    let wanted = Wanted { names: every_kind_of_name(), key_usages: &[KeyUsage::DigitalSignature], days: 7 };
    let order = order(&authority, wanted, SerialNumber::from_random([7; 16]), now());
    let issued = authority.issue(order).await.unwrap();
    assert_eq!(verify(issued.der(), &authority, None, now()), Ok(()));
    for own in [ra(&authority).signing_certificate(), ra(&authority).decryption_certificate()] {
        assert_eq!(verify(own, &authority, None, now()), Ok(()));
    }
}

#[tokio::test]
async fn a_name_of_each_form_outside_the_constraints_is_not_signed() {
    for (subtree, form, name) in [
        (Subtree::dns("corp.example.com"), NameForm::DnsName, "laptop-1.example.com"),
        (Subtree::email("corp.example.com"), NameForm::Rfc822Name, "jane@example.com"),
        (Subtree::uri(".example.com"), NameForm::UniformResourceIdentifier, "urn:acme:laptop-1"),
    ] {
        let subtree = subtree.unwrap();
        let violation = issue(permitting(vec![subtree])).await.unwrap_err();
        assert_eq!((violation.form, violation.name.as_str()), (form, name));
        assert_eq!(violation.breach, Breach::NotPermitted);
    }
    let violation = issue(permitting(vec![Subtree::directory(&acme()).unwrap()])).await.unwrap_err();
    assert_eq!(violation.form, NameForm::DirectoryName);
    let excluded = NameConstraints::new(Vec::new(), vec![Subtree::dns("example.com").unwrap()]);
    assert_eq!(issue(excluded).await.unwrap_err().breach, Breach::Excluded);
    assert_eq!(issue(permitting(vec![Subtree::email("example.com").unwrap()])).await, Ok(()));
}

#[tokio::test]
async fn the_own_certificates_of_an_authority_keep_to_its_constraints_or_it_is_not_made() {
    let directory = tempfile::tempdir().unwrap();
    let authority = created(directory.path(), permitting(vec![Subtree::directory(&acme()).unwrap()])).await;
    let responder = authority.new_ocsp_responder(&pool(), now()).await.unwrap();
    assert_eq!(parse(responder.certificate()).subject().to_string(), "C=DE, O=Acme, CN=OCSP responder");

    let directory = tempfile::tempdir().unwrap();
    let elsewhere = name(&[(AttributeType::Organization, "Other")]);
    let refused = create(directory.path(), permitting(vec![Subtree::directory(&elsewhere).unwrap()])).await;
    assert!(matches!(refused, Err(CreateAuthorityError::NamesOfRa(_))), "{refused:?}");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0, "nothing is left behind");
}
