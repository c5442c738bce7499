//! A client that never saw the answer asks again.

use scepter_tests::{Failure, Issued, StrongSwan, Tool, run};

use crate::own::{enroll_with_a_new_key, server, ticket};
use crate::world::{PROFILE, quickstart};

/// The OID of pkiStatus (RFC 8894 §3.2.1.3), and two of its values.
const PKI_STATUS: &str = "2.16.840.1.113733.1.9.3";
const SUCCESS: &str = "PRINTABLESTRING:0";
pub(crate) const PENDING: &str = "PRINTABLESTRING:3";

#[test]
fn strongswan_asking_again_with_the_same_key_gets_the_same_certificate() -> Result<(), Failure> {
    let up = quickstart()?;
    let minted = up.admin().challenge(PROFILE, "laptop-01")?;
    let client = StrongSwan::new(&minted.url)?;
    let ask = || client.enroll(&minted.subject, minted.dns_names(), &minted.challenge);
    let (first, second) = (Issued::new(ask()?), Issued::new(ask()?));
    assert_eq!(first, second);
    assert_eq!(up.admin().certificates()?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn the_same_bytes_again_succeed_and_issue_nothing_new() -> Result<(), Failure> {
    let up = quickstart()?;
    let minted = up.admin().challenge(PROFILE, "laptop-01")?;
    let server = server(&minted.url);
    let enrollment = enroll_with_a_new_key(&server, &ticket(&minted)).await.unwrap();
    let answer = server.pki_operation(enrollment.message).await.unwrap();

    assert_eq!(pki_status(&answer)?, SUCCESS);
    let serial_numbers: Vec<_> =
        up.admin().certificates()?.iter().map(|certificate| certificate["serialNumber"].clone()).collect();
    assert_eq!(serial_numbers, [enrollment.serial_number]);
    Ok(())
}

/// The pkiStatus of a CertRep, as OpenSSL prints it: the value stands two lines below the attribute's OID.
pub(crate) fn pki_status(answer: &[u8]) -> Result<String, Failure> {
    let mut command = Tool::OpenSsl.command()?;
    let printed = run(command.args(["cms", "-cmsout", "-inform", "der", "-print", "-noout"]), answer)?;
    let mut lines = printed.lines().map(str::trim).skip_while(|line| !line.contains(PKI_STATUS));
    Ok(lines.nth(2).unwrap_or_default().to_owned())
}
