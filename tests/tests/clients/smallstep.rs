//! smallstep's library for Go with AES; it signs with SHA-1 alone, which an authority must allow.

use scepter_tests::{
    Admin, Failure, FakeClock, Issued, Minted, Outcome, Smallstep, Up, Verdict, Verification,
};

use crate::world::{DUE, PROFILE, configured, meanwhile_decided, quickstart, quickstart_with};

const SHA_1: &str = "  legacyAlgorithms: [SHA1]\n";

fn challenged(up: &Up) -> Result<(Smallstep, Minted), Failure> {
    let minted = up.admin().challenge(PROFILE, "laptop-01")?;
    Ok((Smallstep::new(&minted.url)?, minted))
}

fn is_good(outcome: Outcome, roots: &str) -> Result<Issued, Failure> {
    let certificate = outcome.certificate()?;
    assert_eq!(certificate.verify(roots, Verification::Chain)?, Verdict::Good);
    Ok(certificate)
}

#[test]
fn smallsteps_library_enrolls_where_sha_1_is_allowed() -> Result<(), Failure> {
    let up = quickstart_with(SHA_1)?;
    let (client, minted) = challenged(&up)?;
    let certificate = is_good(client.enroll_for(&minted)?, &up.admin().roots()?)?;
    assert_eq!(up.admin().row(PROFILE, "laptop-01")?["serialNumber"], certificate.serial_number()?);
    Ok(())
}

#[test]
fn smallsteps_library_is_refused_for_sha_1_elsewhere_and_understands_it() -> Result<(), Failure> {
    let up = quickstart()?;
    let (client, minted) = challenged(&up)?;
    assert_eq!(client.enroll_for(&minted)?, Outcome::Refused("badAlg (0)".to_owned()));
    assert_eq!(up.admin().certificates()?.len(), 0);
    Ok(())
}

#[test]
fn smallsteps_library_repeats_its_message_until_it_is_approved() -> Result<(), Failure> {
    let up = quickstart_with("  approval: Manual\n  legacyAlgorithms: [SHA1]\n")?;
    let admin = up.admin();
    let (client, minted) = challenged(&up)?;
    let outcome = meanwhile_decided(&admin, Admin::approve, || client.enroll_for(&minted))?;
    is_good(outcome?, &admin.roots()?)?;
    assert_eq!(admin.certificates()?.len(), 1);
    Ok(())
}

#[test]
fn smallsteps_library_renews_with_a_new_key_by_the_certificate_that_it_has() -> Result<(), Failure> {
    let clock = FakeClock::days_ago(DUE)?;
    let up = configured(SHA_1, Some(&clock))?;
    let roots = up.admin().roots()?;
    let (client, minted) = challenged(&up)?;
    let old = is_good(client.enroll_for(&minted)?, &roots)?;
    clock.set(0)?;
    assert_ne!(is_good(client.renew(&minted)?, &roots)?, old);
    Ok(())
}
