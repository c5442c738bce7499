//! Certificates made from orders, read and verified by code that is not ours.

use aws_lc_rs::digest::{SHA256, digest};
use scepter_pki::authority::Authority;
use scepter_pki::issue::IssueError;
use scepter_pki::key::KeyAlgorithm;
use scepter_policy::identity::{AuthorityName, SerialNumber};
use scepter_policy::issuance::{Issued, Order};
use scepter_policy::name::AttributeType;
use scepter_policy::revocation::{RevocationReason, Revoked};
use scepter_policy::vocabulary::KeyUsage;
use x509_parser::oid_registry::asn1_rs::{Oid, oid};
use x509_parser::prelude::*;

use crate::order::{Wanted, every_kind_of_name, order};
use crate::support::{created, crl, days, files, lab, now, parse, pool, publication, verify};

const SERIAL: [u8; 16] = *b"0123456789abcdef";

fn serial() -> SerialNumber {
    SerialNumber::from_random(SERIAL)
}

fn everything() -> Wanted {
    let key_usages = &[KeyUsage::DigitalSignature, KeyUsage::KeyEncipherment];
    Wanted { names: every_kind_of_name(), key_usages, days: 7 }
}

fn extension<'a>(certificate: &'a X509Certificate<'_>, oid: &Oid<'_>) -> &'a ParsedExtension<'a> {
    certificate.get_extension_unique(oid).unwrap().unwrap().parsed_extension()
}

async fn issued(authority: &Authority, wanted: Wanted) -> (Order, Issued) {
    let order = order(authority, wanted, serial(), now());
    (order.clone(), authority.issue(order).await.unwrap())
}

#[tokio::test]
async fn a_relying_party_accepts_an_issued_certificate_in_its_time_until_it_is_revoked() {
    for algorithm in [KeyAlgorithm::P256, KeyAlgorithm::Rsa2048] {
        let directory = tempfile::tempdir().unwrap();
        let authority = created(directory.path(), algorithm).await;
        let (_, issued) = issued(&authority, everything()).await;
        let verify = |crl, at| verify(issued.der(), &authority, crl, at);

        assert_eq!(verify(None, now()), Ok(()), "{algorithm:?}");
        assert!(matches!(verify(None, now() + days(7)), Err(webpki::Error::CertExpired { .. })));
        assert!(matches!(verify(None, now() - days(1)), Err(webpki::Error::CertNotValidYet { .. })));

        let revoked = Revoked { serial: serial(), at: now(), reason: RevocationReason::Superseded };
        let crl = crl(&authority, 1, &[revoked]).await;
        assert_eq!(verify(Some(&crl), now()), Err(webpki::Error::CertRevoked));
    }
}

#[tokio::test]
async fn every_field_of_the_certificate_is_the_orders_or_the_authoritys() {
    let directory = tempfile::tempdir().unwrap();
    let authority = created(directory.path(), KeyAlgorithm::P256).await;
    let (order, issued) = issued(&authority, everything()).await;
    let (certificate, ca) = (parse(issued.der()), parse(authority.issuing_certificate()));

    assert_eq!(certificate.version(), X509Version::V3);
    assert_eq!(certificate.raw_serial(), order.serial().as_bytes());
    assert_eq!(certificate.issuer().as_raw(), ca.subject().as_raw());
    assert_eq!(certificate.subject().as_raw(), order.subject().to_der().unwrap());
    assert_eq!(certificate.public_key().raw, order.spki());
    assert_eq!(certificate.validity().not_before.timestamp(), order.not_before().as_second());
    assert_eq!(certificate.validity().not_after.timestamp(), order.not_after().as_second());
    assert_eq!(certificate.tbs_certificate.signature, certificate.signature_algorithm);

    let usage = certificate.key_usage().unwrap().unwrap();
    assert!(usage.critical);
    assert_eq!(usage.value.flags, 0b101, "digitalSignature and keyEncipherment, nothing else");
    let purposes = certificate.extended_key_usage().unwrap().unwrap();
    assert!(!purposes.critical && purposes.value.client_auth && !purposes.value.any);
    assert_eq!(purposes.value.other, [oid!(1.3.6.1.4.1.99999.1)]);
    let constraints = certificate.basic_constraints().unwrap().unwrap();
    assert!(constraints.critical && !constraints.value.ca);
}

#[tokio::test]
async fn alternative_names_have_their_own_forms_and_the_profiles_order() {
    let directory = tempfile::tempdir().unwrap();
    let authority = created(directory.path(), KeyAlgorithm::P256).await;
    let (_, issued) = issued(&authority, everything()).await;
    let certificate = parse(issued.der());
    let names = certificate.subject_alternative_name().unwrap().unwrap();

    // SAN-07: otherName's value is [0] EXPLICIT UTF8String.
    let upn = "jäne@example.com".as_bytes();
    let upn = [&[0xa0, 2 + 17, 0x0c, 17][..], upn].concat();
    let expected = [
        GeneralName::OtherName(oid!(1.3.6.1.4.1.311.20.2.3), &upn),
        GeneralName::RFC822Name("jane@example.com"),
        GeneralName::DNSName("laptop-1.example.com"),
        GeneralName::URI("urn:acme:laptop-1"),
    ];
    assert_eq!(names.value.general_names, expected);
    assert!(!names.critical, "the subject names the bearer already");
}

#[tokio::test]
async fn a_profile_without_alternative_names_gives_a_certificate_without_the_extension() {
    let directory = tempfile::tempdir().unwrap();
    let authority = created(directory.path(), KeyAlgorithm::P256).await;
    let wanted = Wanted { names: vec![], key_usages: &[KeyUsage::KeyEncipherment], days: 7 };
    let (_, issued) = issued(&authority, wanted).await;
    let certificate = parse(issued.der());
    assert!(certificate.subject_alternative_name().unwrap().is_none());
    assert_eq!(certificate.key_usage().unwrap().unwrap().value.flags, 0b100);
}

#[tokio::test]
async fn a_certificate_says_which_key_signed_it_and_where_crl_ocsp_and_issuer_are() {
    let directory = tempfile::tempdir().unwrap();
    let authority = created(directory.path(), KeyAlgorithm::P256).await;
    let (_, issued) = issued(&authority, everything()).await;
    let (certificate, ca) = (parse(issued.der()), parse(authority.issuing_certificate()));

    let found = extension(&ca, &oid!(2.5.29.14));
    let ParsedExtension::SubjectKeyIdentifier(ca_key) = found else { panic!("{found:?}") };
    let found = extension(&certificate, &oid!(2.5.29.35));
    let ParsedExtension::AuthorityKeyIdentifier(issuer_key) = found else { panic!("{found:?}") };
    assert_eq!(issuer_key.key_identifier.as_ref(), Some(ca_key));
    let found = extension(&certificate, &oid!(2.5.29.14));
    let ParsedExtension::SubjectKeyIdentifier(own_key) = found else { panic!("{found:?}") };
    // RFC 7093 §2, method 1.
    let hash = digest(&SHA256, &certificate.public_key().subject_public_key.data);
    assert_eq!(own_key.0, &hash.as_ref()[..20]);

    let found = extension(&certificate, &oid!(2.5.29.31));
    let ParsedExtension::CRLDistributionPoints(points) = found else { panic!("{found:?}") };
    let crl = DistributionPointName::FullName(vec![GeneralName::URI("http://scep.example.com/crl/lab.crl")]);
    assert_eq!(points.points.len(), 1);
    assert_eq!(points.points[0].distribution_point.as_ref(), Some(&crl));

    let found = extension(&certificate, &oid!(1.3.6.1.5.5.7.1.1));
    let ParsedExtension::AuthorityInfoAccess(access) = found else { panic!("{found:?}") };
    let places: Vec<_> =
        access.accessdescs.iter().map(|place| (&place.access_method, &place.access_location)).collect();
    let expected = [
        (oid!(1.3.6.1.5.5.7.48.1), GeneralName::URI("http://scep.example.com/ocsp/lab")),
        (oid!(1.3.6.1.5.5.7.48.2), GeneralName::URI("http://scep.example.com/ca/lab.cer")),
    ];
    assert_eq!(places, expected.each_ref().map(|(method, location)| (method, location)));
}

#[tokio::test]
async fn an_order_for_another_authority_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let authority = created(directory.path(), KeyAlgorithm::P256).await;
    let other = AuthorityName::new("other").unwrap();
    let other = files(directory.path()).load(other, publication(), &pool(), now()).unwrap();
    let order = order(&other, everything(), serial(), now());
    assert_eq!(
        authority.issue(order).await.unwrap_err(),
        IssueError::ForeignAuthority { ordered: other.name().clone(), asked: lab() }
    );
}

#[tokio::test]
async fn a_certificate_that_would_outlive_its_authority_is_refused_even_when_it_was_ordered() {
    let (directory, short_lived) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let authority = created(directory.path(), KeyAlgorithm::P256).await;
    let earlier = now() - days(26);
    let files = files(short_lived.path());
    let request = crate::support::request(KeyAlgorithm::P256);
    scepter_pki::authority::create_authority(&files, &request, &pool(), earlier).await.unwrap();
    // Of the same name, but with four days to live.
    let short_lived = files.load(lab(), publication(), &pool(), now()).unwrap();

    let order = order(&authority, everything(), serial(), now());
    assert_eq!(short_lived.issue(order).await.unwrap_err(), IssueError::OutlivesAuthority);
}

#[tokio::test]
async fn the_subject_of_the_ca_is_copied_byte_for_byte_from_its_certificate() {
    let directory = tempfile::tempdir().unwrap();
    let mut request = crate::support::request(KeyAlgorithm::P256);
    request.subject = crate::support::name(&[
        (AttributeType::DomainComponent, "example"),
        (AttributeType::CommonName, "Žába"),
    ]);
    let files = files(directory.path());
    scepter_pki::authority::create_authority(&files, &request, &pool(), now()).await.unwrap();
    let authority = files.load(lab(), publication(), &pool(), now()).unwrap();
    let (_, issued) = issued(&authority, everything()).await;

    let ca = parse(authority.issuing_certificate());
    assert_eq!(parse(issued.der()).issuer().as_raw(), ca.subject().as_raw());
    assert_eq!(verify(issued.der(), &authority, None, now()), Ok(()));
}
