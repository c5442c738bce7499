//! Authorities made in files, loaded from them, and refused when something does not fit.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use crate::support::{created, days, files, lab, now, parse, pool, problem_of, ra, request, verify};
use scepter_pki::authority::{
    AuthorityError, AuthorityProblem, CreateAuthorityError, KeyRole, LoadAuthorityError, Presence,
    Publication, create_authority,
};
use scepter_pki::certificate::{Thumbprints, describe_certificate};
use scepter_pki::key::{KeyAlgorithm, KeyFileError};

/// Loads what lies in a directory and names what does not fit.
fn problem(directory: &Path) -> AuthorityProblem {
    problem_of(files(directory).load(lab(), Publication::default(), &pool(), now()).unwrap_err())
}

#[tokio::test]
async fn a_created_ca_may_issue_end_entities_only_and_lives_as_long_as_asked() {
    for algorithm in [KeyAlgorithm::P256, KeyAlgorithm::Rsa2048] {
        let directory = tempfile::tempdir().unwrap();
        let authority = created(directory.path(), algorithm).await;
        let ca = parse(authority.issuing_certificate());

        let constraints = ca.basic_constraints().unwrap().unwrap();
        assert!(constraints.critical && constraints.value.ca);
        assert_eq!(constraints.value.path_len_constraint, Some(0));
        let usage = ca.key_usage().unwrap().unwrap();
        assert!(usage.critical && usage.value.key_cert_sign() && usage.value.crl_sign());
        assert!(!usage.value.digital_signature());
        assert_eq!(ca.subject().to_string(), "C=DE, O=Acme, CN=Laboratory CA");
        let validity = ca.validity();
        assert_eq!(validity.not_after.timestamp() - validity.not_before.timestamp(), days(30).as_secs());
        assert_eq!(authority.root(), authority.issuing_certificate());
        assert_eq!(authority.not_after().as_second(), validity.not_after.timestamp());
    }
}

#[tokio::test]
async fn the_registration_authority_has_two_certificates_of_the_ca_with_one_usage_each() {
    for algorithm in [KeyAlgorithm::P256, KeyAlgorithm::Rsa2048] {
        let directory = tempfile::tempdir().unwrap();
        let authority = created(directory.path(), algorithm).await;
        let (signing, decryption) =
            (ra(&authority).signing_certificate(), ra(&authority).decryption_certificate());

        for certificate in [signing, decryption] {
            assert_eq!(verify(certificate, &authority, None, now()), Ok(()));
            let constraints = parse(certificate).basic_constraints().unwrap().map(|found| found.value.ca);
            assert_eq!(constraints, Some(false), "CA:FALSE is said explicitly");
        }
        let usage = |der| parse(der).key_usage().unwrap().unwrap().value.flags;
        assert_eq!(usage(signing), 1 << 0, "digitalSignature");
        assert_eq!(usage(decryption), 1 << 2, "keyEncipherment");
        assert_eq!(parse(signing).public_key().raw, ra(&authority).reply_key().spki());
        assert_eq!(parse(decryption).public_key().raw, ra(&authority).decryption_key().spki());
    }
}

#[tokio::test]
async fn keys_are_the_owners_and_certificates_are_for_everybody() {
    let directory = tempfile::tempdir().unwrap();
    created(directory.path(), KeyAlgorithm::P256).await;
    let mode = |file| fs::metadata(directory.path().join(file)).unwrap().mode() & 0o777;
    for key in ["ca.key", "ra-signing.key", "ra-decryption.key"] {
        assert_eq!(mode(key), 0o600, "{key}");
    }
    for certificates in ["ca.pem", "ra.pem"] {
        assert_eq!(mode(certificates), 0o644, "{certificates}");
    }
}

#[tokio::test]
async fn an_authority_is_never_created_over_another_nor_over_the_rest_of_one() {
    let directory = tempfile::tempdir().unwrap();
    created(directory.path(), KeyAlgorithm::P256).await;
    let files = files(directory.path());
    assert_eq!(files.presence().unwrap(), Presence::Complete);
    let again = create_authority(&files, &request(KeyAlgorithm::P256), &pool(), now()).await;
    assert!(matches!(again, Err(CreateAuthorityError::Exists { .. })), "{again:?}");

    fs::remove_file(&files.certificate_chain).unwrap();
    assert_eq!(
        files.presence().unwrap(),
        Presence::Partial { missing: vec![files.certificate_chain.clone()] }
    );
    let again = create_authority(&files, &request(KeyAlgorithm::P256), &pool(), now()).await;
    assert!(matches!(again, Err(CreateAuthorityError::Exists { .. })), "{again:?}");
}

#[tokio::test]
async fn a_key_file_that_others_can_read_stops_the_authority() {
    let directory = tempfile::tempdir().unwrap();
    created(directory.path(), KeyAlgorithm::P256).await;
    fs::set_permissions(directory.path().join("ra-signing.key"), Permissions::from_mode(0o644)).unwrap();
    let error = files(directory.path()).load(lab(), Publication::default(), &pool(), now()).unwrap_err();
    assert!(
        matches!(error, LoadAuthorityError::KeyFile { source: KeyFileError::Exposed { .. }, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn one_key_in_two_roles_stops_the_authority() {
    for (from, to, first, second) in [
        ("ca.key", "ra-signing.key", KeyRole::Ca, KeyRole::RaSigning),
        ("ca.key", "ra-decryption.key", KeyRole::Ca, KeyRole::RaDecryption),
        ("ra-signing.key", "ra-decryption.key", KeyRole::RaSigning, KeyRole::RaDecryption),
    ] {
        let directory = tempfile::tempdir().unwrap();
        created(directory.path(), KeyAlgorithm::Rsa2048).await;
        fs::copy(directory.path().join(from), directory.path().join(to)).unwrap();
        assert_eq!(problem(directory.path()), AuthorityProblem::SharedKey { first, second });
    }
}

#[tokio::test]
async fn a_ca_key_that_is_not_its_certificates_key_stops_the_authority() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    created(one.path(), KeyAlgorithm::P256).await;
    created(other.path(), KeyAlgorithm::P256).await;
    fs::copy(other.path().join("ca.key"), one.path().join("ca.key")).unwrap();
    assert_eq!(problem(one.path()), AuthorityProblem::ForeignKey);
}

#[tokio::test]
async fn ra_certificates_of_another_ca_stop_the_authority() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    created(one.path(), KeyAlgorithm::P256).await;
    created(other.path(), KeyAlgorithm::P256).await;
    // Same names, own keys and certificates: only the signature tells the two CAs apart.
    for file in ["ra-signing.key", "ra-decryption.key", "ra.pem"] {
        fs::copy(other.path().join(file), one.path().join(file)).unwrap();
    }
    let usage = "digitalSignature";
    assert_eq!(problem(one.path()), AuthorityProblem::NoRaCertificate { role: KeyRole::RaSigning, usage });
}

#[tokio::test]
async fn an_authority_does_not_start_before_or_after_its_time() {
    let directory = tempfile::tempdir().unwrap();
    created(directory.path(), KeyAlgorithm::P256).await;
    for at in [now() - days(1), now() + days(30)] {
        let error = files(directory.path()).load(lab(), Publication::default(), &pool(), at).unwrap_err();
        let LoadAuthorityError::Authority(AuthorityError { problem, .. }) = error else { panic!("{error}") };
        assert!(matches!(problem, AuthorityProblem::NotInForce { .. }), "{problem}");
    }
}

#[tokio::test]
async fn a_chain_in_the_wrong_order_or_without_its_root_stops_the_authority() {
    let directory = tempfile::tempdir().unwrap();
    let chain = directory.path().join("ca.pem");
    created(directory.path(), KeyAlgorithm::P256).await;
    let ca = fs::read_to_string(&chain).unwrap();
    let ra = fs::read_to_string(directory.path().join("ra.pem")).unwrap();

    fs::write(&chain, format!("{ca}{ca}{ca}")).unwrap();
    assert_eq!(problem(directory.path()), AuthorityProblem::NotAnIssuer { position: 1 }, "pathLen 0");
    fs::write(&chain, &ra).unwrap();
    assert_eq!(problem(directory.path()), AuthorityProblem::NotAnIssuer { position: 0 });
    fs::write(&chain, "nothing").unwrap();
    assert_eq!(problem(directory.path()), AuthorityProblem::EmptyChain);
}

#[tokio::test]
async fn a_certificate_is_described_by_its_names_serial_times_and_thumbprints() {
    let directory = tempfile::tempdir().unwrap();
    let authority = created(directory.path(), KeyAlgorithm::P256).await;
    let certificate = ra(&authority).signing_certificate();
    let facts = describe_certificate(certificate).unwrap();

    assert_eq!(facts.issuer, "C=DE,O=Acme,CN=Laboratory CA");
    assert_eq!(facts.subject, "C=DE,O=Acme,CN=SCEP RA signing");
    assert_eq!(facts.serial_number, parse(certificate).raw_serial_as_string().replace(':', ""));
    assert_eq!(facts.not_after, facts.not_before + days(30));
    assert_eq!(facts.sha1_thumbprint, Thumbprints::of(certificate).sha1.to_string());
    assert_eq!(facts.sha256_thumbprint.len(), 64);
}

#[test]
fn thumbprints_are_the_hashes_of_the_bytes_in_upper_case() {
    // FIPS 180-4's example "abc".
    let thumbprints = Thumbprints::of(b"abc");
    assert_eq!(thumbprints.sha1.to_string(), "A9993E364706816ABA3E25717850C26C9CD0D89D");
    assert_eq!(
        thumbprints.sha256.to_string(),
        "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"
    );
}
