//! `PyScep`: the client that speaks GetCert, GetCRL and GetNextCACert too.

use scepter_tests::{Failure, FakeClock, Issued, Minted, Outcome, PyScep, Up, Verdict, Verification};

use crate::world::{DUE, PROFILE, quickstart, quickstart_by, quickstart_with};

fn challenged(up: &Up) -> Result<(PyScep, Minted), Failure> {
    let minted = up.admin().challenge(PROFILE, "laptop-01")?;
    Ok((PyScep::new(&minted.url)?, minted))
}

fn refused(fail_info: &str) -> Outcome {
    Outcome::Refused(fail_info.to_owned())
}

#[test]
fn pyscep_is_told_what_the_server_can_and_who_it_is() -> Result<(), Failure> {
    let up = quickstart_with("")?;
    let client = PyScep::new(&up.scep("default"))?;
    let capabilities = client.capabilities()?;
    assert_eq!(capabilities, ["AES", "POSTPKIOperation", "Renewal", "SCEPStandard", "SHA-256", "SHA-512"]);
    let roots = up.admin().roots()?;
    let certificates = client.ca_certificates()?.into_iter().map(Issued::new);
    let verdicts: Result<Vec<_>, _> =
        certificates.map(|one| one.verify(&roots, Verification::Chain)).collect();
    assert_eq!(verdicts?, [Verdict::Good, Verdict::Good, Verdict::Good]);
    Ok(())
}

#[test]
fn pyscep_gets_a_certificate_that_openssl_verifies() -> Result<(), Failure> {
    let up = quickstart_with("")?;
    let (client, minted) = challenged(&up)?;
    let certificate = client.enroll_for(&minted)?.certificate()?;
    assert_eq!(certificate.verify(&up.admin().roots()?, Verification::ChainAndRevocation)?, Verdict::Good);
    assert_eq!(up.admin().row(PROFILE, "laptop-01")?["serialNumber"], certificate.serial_number()?);
    Ok(())
}

#[test]
fn pyscep_takes_an_ra_of_a_ca_without_an_rsa_key_for_a_strangers() -> Result<(), Failure> {
    let up = quickstart()?;
    let failure = PyScep::new(&up.scep("default"))?.ca_certificates().unwrap_err().to_string();
    assert!(failure.contains("RA is not issued by CA"), "{failure}");
    Ok(())
}

#[test]
fn pyscep_understands_that_it_is_refused() -> Result<(), Failure> {
    let up = quickstart_with("")?;
    let (client, minted) = challenged(&up)?;
    let outcome = client.enroll(&minted.subject, minted.dns_names(), "guessed")?;
    assert_eq!(outcome, refused("BadRequest"));
    assert_eq!(up.admin().certificates()?.len(), 0);
    Ok(())
}

#[test]
fn pyscep_polls_until_its_request_is_approved() -> Result<(), Failure> {
    let up = quickstart_with("  approval: Manual\n")?;
    let admin = up.admin();
    let (client, minted) = challenged(&up)?;
    assert_eq!(client.enroll_for(&minted)?, Outcome::Pending);
    assert_eq!(client.poll(&minted.subject)?, Outcome::Pending);
    admin.waiting()?.iter().try_for_each(|id| admin.approve(id))?;
    let certificate = client.poll(&minted.subject)?.certificate()?;
    assert_eq!(certificate.verify(&admin.roots()?, Verification::Chain)?, Verdict::Good);
    Ok(())
}

#[test]
fn pyscep_renews_with_a_new_key_by_the_certificate_that_it_has() -> Result<(), Failure> {
    let clock = FakeClock::days_ago(DUE)?;
    let up = quickstart_by(&clock)?;
    let (client, minted) = challenged(&up)?;
    let old = client.enroll_for(&minted)?.certificate()?;
    let renew = || client.renew(&minted.subject, minted.dns_names());
    assert_eq!(renew()?, refused("BadRequest"), "it is not due");

    clock.set(0)?;
    let renewed = renew()?.certificate()?;

    assert_ne!(renewed, old);
    assert_eq!(renewed.verify(&up.admin().roots()?, Verification::Chain)?, Verdict::Good);
    Ok(())
}

#[test]
fn pyscep_fetches_its_own_certificate_and_no_other() -> Result<(), Failure> {
    let up = quickstart_with("")?;
    let (client, minted) = challenged(&up)?;
    let own = client.enroll_for(&minted)?.certificate()?;
    let (other, others) = (PyScep::new(&minted.url)?, up.admin().challenge(PROFILE, "laptop-02")?);
    let others = other.enroll_for(&others)?.certificate()?;

    assert_eq!(client.get_certificate(&own.serial_number()?)?.certificate()?, own);
    assert_eq!(client.get_certificate(&others.serial_number()?)?, refused("BadCertId"));
    assert_eq!(client.get_certificate("4711")?, refused("BadCertId"));
    Ok(())
}

#[test]
fn pyscep_fetches_the_revocation_list_and_openssl_believes_it() -> Result<(), Failure> {
    let up = quickstart_with("")?;
    let (client, minted) = challenged(&up)?;
    let own = client.enroll_for(&minted)?.certificate()?;
    let Outcome::Crl(crl) = client.get_crl(&own.serial_number()?)? else { panic!("a list") };
    assert_eq!(own.verify_with(&up.admin().roots()?, &crl)?, Verdict::Good);
    Ok(())
}

#[test]
fn pyscep_hears_of_the_next_ca_from_the_one_that_it_knows() -> Result<(), Failure> {
    let up = quickstart_with(
        "  next:
    caName: default-2030
    from: '2030-01-01T00:00:00Z'
    create: {algorithm: RSA2048, subject: CN=Next CA, validity: {value: 6, unit: Years}}
",
    )?;
    let client = PyScep::new(&up.scep("default"))?;
    assert!(client.capabilities()?.contains(&"GetNextCACert".to_owned()));
    let next: Vec<_> = client.next_ca_certificates()?.into_iter().map(Issued::new).collect();
    assert_eq!(next[0].subject()?, "CN=Next CA");
    for certificate in &next {
        assert_eq!(certificate.verify(next[0].pem(), Verification::Chain)?, Verdict::Good);
    }
    Ok(())
}

#[test]
fn pyscep_is_told_that_there_is_no_next_ca() -> Result<(), Failure> {
    let up = quickstart_with("")?;
    let failure = PyScep::new(&up.scep("default"))?.next_ca_certificates().unwrap_err().to_string();
    assert!(failure.contains("400 Client Error"), "{failure}");
    Ok(())
}
