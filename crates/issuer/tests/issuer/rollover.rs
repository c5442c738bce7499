//! One CA follows another (RFC 8894 §4.7, decision 0190).

use jiff::{SignedDuration, Timestamp};
use scepter_issuer::configuration::{AuthorityConfiguration, Creation, KeyKind, NextCa};
use scepter_policy::profile::Validity;
use scepter_policy::vocabulary::ValidityUnit;
use scepter_scep::client::read_next_authority;
use scepter_scep::{Algorithms, Limits};

use crate::world::World;

/// How far ahead the change is.
const AHEAD: SignedDuration = SignedDuration::from_hours(20 * 24);

/// A CA for a year, to issue in twenty days.
fn with_next(authority: &mut AuthorityConfiguration) {
    authority.next = Some(NextCa {
        ca_name: "default-next".parse().unwrap(),
        from: Timestamp::now() + AHEAD,
        create: Some(Creation {
            algorithm: KeyKind::P256,
            subject: "CN=Next CA".to_owned(),
            validity: Validity { value: 1, unit: ValidityUnit::Years },
        }),
        certificate_chain: None,
        signing_key: None,
        ra: None,
    });
}

async fn asked(world: &World, operation: &str) -> (reqwest::StatusCode, String, Vec<u8>) {
    let answer = reqwest::get(format!("{}?operation={operation}", world.scep_url())).await.unwrap();
    let content_type = answer.headers()["content-type"].to_str().unwrap().to_owned();
    (answer.status(), content_type, answer.bytes().await.unwrap().to_vec())
}

async fn announces_a_next_ca(world: &World) -> bool {
    let capabilities = world.scep().capabilities().await.unwrap();
    capabilities.iter().any(|capability| capability == "GetNextCACert")
}

async fn published(world: &World, path: &str) -> Vec<u8> {
    let url = format!("http://{}/{path}", world.running.addresses().scep);
    reqwest::get(url).await.unwrap().error_for_status().unwrap().bytes().await.unwrap().to_vec()
}

#[tokio::test]
async fn the_current_authority_vouches_for_the_next_ca() {
    let world = World::furnished_with(with_next).await;
    assert!(announces_a_next_ca(&world).await);
    let (status, content_type, body) = asked(&world, "GetNextCACert").await;
    assert_eq!(status, reqwest::StatusCode::OK);
    assert_eq!(content_type, "application/x-x509-next-ca-cert");
    let current = world.scep().authority().await.unwrap();
    let [signing, ..] = current.certificates() else { panic!("no certificates") };
    let next = read_next_authority(&body, signing, &Algorithms::default(), &Limits::default()).unwrap();
    assert_eq!(next.certificates[0], published(&world, "ca/default-next.cer").await);
    assert_eq!(next.certificates.len(), 3, "the CA and its RA");
    assert_ne!(published(&world, "ca/default.cer").await, next.certificates[0]);
}

#[tokio::test]
async fn without_a_next_ca_none_is_announced_and_the_question_is_a_bad_one() {
    let world = World::empty().await;
    assert!(!announces_a_next_ca(&world).await);
    assert_eq!(asked(&world, "GetNextCACert").await.0, reqwest::StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn when_its_time_has_come_the_next_ca_answers_and_is_no_longer_announced() {
    let world = World::furnished_with(with_next).await;
    let (before, next) =
        (world.scep().authority().await.unwrap(), published(&world, "ca/default-next.cer").await);
    world.clock.advance(AHEAD);
    let after = world.scep().authority().await.unwrap();
    assert_ne!(after.certificates(), before.certificates());
    assert!(after.certificates().contains(&next));
    assert!(!announces_a_next_ca(&world).await);
}
