//! An authority in a temporary directory, and its certificates judged by code that is not ours.

use std::num::NonZeroUsize;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use rustls_pki_types::{CertificateDer, UnixTime};
use scepter_pki::authority::{
    Authority, AuthorityError, AuthorityFiles, AuthorityProblem, CreateAuthority, LoadAuthorityError,
    Publication, RegistrationAuthority, create_authority,
};
use scepter_pki::crl::{CrlSpool, CrlTerms};
use scepter_pki::key::{KeyAlgorithm, RsaPool};
use scepter_pki::name_constraints::NameConstraints;
use scepter_policy::identity::AuthorityName;
use scepter_policy::name::{Attribute, AttributeType, DistinguishedName, RelativeDistinguishedName};
use scepter_policy::revocation::Revoked;
use webpki::{
    CertRevocationList, EndEntityCert, KeyUsage, RevocationCheckDepth, RevocationOptionsBuilder,
    UnknownStatusPolicy,
};
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;

/// The moment at which everything here happens.
pub(crate) fn now() -> Timestamp {
    "2026-11-24T07:00:00Z".parse().unwrap()
}

pub(crate) fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

pub(crate) fn pool() -> RsaPool {
    RsaPool::new(NonZeroUsize::new(2).unwrap(), 64)
}

pub(crate) fn lab() -> AuthorityName {
    AuthorityName::new("lab").unwrap()
}

/// A name with one attribute in each relative name, first encoded first.
pub(crate) fn name(attributes: &[(AttributeType, &str)]) -> DistinguishedName {
    let rdns = attributes.iter().map(|(kind, value)| RelativeDistinguishedName {
        attributes: vec![Attribute { kind: *kind, value: (*value).to_owned() }],
    });
    DistinguishedName { rdns: rdns.collect() }
}

pub(crate) fn files(directory: &Path) -> AuthorityFiles {
    AuthorityFiles::within(directory)
}

pub(crate) fn request(algorithm: KeyAlgorithm) -> CreateAuthority {
    CreateAuthority {
        algorithm,
        subject: name(&[
            (AttributeType::Country, "DE"),
            (AttributeType::Organization, "Acme"),
            (AttributeType::CommonName, "Laboratory CA"),
        ]),
        name_constraints: NameConstraints::default(),
        lifetime: days(30),
    }
}

pub(crate) fn publication() -> Publication {
    let base = "http://scep.example.com".parse().unwrap();
    Publication::default().and_at(&base, &lab()).unwrap()
}

/// Creates an authority's files in a directory and loads them.
pub(crate) async fn created(directory: &Path, algorithm: KeyAlgorithm) -> Authority {
    created_for(directory, algorithm, days(30)).await
}

/// The same, with a CA of another lifetime.
pub(crate) async fn created_for(
    directory: &Path,
    algorithm: KeyAlgorithm,
    lifetime: SignedDuration,
) -> Authority {
    let files = files(directory);
    let request = CreateAuthority { lifetime, ..request(algorithm) };
    create_authority(&files, &request, &pool(), now()).await.unwrap();
    files.load(lab(), publication(), &pool(), now()).unwrap()
}

/// What does not fit together, where that is why an authority was not loaded.
pub(crate) fn problem_of(error: LoadAuthorityError) -> AuthorityProblem {
    match error {
        LoadAuthorityError::Authority(AuthorityError { problem, .. }) => problem,
        other => panic!("expected a problem with the authority, got {other:?}"),
    }
}

/// The authority's RA.
pub(crate) fn ra(authority: &Authority) -> &RegistrationAuthority {
    authority.registration_authorities().current()
}

/// A CRL for a day from now, its entries spooled two by two.
pub(crate) async fn crl(authority: &Authority, number: u64, entries: &[Revoked]) -> Vec<u8> {
    let mut spool = CrlSpool::new(tempfile::tempfile().unwrap());
    for page in entries.chunks(2) {
        spool.extend(page).unwrap();
    }
    let terms = CrlTerms { number, this_update: now(), next_update: now() + days(1) };
    let crl = authority.sign_crl(spool.finish(authority, &terms).unwrap()).await.unwrap();
    crl.read_at(0, usize::MAX).unwrap()
}

/// What a relying party that trusts the authority's root says of a client certificate: path, signatures, validity, usage
/// and, with a CRL, revocation.
pub(crate) fn verify(
    certificate: &[u8],
    authority: &Authority,
    crl: Option<&[u8]>,
    at: Timestamp,
) -> Result<(), webpki::Error> {
    let (root, certificate) = (CertificateDer::from(authority.root()), CertificateDer::from(certificate));
    let chain: Vec<_> = authority.certificate_chain().map(CertificateDer::from).collect();
    let crl =
        crl.map(webpki::BorrowedCertRevocationList::from_der).transpose()?.map(CertRevocationList::from);
    let crls: Vec<_> = crl.iter().collect();
    let revocation = RevocationOptionsBuilder::new(&crls).ok().map(|options| {
        options
            .with_depth(RevocationCheckDepth::EndEntity)
            .with_status_policy(UnknownStatusPolicy::Deny)
            .build()
    });
    let seconds = u64::try_from(at.as_second()).unwrap();
    EndEntityCert::try_from(&certificate)?
        .verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            &[webpki::anchor_from_trusted_cert(&root)?],
            &chain,
            UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)),
            KeyUsage::client_auth(),
            revocation,
            None,
        )
        .map(drop)
}

/// Reads a certificate, and nothing after it.
pub(crate) fn parse(certificate: &[u8]) -> X509Certificate<'_> {
    let (rest, certificate) = X509Certificate::from_der(certificate).unwrap();
    assert!(rest.is_empty());
    certificate
}
