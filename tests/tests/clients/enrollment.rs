//! A real client gets what the profile says, and the world sees that it has.

use jiff::{SignedDuration, Timestamp};
use scepter_tests::{Failure, Issued, StrongSwan, Verdict, Verification};

use crate::world::{PROFILE, enroll, quickstart};

#[test]
fn strongswan_gets_a_certificate_that_is_the_profiles_in_every_part() -> Result<(), Failure> {
    let up = quickstart()?;
    let certificate = Issued::new(enroll(&up.admin(), "laptop-01")?);

    assert_eq!(certificate.subject()?, "CN=6f1e0000-0000-4000-8000-000000000001, OU=Laptops, O=Example");
    assert_eq!(certificate.extension("subjectAltName")?, "DNS:laptop-01.corp.example.com");
    assert_eq!(certificate.extension("keyUsage")?, "critical, Digital Signature, Key Encipherment");
    assert_eq!(certificate.extension("extendedKeyUsage")?, "TLS Web Client Authentication");
    assert_eq!(certificate.extension("basicConstraints")?, "critical, CA:FALSE");
    let [begins, ends] = certificate.validity()?.map(|moment| moment.parse::<Timestamp>().unwrap());
    assert_eq!(ends.duration_since(begins), SignedDuration::from_hours(20 * 24));
    let verdict = certificate.verify(&up.admin().roots()?, Verification::ChainAndRevocation)?;
    assert_eq!(verdict, Verdict::Good);
    Ok(())
}

#[test]
fn the_row_of_a_device_shows_the_certificate_that_strongswan_got() -> Result<(), Failure> {
    let up = quickstart()?;
    let serial_number = Issued::new(enroll(&up.admin(), "laptop-01")?).serial_number()?;
    let row = up.admin().row(PROFILE, "laptop-01")?;
    assert_eq!(row["state"], "Issued", "{row}");
    assert_eq!(row["serialNumber"], serial_number, "{row}");
    assert_eq!(up.admin().row(PROFILE, "laptop-02")?["state"], "Pending");
    Ok(())
}

#[test]
fn strongswan_is_given_the_ca_and_an_ra_to_encrypt_to_and_one_that_signs() -> Result<(), Failure> {
    let up = quickstart()?;
    let client = StrongSwan::new(&up.scep("default"))?;
    let roots = up.admin().roots()?;
    let read = |path| Issued::from_der(&std::fs::read(path).unwrap());

    assert_eq!(read(client.ca())?, Issued::new(&*roots));
    let [encryption, signing] = client.ras().map(read);
    let (encryption, signing) = (encryption?, signing?);
    assert_eq!(encryption.extension("keyUsage")?, "critical, Key Encipherment");
    assert_eq!(signing.extension("keyUsage")?, "critical, Digital Signature");
    for ra in [encryption, signing] {
        assert_eq!(ra.verify(&roots, Verification::Chain)?, Verdict::Good);
    }
    Ok(())
}
