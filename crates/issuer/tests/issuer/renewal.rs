//! Renewal: by the certificate that is to be renewed, or by a fresh challenge.

use jiff::SignedDuration;
use scepter_issuer_api::Mode;
use scepter_policy::vocabulary::DeviceState;
use scepter_scep::FailInfo;
use scepter_scep::client::Inquiry;

use crate::sender::{Key, Reply, Sender, Travel, certification_request};
use crate::world::{World, inventory, new_key};

/// A device whose certificate of ten days is nine days old, and what it would ask for.
async fn with_old_certificate(world: &World, device: &str) -> (Sender, scepter_device::Ticket) {
    let ticket = world.ticket(device).await;
    let key = new_key();
    let enrolled = world.enroll_with(&ticket, &key).await.unwrap();
    world.clock.advance(SignedDuration::from_hours(9 * 24));
    (Sender { key: Key::Rsa(key), certificate: enrolled.certificate }, ticket)
}

#[tokio::test]
async fn a_certificate_in_its_window_renews_itself_by_either_type_of_message() {
    for as_enrollment in [false, true] {
        let world = World::furnished().await;
        let (old, ticket) = with_old_certificate(&world, "laptop-1").await;
        let request = certification_request(&ticket, &Key::rsa(), None);
        let inquiry = if as_enrollment { Inquiry::Enroll(&request) } else { Inquiry::Renew(&request) };
        let renewed = old.ask(&world, inquiry).await.certificate();
        assert_ne!(renewed, old.certificate);
        let row = world.row("laptop-1").await;
        assert_eq!(row.state, DeviceState::Issued);
        let thumbprint = scepter_pki::certificate::Thumbprints::of(&renewed).sha1.to_string();
        assert_eq!(row.sha1_thumbprint, Some(thumbprint));
        assert_eq!(world.certificates().await, 2);
    }
}

#[tokio::test]
async fn an_identical_renewal_gets_the_same_certificate_and_another_one_is_refused() {
    let world = World::furnished().await;
    let (old, ticket) = with_old_certificate(&world, "laptop-1").await;
    let request = certification_request(&ticket, &Key::rsa(), None);
    let renewed = old.ask(&world, Inquiry::Renew(&request)).await;
    assert_eq!(old.ask(&world, Inquiry::Renew(&request)).await, renewed);
    let other = certification_request(&ticket, &Key::rsa(), None);
    assert_eq!(old.ask(&world, Inquiry::Renew(&other)).await, Reply::Refused(FailInfo::BadRequest));
    assert_eq!(world.certificates().await, 2);
    assert_eq!(world.row("laptop-1").await.reason.as_deref(), Some("SignerSuperseded"));
}

#[tokio::test]
async fn a_certificate_before_its_window_or_after_its_end_is_not_renewed() {
    let world = World::furnished().await;
    let (old, ticket) = with_old_certificate(&world, "laptop-1").await;
    world.clock.advance(SignedDuration::from_hours(-4 * 24));
    let request = certification_request(&ticket, &Key::rsa(), None);
    assert_eq!(old.ask(&world, Inquiry::Renew(&request)).await, Reply::Refused(FailInfo::BadRequest));
    assert_eq!(world.row("laptop-1").await.reason.as_deref(), Some("RenewalNotDue"));
    world.clock.advance(SignedDuration::from_hours(5 * 24));
    assert_eq!(old.ask(&world, Inquiry::Renew(&request)).await, Reply::Refused(FailInfo::BadRequest));
    assert_eq!(world.row("laptop-1").await.reason.as_deref(), Some("SignerExpired"));
    assert_eq!(world.certificates().await, 1);
}

#[tokio::test]
async fn a_renewal_with_the_old_key_is_refused() {
    let world = World::furnished().await;
    let (old, ticket) = with_old_certificate(&world, "laptop-1").await;
    let request = certification_request(&ticket, &old.key, None);
    assert_eq!(old.ask(&world, Inquiry::Renew(&request)).await, Reply::Refused(FailInfo::BadRequest));
    assert_eq!(world.row("laptop-1").await.reason.as_deref(), Some("KeyReused"));
}

#[tokio::test]
async fn a_renewal_for_another_name_is_refused() {
    let world = World::furnished().await;
    let (old, _) = with_old_certificate(&world, "laptop-1").await;
    let other = world.ticket("laptop-2").await;
    let request = certification_request(&other, &Key::rsa(), None);
    assert_eq!(old.ask(&world, Inquiry::Renew(&request)).await, Reply::Refused(FailInfo::BadRequest));
    assert_eq!(world.row("laptop-1").await.reason.as_deref(), Some("SubjectNameMismatch"));
}

#[tokio::test]
async fn a_device_that_was_unassigned_renews_nothing_more() {
    let world = World::furnished().await;
    let (old, ticket) = with_old_certificate(&world, "laptop-1").await;
    world.put(&inventory(&["laptop-2"]), Mode::Apply).await;
    let request = certification_request(&ticket, &Key::rsa(), None);
    assert_eq!(old.ask(&world, Inquiry::Renew(&request)).await, Reply::Refused(FailInfo::BadRequest));
    assert_eq!(world.certificates().await, 1);
}

#[tokio::test]
async fn a_forged_certificate_with_our_name_and_serial_renews_nothing() {
    let world = World::furnished().await;
    let (old, ticket) = with_old_certificate(&world, "laptop-1").await;
    // The issuer's name and the device's serial number, over a key of the forger's own.
    let key = Key::rsa();
    let forged = forged(&old, &key);
    let sender = Sender { key, certificate: forged };
    assert_eq!(sender.name(), old.name());
    let request = certification_request(&ticket, &Key::rsa(), None);
    for inquiry in [Inquiry::Renew(&request), Inquiry::Enroll(&request)] {
        assert_eq!(sender.ask(&world, inquiry).await, Reply::Refused(FailInfo::BadRequest));
    }
    assert_eq!(world.certificates().await, 1);
    assert_eq!(world.row("laptop-1").await.reason, None, "a forger writes on nobody's row");
}

/// A certificate whose key was exchanged for another; nobody has signed it.
fn forged(genuine: &Sender, key: &Key) -> Vec<u8> {
    let (from, to) = (genuine.key.spki(), key.spki());
    assert_eq!(from.len(), to.len());
    let place = genuine.certificate.windows(from.len()).position(|part| part == from).unwrap();
    let mut forged = genuine.certificate.clone();
    forged[place..place + to.len()].copy_from_slice(to);
    forged
}

#[tokio::test]
async fn a_certificate_of_the_registration_authority_renews_nothing() {
    let world = World::furnished().await;
    let ticket = world.ticket("laptop-1").await;
    // Whoever had the RA's key; here nobody has, so that the signature is the thing that fails first.
    let ra = world.scep().authority().await.unwrap().certificates()[0].clone();
    let sender = Sender { key: Key::rsa(), certificate: ra };
    let request = certification_request(&ticket, &Key::rsa(), None);
    let reply = sender.message(&world, Inquiry::Renew(&request), &Travel::default()).await;
    let answer = world.scep().pki_operation(reply).await.unwrap();
    let refused = sender.read(&world, &answer, &Travel::default(), None).await;
    assert_eq!(refused, Reply::Refused(FailInfo::BadMessageCheck));
}

#[tokio::test]
async fn a_fresh_challenge_renews_whoever_signs_the_message() {
    let world = World::furnished().await;
    let (old, _) = with_old_certificate(&world, "laptop-1").await;
    let fresh = world.ticket("laptop-1").await;
    let request = certification_request(&fresh, &Key::rsa(), Some(&fresh.challenge));
    assert_ne!(old.ask(&world, Inquiry::Enroll(&request)).await.certificate(), old.certificate);
}

#[tokio::test]
async fn a_challenge_in_another_devices_hands_is_refused_and_told_on_its_own_row() {
    let world = World::furnished().await;
    let (thief, _) = with_old_certificate(&world, "laptop-2").await;
    let stolen = world.ticket("laptop-1").await;
    let request = certification_request(&stolen, &Key::rsa(), Some(&stolen.challenge));
    assert_eq!(thief.ask(&world, Inquiry::Enroll(&request)).await, Reply::Refused(FailInfo::BadRequest));
    let row = world.row("laptop-1").await;
    assert_eq!(row.reason.as_deref(), Some("SigningCertThumbprintMismatch"));
    assert_eq!(world.certificates().await, 1);
}

#[tokio::test]
async fn a_bad_challenge_does_not_fall_back_to_the_signer() {
    let world = World::furnished().await;
    let (old, ticket) = with_old_certificate(&world, "laptop-1").await;
    for bad in ["", "wrong", "AAAAAAAAAAAAAAAAAAAAAA.wrong"] {
        let challenge = scepter_scep::Secret::new(bad.to_owned());
        let request = certification_request(&ticket, &Key::rsa(), Some(&challenge));
        assert_eq!(
            old.ask(&world, Inquiry::Renew(&request)).await,
            Reply::Refused(FailInfo::BadRequest),
            "{bad:?}"
        );
    }
    assert_eq!(world.certificates().await, 1);
}
