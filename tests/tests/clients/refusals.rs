//! What is not the profile's, or not the device's to ask, is refused: nothing is issued, and the device's row says why.

use scepter_device::{EnrollError, Ticket, TransportError};
use scepter_scep::FailInfo;
use scepter_tests::{Admin, Failure, Issued, StrongSwan};

use crate::own::{enroll_with_a_new_key, server, ticket};
use crate::world::{PROFILE, enroll, quickstart};

/// The extended key usage of servers, which the profile does not have.
const SERVER_AUTH: &str = "1.3.6.1.5.5.7.3.1";

#[test]
fn another_key_with_a_used_challenge_is_refused_and_the_certificate_stays() -> Result<(), Failure> {
    let up = quickstart()?;
    let minted = up.admin().challenge(PROFILE, "laptop-01")?;
    let client = StrongSwan::new(&minted.url)?;
    let ask = || client.enroll(&minted.subject, minted.dns_names(), &minted.challenge);
    let certificate = Issued::new(ask()?);

    client.new_key()?;
    is_refused(ask());

    let row = up.admin().row(PROFILE, "laptop-01")?;
    assert_eq!((&row["state"], &row["reason"]), (&"Issued".into(), &"ChallengeUsed".into()), "{row}");
    assert_eq!(row["serialNumber"], certificate.serial_number()?);
    assert_eq!(up.admin().certificates()?.len(), 1);
    Ok(())
}

#[test]
fn the_challenge_of_another_device_is_refused_and_shows_with_its_owner() -> Result<(), Failure> {
    let up = quickstart()?;
    let own = up.admin().challenge(PROFILE, "laptop-01")?;
    let stolen = up.admin().challenge(PROFILE, "laptop-02")?;
    let client = StrongSwan::new(&own.url)?;
    is_refused(client.enroll(&own.subject, own.dns_names(), &stolen.challenge));
    failed_for(&up.admin(), "laptop-02", "SubjectNameMismatch")?;
    assert_eq!(up.admin().row(PROFILE, "laptop-01")?["state"], "ChallengeIssued");
    Ok(())
}

#[test]
fn a_guessed_challenge_is_refused_and_shows_on_no_row() -> Result<(), Failure> {
    let up = quickstart()?;
    let minted = up.admin().challenge(PROFILE, "laptop-01")?;
    let client = StrongSwan::new(&minted.url)?;
    is_refused(client.enroll(&minted.subject, minted.dns_names(), "guessed"));
    let row = up.admin().row(PROFILE, "laptop-01")?;
    assert_eq!((&row["state"], row.get("reason")), (&"ChallengeIssued".into(), None), "{row}");
    Ok(())
}

#[test]
fn names_other_than_the_profiles_are_refused_and_the_right_ones_still_go_through() -> Result<(), Failure> {
    let up = quickstart()?;
    let minted = up.admin().challenge(PROFILE, "laptop-01")?;
    let client = StrongSwan::new(&minted.url)?;

    is_refused(client.enroll(
        "CN=administrator, OU=Laptops, O=Example",
        minted.dns_names(),
        &minted.challenge,
    ));
    failed_for(&up.admin(), "laptop-01", "SubjectNameMismatch")?;
    is_refused(client.enroll(&minted.subject, ["dc.corp.example.com"], &minted.challenge));
    failed_for(&up.admin(), "laptop-01", "SubjectAltNameMismatch")?;

    client.enroll(&minted.subject, minted.dns_names(), &minted.challenge)?;
    assert_eq!(up.admin().row(PROFILE, "laptop-01")?["state"], "Issued");
    Ok(())
}

#[tokio::test]
async fn an_extended_key_usage_that_the_profile_does_not_have_is_refused() -> Result<(), Failure> {
    let up = quickstart()?;
    let minted = up.admin().challenge(PROFILE, "laptop-01")?;
    let more = Ticket { extended_key_usages: vec![SERVER_AUTH.to_owned()], ..ticket(&minted) };
    let refused = enroll_with_a_new_key(&server(&minted.url), &more).await.unwrap_err();
    assert!(matches!(refused, EnrollError::Refused { code: FailInfo::BadRequest, .. }), "{refused:?}");
    failed_for(&up.admin(), "laptop-01", "EnhancedKeyUsageMismatch")
}

#[tokio::test]
async fn bytes_that_are_no_message_are_a_400_and_the_next_client_is_served() -> Result<(), Failure> {
    let up = quickstart()?;
    let server = server(&up.scep("default"));
    let endless = [0x30, 0x80].repeat(10_000);
    for garbage in [Vec::new(), b"hello".to_vec(), vec![0xff; 4096], endless] {
        let refused = server.pki_operation(garbage).await.unwrap_err();
        assert!(matches!(refused, TransportError::Status { status: 400, .. }), "{refused:?}");
    }
    assert_eq!(up.admin().certificates()?.len(), 0);
    enroll(&up.admin(), "laptop-01").map(drop)
}

/// The server's answer was badRequest, which is all that a client is told.
pub(crate) fn is_refused(enrolled: Result<String, Failure>) {
    match enrolled {
        Err(Failure::CommandFailed { output, .. }) => {
            assert!(output.contains("failInfo:     badRequest"), "{output}");
        }
        other => panic!("a refusal, not {other:?}"),
    }
}

/// The device's row says `Failed` for that reason, and nothing was issued to anybody.
fn failed_for(admin: &Admin, device: &str, reason: &str) -> Result<(), Failure> {
    let row = admin.row(PROFILE, device)?;
    assert_eq!((&row["state"], &row["reason"]), (&"Failed".into(), &reason.into()), "{row}");
    assert_eq!(admin.certificates()?.len(), 0);
    Ok(())
}
