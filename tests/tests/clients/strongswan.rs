//! strongSwan's `pki --scepca` and `pki --scep`, beyond the enrolment that the other files have.

use scepter_tests::{Admin, Failure, FakeClock, Issued, StrongSwan, Up, Verdict, Verification};

use crate::refusals::is_refused;
use crate::world::{DUE, PROFILE, meanwhile_decided, quickstart_by, quickstart_with};

#[test]
fn strongswan_renews_with_a_new_key_by_the_certificate_that_it_has() -> Result<(), Failure> {
    let clock = FakeClock::days_ago(DUE)?;
    let up = quickstart_by(&clock)?;
    let minted = up.admin().challenge(PROFILE, "laptop-01")?;
    let client = StrongSwan::new(&minted.url)?;
    let old = client.enroll_for(&minted)?;
    let renew = || client.renew(&minted.subject, minted.dns_names(), &old);
    is_refused(renew());

    clock.set(0)?;
    let renewed = Issued::new(renew()?);

    assert_ne!(renewed, Issued::new(old));
    assert_eq!(renewed.verify(&up.admin().roots()?, Verification::Chain)?, Verdict::Good);
    assert_eq!(up.admin().row(PROFILE, "laptop-01")?["serialNumber"], renewed.serial_number()?);
    Ok(())
}

#[test]
fn strongswan_polls_until_its_request_is_approved() -> Result<(), Failure> {
    let up = quickstart_with("  approval: Manual\n")?;
    let certificate = decided(&up.admin(), "laptop-01", Admin::approve)?;
    let verdict = Issued::new(certificate?).verify(&up.admin().roots()?, Verification::Chain)?;
    assert_eq!(verdict, Verdict::Good);
    Ok(())
}

#[test]
fn strongswan_polls_until_its_request_is_denied() -> Result<(), Failure> {
    let up = quickstart_with("  approval: Manual\n")?;
    is_refused(decided(&up.admin(), "laptop-01", Admin::deny)?);
    assert_eq!(up.admin().certificates()?.len(), 0);
    Ok(())
}

#[test]
fn strongswan_encrypts_with_3des_where_the_authority_allows_it_and_nowhere_else() -> Result<(), Failure> {
    let legacy = quickstart_with("  legacyAlgorithms: [TripleDES]\n")?;
    let enroll = |up: &Up| {
        let minted = up.admin().challenge(PROFILE, "laptop-01")?;
        StrongSwan::new(&minted.url)?.with_3des().enroll_for(&minted)
    };
    let certificate = Issued::new(enroll(&legacy)?);
    assert_eq!(certificate.verify(&legacy.admin().roots()?, Verification::Chain)?, Verdict::Good);

    let strict = quickstart_with("")?;
    let refused = enroll(&strict).unwrap_err().to_string();
    assert!(refused.contains("failInfo:     badAlg"), "{refused}");
    assert_eq!(strict.admin().certificates()?.len(), 0);
    Ok(())
}

/// What strongSwan got whose request was decided while it polled.
fn decided(
    admin: &Admin,
    device: &str,
    decide: fn(&Admin, &str) -> Result<(), Failure>,
) -> Result<Result<String, Failure>, Failure> {
    let minted = admin.challenge(PROFILE, device)?;
    let client = StrongSwan::new(&minted.url)?;
    meanwhile_decided(admin, decide, || client.enroll_for(&minted))
}
