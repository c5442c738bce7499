//! What happens to a certificate afterwards.

use der::Decode as _;
use jiff::SignedDuration;
use scepter_issuer_api::{DeleteOutcome, Issuer as _, Mode};
use scepter_policy::vocabulary::DeviceState;
use x509_cert::crl::CertificateList;
use x509_cert::der::oid::AssociatedOid as _;
use x509_cert::ext::pkix::CrlNumber;

use crate::world::{World, eventually, inventory, key_of, profile};

/// The serial numbers on the authority's CRL, lower-case hex.
async fn revoked(world: &World) -> Vec<String> {
    let url = format!("http://{}/crl/default.crl", world.running.addresses().scep);
    let answer = reqwest::get(url).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/pkix-crl");
    let list: CertificateList = CertificateList::from_der(&answer.bytes().await.unwrap()).unwrap();
    let entries = list.tbs_cert_list.revoked_certificates.unwrap_or_default();
    entries.iter().map(|entry| hex::encode(entry.serial_number.as_bytes())).collect()
}

#[tokio::test]
async fn a_device_that_leaves_its_group_is_soon_on_the_revocation_list() {
    let world = World::furnished().await;
    let leaver = world.enroll(&world.ticket("laptop-1").await).await.unwrap();
    let stayer = world.enroll(&world.ticket("laptop-2").await).await.unwrap();
    assert!(revoked(&world).await.is_empty());

    world.put(&inventory(&["laptop-2"]), Mode::Apply).await;

    eventually("the leaver on the list", async || revoked(&world).await == [leaver.serial_number.clone()])
        .await;
    assert_eq!(world.row("laptop-1").await.state, DeviceState::Revoked);
    let row = world.row("laptop-2").await;
    assert_eq!((row.state, row.serial_number), (DeviceState::Issued, Some(stayer.serial_number)));
}

/// The number of the authority's CRL (RFC 5280 §5.2.3).
async fn list_number(world: &World) -> u64 {
    let url = format!("http://{}/crl/default.crl", world.running.addresses().scep);
    let answer = reqwest::get(url).await.unwrap().bytes().await.unwrap();
    let list: CertificateList = CertificateList::from_der(&answer).unwrap();
    let extensions = list.tbs_cert_list.crl_extensions.unwrap();
    let number = extensions.iter().find(|extension| extension.extn_id == CrlNumber::OID).unwrap();
    let number = CrlNumber::from_der(number.extn_value.as_bytes()).unwrap();
    number.0.as_bytes().iter().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

#[tokio::test]
async fn the_number_of_the_revocation_list_rises_across_restarts() {
    let world = World::empty().await;
    let before = list_number(&world).await;
    let world = world.restarted().await;
    assert!(list_number(&world).await > before);
}

#[tokio::test]
async fn a_list_that_the_requester_has_is_not_sent_again() {
    let world = World::empty().await;
    let url = format!("http://{}/crl/default.crl", world.running.addresses().scep);
    let answer = reqwest::get(&url).await.unwrap();
    let headers = answer.headers().clone();
    let length: usize = headers["content-length"].to_str().unwrap().parse().unwrap();
    assert_eq!(answer.bytes().await.unwrap().len(), length);
    assert!(headers["cache-control"].to_str().unwrap().contains("max-age="));

    let again = reqwest::Client::new().get(url).header("if-none-match", &headers["etag"]);
    let again = again.send().await.unwrap();
    assert_eq!(again.status(), reqwest::StatusCode::NOT_MODIFIED);
    assert_eq!(again.headers()["etag"], headers["etag"]);
}

#[tokio::test]
async fn deleting_a_profile_revokes_what_was_issued_under_it() {
    let world = World::furnished().await;
    let enrollment = world.enroll(&world.ticket("laptop-1").await).await.unwrap();
    let outcome = world.admin.delete(&key_of(&profile()), Mode::Apply).await.unwrap();
    assert_eq!(outcome, DeleteOutcome::Deleted { revoked: 1 });
    assert_eq!(world.admin.report(&key_of(&profile()), 1).await.unwrap(), None);
    eventually("the certificate on the list", async || {
        revoked(&world).await == [enrollment.serial_number.clone()]
    })
    .await;
}

#[tokio::test]
async fn a_certificate_comes_due_for_renewal_and_then_expires() {
    let world = World::furnished().await;
    world.enroll(&world.ticket("laptop-1").await).await.unwrap();
    let day = SignedDuration::from_hours(24);

    world.clock.advance(day * 9);
    let world = world.restarted().await;
    eventually("renewal", async || world.row("laptop-1").await.state == DeviceState::RenewalDue).await;
    assert_eq!(world.check_in("laptop-1").await.profiles.len(), 1, "it may renew with a new challenge");

    world.clock.advance(day * 2);
    let world = world.restarted().await;
    eventually("expiry", async || world.row("laptop-1").await.state == DeviceState::Expired).await;
}

#[tokio::test]
async fn the_issuing_certificate_is_published() {
    let world = World::empty().await;
    let url = format!("http://{}/ca/default.cer", world.running.addresses().scep);
    let answer = reqwest::get(url).await.unwrap().bytes().await.unwrap();
    let authority = world.admin.authorities().await.unwrap().items.remove(0);
    assert_eq!(answer, authority.root);
}
