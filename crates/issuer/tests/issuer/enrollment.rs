//! The way to a certificate, and back into the report.

use jiff::SignedDuration;
use scepter_device::DeviceKey;
use scepter_issuer_api::{DeviceReport, MintRequest, MintTarget, ReportedOutcome};
use scepter_pki::certificate::{Thumbprints, describe_certificate};
use scepter_policy::identity::Association;
use scepter_policy::vocabulary::DeviceState;
use scepter_scep::client::{Answer, Expected, read_answer};
use scepter_scep::{Algorithms, Limits, Secret};

use crate::world::{World, id, name, namespace, new_key, ticket};

#[tokio::test]
async fn a_device_enrolls_reports_and_shows_as_installed() {
    let world = World::furnished().await;
    assert_eq!(world.row("laptop-1").await.state, DeviceState::Pending);

    let ticket = world.ticket("laptop-1").await;
    assert_eq!(world.row("laptop-1").await.state, DeviceState::ChallengeIssued);

    let enrollment = world.enroll(&ticket).await.unwrap();
    let row = world.row("laptop-1").await;
    assert_eq!(row.state, DeviceState::Issued);
    assert_eq!(row.serial_number, Some(enrollment.serial_number.clone()));
    assert_eq!(row.sha1_thumbprint, Some(Thumbprints::of(&enrollment.certificate).sha1.to_string()));

    let report = DeviceReport::Certificate {
        profile: name("wifi"),
        association: Association::Own,
        serial_number: Some(enrollment.serial_number),
        outcome: ReportedOutcome::Installed,
    };
    world.admin.report_from_device(&namespace(), &id("laptop-1"), &report).await.unwrap();
    assert_eq!(world.row("laptop-1").await.state, DeviceState::Installed);
    assert_eq!(world.report().await.summary.installed, 1);
    assert!(world.check_in("laptop-1").await.profiles.is_empty(), "nothing is left to enroll for");
}

#[tokio::test]
async fn a_certificate_says_what_the_profile_says() {
    let world = World::furnished().await;
    let enrollment = world.enroll(&world.ticket("laptop-2").await).await.unwrap();
    let facts = describe_certificate(&enrollment.certificate).unwrap();
    assert_eq!(facts.subject, "CN=LAPTOP-2,O=Acme");
    let lifetime = facts.not_after.duration_since(facts.not_before);
    let ten_days = SignedDuration::from_hours(240);
    assert!((lifetime - ten_days).abs() <= SignedDuration::from_mins(10), "{lifetime}");
    let authority = world.admin.authorities().await.unwrap().items.remove(0);
    assert_eq!(facts.issuer, authority.certificate.subject);
    assert!(facts.not_after < authority.certificate.not_after);
}

#[tokio::test]
async fn a_profile_waits_until_its_root_was_reported() {
    let world = World::furnished().await;
    let first = world.check_in("laptop-1").await;
    assert_eq!(first.roots.len(), 1);
    assert!(first.profiles.is_empty());
    assert_eq!(first.pending[0].reason, "RootNotDelivered");
    assert_eq!(world.row("laptop-1").await.reason.as_deref(), Some("RootNotDelivered"));

    world.report_root("laptop-1").await;
    let second = world.check_in("laptop-1").await;
    assert!(second.roots[0].installed);
    assert_eq!(second.profiles.len(), 1);
}

#[tokio::test]
async fn an_identical_retry_gets_the_same_certificate() {
    let world = World::furnished().await;
    let key = new_key();
    let enrollment = world.enroll_with(&world.ticket("laptop-1").await, &key).await.unwrap();
    for _ in 0..3 {
        let again = world.scep().pki_operation(enrollment.message.clone()).await.unwrap();
        assert_eq!(granted(&world, &enrollment.message, &again, &key).await, enrollment.certificate);
    }
    assert_eq!(world.certificates().await, 1);
}

#[tokio::test]
async fn an_identical_retry_after_a_restart_gets_the_same_certificate() {
    let world = World::furnished().await;
    let key = new_key();
    let enrollment = world.enroll_with(&world.ticket("laptop-1").await, &key).await.unwrap();
    let world = world.restarted().await;
    let again = world.scep().pki_operation(enrollment.message.clone()).await.unwrap();
    assert_eq!(granted(&world, &enrollment.message, &again, &key).await, enrollment.certificate);
}

#[tokio::test]
async fn an_admin_mints_a_challenge_before_the_root_was_reported() {
    let world = World::furnished().await;
    let request = MintRequest { devices: MintTarget::Device(id("laptop-1")) };
    let minted = world.admin.mint(&namespace(), &name("wifi"), &request).await.unwrap().minted.remove(0);
    assert_eq!(minted.subject, "CN=LAPTOP-1,O=Acme");
    assert_eq!(minted.san, ["dns:LAPTOP-1.acme.example"]);
    assert_eq!(minted.url, world.scep_url().as_str());

    let delivery = world.delivery("laptop-1").await;
    let mut ticket = ticket(&delivery);
    let minted = world.admin.mint(&namespace(), &name("wifi"), &request).await.unwrap().minted.remove(0);
    ticket.challenge = Secret::new(minted.challenge);
    world.enroll(&ticket).await.unwrap();
}

#[tokio::test]
async fn challenges_for_all_go_to_the_assigned_devices_only() {
    let world = World::furnished().await;
    let request = MintRequest { devices: MintTarget::All };
    let answer = world.admin.mint(&namespace(), &name("wifi"), &request).await.unwrap();
    let devices: Vec<_> = answer.minted.iter().map(|minted| minted.device.as_str()).collect();
    assert_eq!(devices, ["laptop-1", "laptop-2"]);
    assert!(answer.not_minted.is_empty());
}

/// The certificate in an answer to a message.
async fn granted(world: &World, message: &[u8], answer: &[u8], key: &DeviceKey) -> Vec<u8> {
    let verified =
        scepter_scep::parse(message, &Limits::default()).unwrap().verify(&Algorithms::default()).unwrap();
    let to = verified.reply_to();
    let authority = world.scep().authority().await.unwrap();
    let expected = Expected {
        transaction_id: to.transaction().id(),
        sender_nonce: to.transaction().sender_nonce(),
        signers: authority.certificates(),
    };
    let answer = read_answer(answer, &Limits::default()).unwrap();
    match answer.verify(&expected, &Algorithms::default()).unwrap() {
        Answer::Granted(sealed) => {
            let wrapped = sealed.wrapped_key(to.signer().issuer_and_serial()).unwrap();
            let content_key = key.unwrap(&wrapped).unwrap();
            sealed.open(&content_key).unwrap().certificates.remove(0)
        }
        Answer::Refused { fail_info, .. } => panic!("refused: {fail_info:?}"),
        Answer::Pending => panic!("pending"),
    }
}
