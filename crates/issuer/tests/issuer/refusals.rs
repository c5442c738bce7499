//! Requests that are whole and still get nothing.

use jiff::SignedDuration;
use scepter_device::{EnrollError, Ticket};
use scepter_issuer_api::Mode;
use scepter_policy::name::DistinguishedName;
use scepter_policy::san::GeneralName;
use scepter_policy::vocabulary::{DeviceState, KeyUsage};
use scepter_scep::{FailInfo, Secret};

use crate::world::{World, inventory, new_key};

/// Enrolls, expects a refusal, and gives back the reason on the device's row.
async fn refused(world: &World, ticket: &Ticket, device: &str) -> Option<String> {
    let before = world.certificates().await;
    match world.enroll(ticket).await {
        Err(EnrollError::Refused { code, text: None }) => assert_eq!(code, FailInfo::BadRequest),
        other => panic!("not refused: {other:?}"),
    }
    assert_eq!(world.certificates().await, before, "nothing is issued");
    world.row(device).await.reason
}

#[tokio::test]
async fn a_used_challenge_with_another_request_is_refused_and_shows_on_the_row() {
    let world = World::furnished().await;
    let ticket = world.ticket("laptop-1").await;
    world.enroll(&ticket).await.unwrap();
    assert_eq!(refused(&world, &ticket, "laptop-1").await.as_deref(), Some("ChallengeUsed"));
    let row = world.row("laptop-1").await;
    assert_eq!(row.state, DeviceState::Issued, "the thief's attempt does not take the certificate away");
}

#[tokio::test]
async fn an_expired_challenge_is_refused() {
    let world = World::furnished().await;
    let ticket = world.ticket("laptop-1").await;
    world.clock.advance(SignedDuration::from_mins(61));
    assert_eq!(refused(&world, &ticket, "laptop-1").await.as_deref(), Some("ChallengeExpired"));
    assert_eq!(world.row("laptop-1").await.state, DeviceState::Failed);
}

#[tokio::test]
async fn a_challenge_is_void_the_moment_its_assignment_ends() {
    let world = World::furnished().await;
    let ticket = world.ticket("laptop-1").await;
    world.put(&inventory(&["laptop-2"]), Mode::Apply).await;
    let failed = world.enroll(&ticket).await.unwrap_err();
    assert!(matches!(failed, EnrollError::Refused { code: FailInfo::BadRequest, .. }), "{failed:?}");
    assert_eq!(world.certificates().await, 0);
}

#[tokio::test]
async fn an_older_challenge_dies_with_a_newer_check_in() {
    let world = World::furnished().await;
    let older = world.ticket("laptop-1").await;
    let newer = world.ticket("laptop-1").await;
    assert_eq!(refused(&world, &older, "laptop-1").await.as_deref(), Some("ChallengeExpired"));
    world.enroll(&newer).await.unwrap();
}

#[tokio::test]
async fn a_guessed_challenge_is_refused_and_leaves_no_trace_on_any_row() {
    let world = World::furnished().await;
    let ticket = world.ticket("laptop-1").await;
    let id = ticket.challenge.expose().split_once('.').unwrap().0.to_owned();
    for challenge in [format!("{id}.guess"), "unknown.guess".to_owned(), "no-dot".to_owned(), String::new()] {
        let guessed = Ticket { challenge: Secret::new(challenge), ..ticket.clone() };
        assert_eq!(refused(&world, &guessed, "laptop-1").await, None);
    }
    assert_eq!(world.row("laptop-1").await.state, DeviceState::ChallengeIssued);
    world.enroll(&ticket).await.unwrap();
}

#[tokio::test]
async fn a_stolen_challenge_is_worth_nothing_for_another_name() {
    let world = World::furnished().await;
    let stolen = world.ticket("laptop-1").await;
    let own = world.ticket("laptop-2").await;
    let ticket = Ticket { challenge: stolen.challenge, ..own };
    assert_eq!(refused(&world, &ticket, "laptop-1").await.as_deref(), Some("SubjectNameMismatch"));
}

#[tokio::test]
async fn a_request_that_differs_in_any_field_is_refused_with_the_field() {
    let world = World::furnished().await;
    let right = world.ticket("laptop-1").await;
    let names = |names: &[GeneralName]| GeneralName::encode_all(names).unwrap();
    let own = GeneralName::Dns("LAPTOP-1.acme.example".into());
    let upn = GeneralName::Upn("administrator@acme.example".into());
    let tls_server = "1.3.6.1.5.5.7.3.1".to_owned();
    let wrong = [
        (
            Ticket { subject_der: DistinguishedName::default().to_der().unwrap(), ..right.clone() },
            "SubjectNameMissing",
        ),
        (Ticket { san_der: Vec::new(), ..right.clone() }, "SubjectAltNameMissing"),
        (Ticket { san_der: names(&[own, upn.clone()]), ..right.clone() }, "SubjectAltNameMismatch"),
        (Ticket { san_der: names(&[upn]), ..right.clone() }, "SubjectAltNameMismatch"),
        (Ticket { key_usages: vec![KeyUsage::DigitalSignature], ..right.clone() }, "KeyUsageMismatch"),
        (Ticket { extended_key_usages: vec![tls_server], ..right.clone() }, "EnhancedKeyUsageMismatch"),
    ];
    for (ticket, reason) in wrong {
        assert_eq!(refused(&world, &ticket, "laptop-1").await.as_deref(), Some(reason));
    }
    world.enroll(&right).await.unwrap();
}

#[tokio::test]
async fn a_key_of_another_size_is_refused() {
    let world = World::furnished().await;
    let ticket = world.ticket("laptop-1").await;
    let key = scepter_device::DeviceKey::generate(3072).unwrap();
    let failed = world.enroll_with(&ticket, &key).await.unwrap_err();
    assert!(matches!(failed, EnrollError::Refused { .. }), "{failed:?}");
    assert_eq!(world.row("laptop-1").await.reason.as_deref(), Some("KeyLengthMismatch"));
}

#[tokio::test]
async fn a_key_that_was_certified_before_is_refused() {
    let world = World::furnished().await;
    let key = new_key();
    world.enroll_with(&world.ticket("laptop-1").await, &key).await.unwrap();
    let failed = world.enroll_with(&world.ticket("laptop-2").await, &key).await.unwrap_err();
    assert!(matches!(failed, EnrollError::Refused { .. }), "{failed:?}");
    assert_eq!(world.row("laptop-2").await.reason.as_deref(), Some("KeyReused"));
}
