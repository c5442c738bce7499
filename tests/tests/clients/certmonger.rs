//! certmonger: its daemon, as `getcert` commands it.

use std::path::Path;

use scepter_tests::{
    Admin, Certmonger, Failure, FakeClock, Issued, Minted, Scratch, Up, Verdict, Verification, until,
};

use crate::world::{DUE, LIMIT, PROFILE, quickstart, quickstart_by, quickstart_with};

/// A challenge that is sent once, and a new key for each certificate: what our issuer asks of a renewal.
const RENEWING: &str = "\
[defaults]
enroll_ttls = 345600
max_key_use_count = 1

[scep]
challenge_password_otp = yes
";

fn challenged(up: &Up) -> Result<(Certmonger, Minted), Failure> {
    let minted = up.admin().challenge(PROFILE, "laptop-01")?;
    let certmonger = Certmonger::start(RENEWING, [])?;
    certmonger.add_authority(&minted.url, &up.admin().roots()?)?;
    Ok((certmonger, minted))
}

#[test]
fn certmonger_enrolls_and_watches_over_its_certificate() -> Result<(), Failure> {
    let up = quickstart()?;
    let (certmonger, minted) = challenged(&up)?;
    let tracked = certmonger.enroll_for(&minted)?;
    assert_eq!((tracked.status.as_str(), tracked.error), ("MONITORING", None));
    let certificate = Issued::new(certmonger.certificate()?);
    assert_eq!(certificate.verify(&up.admin().roots()?, Verification::ChainAndRevocation)?, Verdict::Good);
    assert_eq!(up.admin().row(PROFILE, "laptop-01")?["serialNumber"], certificate.serial_number()?);
    Ok(())
}

/// It hands the root on for GetCACaps and GetCACert, and leaves it out for PKIOperation.
#[test]
fn certmonger_believes_a_tls_server_by_the_root_it_was_given_until_it_sends_its_message()
-> Result<(), Failure> {
    let up = quickstart()?;
    let (roots, minted) = (up.admin().roots()?, up.admin().challenge(PROFILE, "laptop-01")?);
    let status = |server: &Path| -> Result<String, Failure> {
        let certmonger = Certmonger::start("", [])?;
        certmonger.add_authority_over_tls(&up.scep_over_tls("default"), &roots, server)?;
        Ok(certmonger.enroll_for(&minted)?.status)
    };
    let other = Scratch::new("other")?;
    assert_eq!(status(&other.write("root.pem", &roots)?)?, "CA_UNCONFIGURED", "it knows no CA");
    assert_eq!(status(&up.data().join("tls/tls.pem"))?, "CA_UNREACHABLE");
    assert_eq!(up.admin().certificates()?.len(), 0);
    Ok(())
}

#[test]
fn certmonger_understands_that_it_is_refused() -> Result<(), Failure> {
    let up = quickstart_with("")?;
    let (certmonger, minted) = challenged(&up)?;
    let tracked = certmonger.enroll(&minted.subject, minted.dns_names(), "guessed")?;
    // Its words for badRequest (RFC 8894 §3.2.1.4.2).
    let refused = "Transaction either is not permitted or is not supported by server.";
    assert_eq!((tracked.status.as_str(), tracked.error.as_deref()), ("CA_REJECTED", Some(refused)));
    assert_eq!(up.admin().certificates()?.len(), 0);
    Ok(())
}

#[test]
fn certmonger_waits_while_its_request_does_and_polls() -> Result<(), Failure> {
    let up = quickstart_with("  approval: Manual\n")?;
    let (certmonger, minted) = challenged(&up)?;
    assert_eq!(certmonger.enroll_for(&minted)?.status, "CA_WORKING");
    approve_all(&up.admin())?;
    certmonger.poll()?;
    until("certmonger has its certificate", LIMIT, || match certmonger.tracked() {
        Ok(tracked) if tracked.status == "MONITORING" => Ok(()),
        other => Err(format!("{other:?}")),
    })?;
    let certificate = Issued::new(certmonger.certificate()?);
    assert_eq!(certificate.verify(&up.admin().roots()?, Verification::Chain)?, Verdict::Good);
    Ok(())
}

#[test]
fn certmonger_renews_by_itself_with_a_new_key_when_its_certificate_is_due() -> Result<(), Failure> {
    let clock = FakeClock::days_ago(DUE)?;
    let up = quickstart_by(&clock)?;
    let minted = up.admin().challenge(PROFILE, "laptop-01")?;
    let mut certmonger = Certmonger::start(RENEWING, clock.environment())?;
    certmonger.add_authority(&minted.url, &up.admin().roots()?)?;
    certmonger.enroll_for(&minted)?;
    let old = Issued::new(certmonger.certificate()?).serial_number()?;

    clock.set(0)?;
    certmonger.restart()?;
    let renewed = until("certmonger has another certificate", LIMIT, || {
        let certificate = Issued::new(certmonger.certificate().map_err(|failure| failure.to_string())?);
        match certificate.serial_number() {
            Ok(serial_number) if serial_number != old => Ok(certificate),
            other => Err(format!("{other:?}, {:?}", certmonger.tracked())),
        }
    })?;

    assert_eq!(renewed.verify(&up.admin().roots()?, Verification::Chain)?, Verdict::Good);
    assert_eq!(up.admin().row(PROFILE, "laptop-01")?["serialNumber"], renewed.serial_number()?);
    Ok(())
}

#[test]
fn certmonger_left_to_itself_repeats_its_challenge_and_its_key_and_is_refused() -> Result<(), Failure> {
    let challenge_once = "[scep]\nchallenge_password_otp = yes\n";
    for (configuration, reason) in [("", "ChallengeUsed"), (challenge_once, "KeyReused")] {
        let clock = FakeClock::days_ago(DUE)?;
        let up = quickstart_by(&clock)?;
        let minted = up.admin().challenge(PROFILE, "laptop-01")?;
        let mut certmonger = Certmonger::start(configuration, clock.environment())?;
        certmonger.add_authority(&minted.url, &up.admin().roots()?)?;
        certmonger.enroll_for(&minted)?;
        clock.set(0)?;
        certmonger.restart()?;
        until("the row says why", LIMIT, || match up.admin().row(PROFILE, "laptop-01") {
            Ok(row) if row["reason"] == reason => Ok(()),
            other => Err(format!("{other:?}")),
        })?;
        assert_eq!(up.admin().certificates()?.len(), 1);
    }
    Ok(())
}

#[test]
fn certmonger_rekeys_when_it_is_told_to() -> Result<(), Failure> {
    let clock = FakeClock::days_ago(DUE)?;
    let up = quickstart_by(&clock)?;
    let (certmonger, minted) = challenged(&up)?;
    certmonger.enroll_for(&minted)?;
    let old = certmonger.certificate()?;
    clock.set(0)?;
    certmonger.rekey()?;
    assert_ne!(certmonger.certificate()?, old);
    Ok(())
}

fn approve_all(admin: &Admin) -> Result<(), Failure> {
    let waiting = admin.waiting()?;
    assert_eq!(waiting.len(), 1);
    waiting.iter().try_for_each(|id| admin.approve(id))
}
