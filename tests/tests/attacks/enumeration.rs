//! TH-09 and TH-17: what can be had by asking, and whom a device asks.

use std::time::SystemTime;

use aws_lc_rs::rand;
use scepter_device::{DeviceKey, EnrollError, ScepServer, Ticket, Trust, enroll};
use scepter_scep::client::Inquiry;
use scepter_scep::{FailInfo, IssuerAndSerial, Secret};

use crate::range::{BADGE, BRANCH, Range};
use crate::sender::{Reply, Sender};
use crate::table::Attack;

#[tokio::test]
async fn th_09_getcert_gives_nobody_anothers_certificate() {
    let range = Range::open().await;
    let mut attack = Attack::new(
        "TH-09",
        "GetCert for another device's serial number and for guessed ones; by a stranger",
    );
    let [one, other] = [
        Sender::enrolled(&range, &range.ticket(BADGE, "scanner-1").await).await,
        Sender::enrolled(&range, &range.ticket(BADGE, "scanner-2").await).await,
    ];
    let stranger = Sender::self_made(&range.ticket(BADGE, "scanner-3").await.subject_der);
    let mut wanted = vec![other.name()];
    for _ in 0..50 {
        let mut serial = [0; 16];
        rand::fill(&mut serial).unwrap();
        wanted.push(IssuerAndSerial::new(one.name().issuer_der(), &serial).unwrap());
    }
    for name in &wanted {
        let reply = one.ask(&range, Inquiry::GetCert(name)).await;
        assert_eq!(reply, Reply::Refused(FailInfo::BadCertId), "the same for what exists and what does not");
        attack.tried();
    }
    for name in [one.name(), other.name(), stranger.name()] {
        for inquiry in [Inquiry::GetCert(&name), Inquiry::GetCrl(&name)] {
            assert_eq!(stranger.ask(&range, inquiry).await, Reply::Refused(FailInfo::BadRequest));
            attack.tried();
        }
    }
    range.conclude(attack, 2).await;
}

#[tokio::test]
async fn th_17_a_device_that_was_told_its_ca_sends_nothing_to_another() {
    let range = Range::open().await;
    let mut attack = Attack::new("TH-17", "GetCACert answered by somebody in between");
    let delivered = range.delivered(BADGE, "scanner-1").await;
    let ticket = Ticket {
        challenge: Secret::new(delivered.challenge),
        subject_der: delivered.subject_der,
        san_der: delivered.san_der,
        key_usages: delivered.key_usages,
        extended_key_usages: delivered.extended_key_usages,
        ca_thumbprint: Some(delivered.ca_thumbprint),
    };
    let imposter = ScepServer::new(range.up.scep(BRANCH).parse().unwrap(), &Trust::Platform).unwrap();
    let key = DeviceKey::generate(2048).unwrap();
    let refused = enroll(&imposter, &ticket, &key, SystemTime::now()).await.unwrap_err();
    assert!(matches!(refused, EnrollError::Imposter(_)), "{refused}");
    assert_eq!(range.refusals().await.len(), 0, "the challenge was not sent");
    attack.tried();
    attack.saw("the device aborts before it sends its challenge");

    let genuine = ScepServer::new(range.up.scep("default").parse().unwrap(), &Trust::Platform).unwrap();
    enroll(&genuine, &ticket, &key, SystemTime::now()).await.unwrap();
    range.conclude(attack, 1).await;
}
