//! GetCert and GetCRL: for holders of our certificates, and of certificates their own alone.

use jiff::SignedDuration;
use scepter_scep::client::Inquiry;
use scepter_scep::{FailInfo, IssuerAndSerial};

use crate::sender::{Key, Reply, Sender, certification_request};
use crate::world::{World, new_key};

async fn enrolled(world: &World, device: &str) -> Sender {
    let key = new_key();
    let enrolled = world.enroll_with(&world.ticket(device).await, &key).await.unwrap();
    Sender { key: Key::Rsa(key), certificate: enrolled.certificate }
}

const NOT_FOUND: Reply = Reply::Refused(FailInfo::BadCertId);
const REFUSED: Reply = Reply::Refused(FailInfo::BadRequest);

#[tokio::test]
async fn t15_a_device_gets_its_own_certificates_again_the_older_ones_too() {
    let world = World::furnished().await;
    let old = enrolled(&world, "laptop-1").await;
    assert_eq!(old.ask(&world, Inquiry::GetCert(&old.name())).await.certificate(), old.certificate);

    world.clock.advance(SignedDuration::from_hours(9 * 24));
    let ticket = world.ticket("laptop-1").await;
    let request = certification_request(&ticket, &Key::rsa(), None);
    let renewed = old.ask(&world, Inquiry::Renew(&request)).await.certificate();
    let name = IssuerAndSerial::of_certificate(&renewed).unwrap();
    assert_eq!(old.ask(&world, Inquiry::GetCert(&name)).await.certificate(), renewed);
}

#[tokio::test]
async fn t15_another_devices_certificate_and_one_that_does_not_exist_are_one_answer() {
    let world = World::furnished().await;
    let (one, other) = (enrolled(&world, "laptop-1").await, enrolled(&world, "laptop-2").await);
    assert_eq!(one.ask(&world, Inquiry::GetCert(&other.name())).await, NOT_FOUND);
    let ours = one.name();
    for serial in [&[1][..], &[0x41; 16], &[0x41; 40]] {
        let invented = IssuerAndSerial::new(ours.issuer_der(), serial).unwrap();
        assert_eq!(one.ask(&world, Inquiry::GetCert(&invented)).await, NOT_FOUND, "{serial:?}");
    }
    let foreign = IssuerAndSerial::new(&[0x30, 0x00], ours.serial_number()).unwrap();
    assert_eq!(one.ask(&world, Inquiry::GetCert(&foreign)).await, NOT_FOUND);
}

#[tokio::test]
async fn whoever_holds_none_of_our_certificates_learns_nothing() {
    let world = World::furnished().await;
    let device = enrolled(&world, "laptop-1").await;
    let stranger = Sender::self_made(&[0x30, 0x00], Key::rsa());
    for name in [device.name(), stranger.name()] {
        assert_eq!(stranger.ask(&world, Inquiry::GetCert(&name)).await, REFUSED);
        assert_eq!(stranger.ask(&world, Inquiry::GetCrl(&name)).await, REFUSED);
    }
}

#[tokio::test]
async fn an_expired_certificate_asks_for_nothing_any_more() {
    let world = World::furnished().await;
    let device = enrolled(&world, "laptop-1").await;
    world.clock.advance(SignedDuration::from_hours(10 * 24));
    assert_eq!(device.ask(&world, Inquiry::GetCert(&device.name())).await, REFUSED);
    assert_eq!(device.ask(&world, Inquiry::GetCrl(&device.name())).await, REFUSED);
}

#[tokio::test]
async fn t13_the_crl_comes_in_the_crls_of_the_answer_and_is_the_published_one() {
    let world = World::furnished().await;
    let device = enrolled(&world, "laptop-1").await;
    let Reply::Granted(granted) = device.ask(&world, Inquiry::GetCrl(&device.name())).await else {
        panic!("not granted")
    };
    assert!(granted.certificates.is_empty());
    let url = format!("http://{}/crl/default.crl", world.running.addresses().scep);
    let published = reqwest::get(url).await.unwrap().bytes().await.unwrap();
    assert_eq!(granted.crls, [published.to_vec()]);

    let foreign = IssuerAndSerial::new(&[0x30, 0x00], &[1]).unwrap();
    assert_eq!(device.ask(&world, Inquiry::GetCrl(&foreign)).await, NOT_FOUND);
}
