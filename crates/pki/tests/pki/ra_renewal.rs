//! The registration authority's keys under new certificates.

use scepter_pki::key::KeyAlgorithm;

use crate::support::{created_for, days, files, lab, now, parse, pool, publication, ra, verify};
use scepter_pki::authority::{AuthorityProblem, Duty, RegistrationAuthority};

/// How long RA certificates live.
const YEAR: i64 = 365;

#[tokio::test]
async fn ra_certificates_of_a_long_lived_ca_end_after_a_year_and_are_due_after_two_thirds_of_it() {
    let directory = tempfile::tempdir().unwrap();
    let authority = created_for(directory.path(), KeyAlgorithm::P256, days(10 * YEAR)).await;
    let ra = ra(&authority);
    let life = ra.not_after().as_second() - parse(ra.signing_certificate()).validity().not_before.timestamp();
    assert_eq!(life, days(YEAR).as_secs());
    assert!(!ra.is_due(now() + days(243)));
    assert!(ra.is_due(now() + days(244)));
}

#[tokio::test]
async fn renewal_gives_the_same_keys_certificates_that_a_relying_party_accepts_for_another_year() {
    for algorithm in [KeyAlgorithm::P256, KeyAlgorithm::Rsa2048] {
        let directory = tempfile::tempdir().unwrap();
        let authority = created_for(directory.path(), algorithm, days(10 * YEAR)).await;
        let (old, later) = (ra(&authority), now() + days(300));
        let new = authority.renew_registration_authority(old, later).await.unwrap();
        for (new, old) in [
            (new.signing_certificate(), old.signing_certificate()),
            (new.decryption_certificate(), old.decryption_certificate()),
        ] {
            assert_eq!(verify(new, &authority, None, later), Ok(()));
            let (new, old) = (parse(new), parse(old));
            assert_eq!(new.subject(), old.subject());
            assert_eq!(new.public_key().raw, old.public_key().raw);
            assert_eq!(new.key_usage().unwrap().unwrap().value, old.key_usage().unwrap().unwrap().value);
            assert_ne!(new.raw_serial(), old.raw_serial());
        }
        assert_eq!(new.not_after(), later + days(YEAR));
    }
}

#[tokio::test]
async fn no_ra_certificate_outlives_its_ca() {
    let directory = tempfile::tempdir().unwrap();
    let authority = created_for(directory.path(), KeyAlgorithm::P256, days(400)).await;
    let new = authority.renew_registration_authority(ra(&authority), now() + days(300)).await.unwrap();
    assert_eq!(new.not_after(), authority.not_after());
}

#[tokio::test]
async fn renewed_certificates_stand_before_the_old_ones_in_their_file_and_ended_ones_are_forgotten() {
    let directory = tempfile::tempdir().unwrap();
    let authority = created_for(directory.path(), KeyAlgorithm::P256, days(10 * YEAR)).await;
    let files = files(directory.path());
    let mut ras = authority.registration_authorities().clone();
    let first = ras.current().clone();
    let mut known = vec![first.decryption_certificate().to_vec()];
    for at in [now() + days(300), now() + days(600)] {
        let next = authority.renew_registration_authority(ras.current(), at).await.unwrap();
        known.insert(0, next.decryption_certificate().to_vec());
        ras = ras.renewed(next, at);
        files.replace_ra_certificates(&ras).unwrap();
    }
    known.pop();
    let read = files.load(lab(), publication(), &pool(), now() + days(600)).unwrap();
    let read: Vec<_> =
        read.registration_authorities().iter().map(RegistrationAuthority::decryption_certificate).collect();
    assert_eq!(read, known);
}

#[tokio::test]
async fn ended_ra_certificates_stop_an_authority_that_issues_and_not_one_that_is_retired() {
    let directory = tempfile::tempdir().unwrap();
    created_for(directory.path(), KeyAlgorithm::P256, days(10 * YEAR)).await;
    let at = now() + days(YEAR);
    let load = |duty| files(directory.path()).load_for(duty, lab(), publication(), &pool(), at).map(drop);
    let error = load(Duty::Issues).unwrap_err();
    assert!(matches!(
        crate::support::problem_of(error),
        AuthorityProblem::NotInForce { list: "ra.certificates", .. }
    ));
    load(Duty::Retired).unwrap();
}
