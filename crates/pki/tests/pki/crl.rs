//! CRLs, read and applied by a relying party that is not ours.

use scepter_pki::crl::{CrlSpool, CrlTerms};
use scepter_pki::key::KeyAlgorithm;
use scepter_policy::identity::SerialNumber;
use scepter_policy::revocation::{RevocationReason, Revoked};
use x509_parser::prelude::*;

use crate::support::{created, crl, days, now, parse, ra, verify};

fn serial_of(certificate: &[u8]) -> SerialNumber {
    let bytes: [u8; 16] = parse(certificate).raw_serial().try_into().unwrap();
    SerialNumber::from_random(bytes)
}

fn parse_crl(crl: &[u8]) -> CertificateRevocationList<'_> {
    let (rest, crl) = CertificateRevocationList::from_der(crl).unwrap();
    assert!(rest.is_empty());
    crl
}

#[tokio::test]
async fn a_certificate_on_the_crl_is_refused_by_a_relying_party_and_another_is_not() {
    for algorithm in [KeyAlgorithm::P256, KeyAlgorithm::Rsa2048] {
        let directory = tempfile::tempdir().unwrap();
        let authority = created(directory.path(), algorithm).await;
        let (revoked, alive) =
            (ra(&authority).signing_certificate(), ra(&authority).decryption_certificate());
        let entry =
            Revoked { serial: serial_of(revoked), at: now(), reason: RevocationReason::CessationOfOperation };
        let crl = crl(&authority, 7, &[entry]).await;

        assert_eq!(verify(revoked, &authority, None, now()), Ok(()));
        assert_eq!(verify(revoked, &authority, Some(&crl), now()), Err(webpki::Error::CertRevoked));
        assert_eq!(verify(alive, &authority, Some(&crl), now()), Ok(()));
    }
}

#[tokio::test]
async fn a_crl_says_its_number_its_times_and_each_reason() {
    let directory = tempfile::tempdir().unwrap();
    let authority = created(directory.path(), KeyAlgorithm::P256).await;
    let entries: Vec<Revoked> = (1u8..)
        .zip(RevocationReason::ALL)
        .map(|(byte, reason)| Revoked {
            serial: SerialNumber::from_random([byte; 16]),
            at: now() - days(1),
            reason: *reason,
        })
        .collect();
    let der = crl(&authority, u64::MAX, &entries).await;

    let crl = parse_crl(&der);
    assert_eq!(crl.version(), Some(X509Version::V2));
    assert_eq!(crl.crl_number().unwrap().to_string(), u64::MAX.to_string());
    assert_eq!(crl.last_update().timestamp(), now().as_second());
    assert_eq!(crl.next_update().unwrap().timestamp(), (now() + days(1)).as_second());
    let found: Vec<_> = crl
        .iter_revoked_certificates()
        .map(|entry| {
            assert_eq!(entry.revocation_date.timestamp(), (now() - days(1)).as_second());
            (entry.raw_serial().to_vec(), entry.reason_code().map(|(_, code)| code.0))
        })
        .collect();
    // RFC 5280 §5.3.1: unspecified is said by leaving the reason out.
    let codes = [None, Some(1), Some(3), Some(4), Some(5)];
    let expected: Vec<_> =
        entries.iter().zip(codes).map(|(entry, code)| (entry.serial.as_bytes().to_vec(), code)).collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_crl_without_entries_is_a_crl() {
    let directory = tempfile::tempdir().unwrap();
    let authority = created(directory.path(), KeyAlgorithm::P256).await;
    let crl = crl(&authority, 1, &[]).await;
    assert_eq!(parse_crl(&crl).iter_revoked_certificates().count(), 0);
    assert_eq!(verify(ra(&authority).signing_certificate(), &authority, Some(&crl), now()), Ok(()));
}

#[tokio::test]
async fn a_crl_says_critically_at_which_places_it_stands() {
    let directory = tempfile::tempdir().unwrap();
    let authority = created(directory.path(), KeyAlgorithm::P256).await;
    let der = crl(&authority, 1, &[]).await;
    let crl = parse_crl(&der);
    let oid = oid_registry::asn1_rs::oid!(2.5.29.28);
    let scope = crl.extensions().iter().find(|extension| extension.oid == oid).unwrap();
    assert!(scope.critical);
    let ParsedExtension::IssuingDistributionPoint(scope) = scope.parsed_extension() else { panic!() };
    let place = GeneralName::URI("http://scep.example.com/crl/lab.crl");
    assert_eq!(scope.distribution_point, Some(DistributionPointName::FullName(vec![place])));
    assert!(!scope.indirect_crl && scope.only_some_reasons.is_none());
}

#[tokio::test]
async fn a_crl_is_read_in_parts_of_any_length_at_any_place() {
    let directory = tempfile::tempdir().unwrap();
    let authority = created(directory.path(), KeyAlgorithm::P256).await;
    let terms = CrlTerms { number: 1, this_update: now(), next_update: now() + days(1) };
    let spool = CrlSpool::new(tempfile::tempfile().unwrap());
    let crl = authority.sign_crl(spool.finish(&authority, &terms).unwrap()).await.unwrap();
    let whole = crl.read_at(0, usize::MAX).unwrap();
    assert_eq!(u64::try_from(whole.len()).unwrap(), crl.length());
    assert_eq!(crl.read_at(10, 7).unwrap(), whole[10..17]);
    assert_eq!(crl.read_at(crl.length() - 3, 7).unwrap(), whole[whole.len() - 3..]);
    assert!(crl.read_at(crl.length(), 7).unwrap().is_empty());
    assert!(crl.read_at(u64::MAX, 7).unwrap().is_empty());
}
