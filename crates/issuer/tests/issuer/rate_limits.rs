//! Who asks too much is told to come later, and nobody else notices.

use reqwest::{Client, Response};
use scepter_issuer::IssuerConfiguration;
use scepter_issuer::configuration::{Limits, Period, Rate};
use scepter_policy::vocabulary::DeviceState;

use crate::floods::{client_at, junk, metrics};
use crate::world::World;

/// So many, and then none for an hour: what is left does not depend on how fast a test runs.
fn only(burst: u32) -> Rate {
    Rate { requests: 1.try_into().unwrap(), per: Period::Hour, burst: burst.try_into().unwrap() }
}

async fn limited(change: impl FnOnce(&mut Limits)) -> World {
    let mut configuration = IssuerConfiguration::laboratory().unwrap();
    change(&mut configuration.limits);
    World::furnished_as(configuration).await
}

/// A message that says for whom it was forwarded.
async fn post(world: &World, client: &Client, message: &[u8], forwarded_for: &str) -> Response {
    let url = format!("{}?operation=PKIOperation", world.scep_url());
    let request = client.post(url).header("X-Forwarded-For", forwarded_for);
    request.body(message.to_vec()).send().await.unwrap()
}

#[tokio::test]
async fn a_source_that_sends_too_much_is_told_to_come_later_and_another_is_heard() {
    let world = limited(|limits| limits.per_source = Some(only(3))).await;
    let junk = junk(&world).await;
    let (flood, other) = (client_at([127, 0, 0, 2]), client_at([127, 0, 0, 3]));
    for _ in 0..3 {
        assert_eq!(post(&world, &flood, &junk, "").await.status(), 200);
    }
    for forged in ["", "198.51.100.1", "198.51.100.2, 127.0.0.3"] {
        let answer = post(&world, &flood, &junk, forged).await;
        assert_eq!(answer.status(), 429, "{forged}");
        let wait: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=3600).contains(&wait), "{wait}");
    }
    assert_eq!(post(&world, &other, &junk, "").await.status(), 200);
    let capabilities = format!("{}?operation=GetCACaps", world.scep_url());
    assert_eq!(flood.get(capabilities).send().await.unwrap().status(), 200, "what costs little is answered");
    let counted =
        r#"scep_requests_total{operation="PKIOperation",result="error",reason="SourceRateLimited"} 3"#;
    let metrics = metrics(&world).await;
    assert!(metrics.contains(counted), "{metrics}");
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_has_its_own_limit() {
    let proxy = "127.0.0.0/30".parse().unwrap();
    let world = limited(|limits| {
        limits.per_source = Some(only(1));
        limits.trusted_proxies = vec![proxy];
    })
    .await;
    let junk = junk(&world).await;
    let (proxy, stranger) = (client_at([127, 0, 0, 2]), client_at([127, 0, 0, 9]));
    let mut statuses = Vec::new();
    for (client, forwarded_for) in [
        (&proxy, "198.51.100.1"),
        (&proxy, "198.51.100.9, 198.51.100.1"),
        (&proxy, "198.51.100.2"),
        (&stranger, "198.51.100.3"),
        (&stranger, "198.51.100.4"),
    ] {
        statuses.push(post(&world, client, &junk, forwarded_for).await.status().as_u16());
    }
    assert_eq!(statuses, [200, 429, 200, 200, 429]);
}

#[tokio::test]
async fn a_refusal_that_would_have_to_be_signed_counts_as_well() {
    let world = limited(|limits| limits.per_source = Some(only(1))).await;
    let mut forged = junk(&world).await;
    *forged.last_mut().unwrap() ^= 1;
    let client = Client::new();
    assert_eq!(post(&world, &client, &forged, "").await.status(), 200, "a signed badMessageCheck");
    assert_eq!(post(&world, &client, &forged, "").await.status(), 429);
}

#[tokio::test]
async fn a_device_that_asks_too_often_is_heard_again_later_and_its_row_says_so_once() {
    let world = limited(|limits| limits.per_device = Some(only(2))).await;
    let ticket = world.ticket("laptop-1").await;
    let message = world.enroll(&ticket).await.unwrap().message;
    let client = Client::new();
    assert_eq!(post(&world, &client, &message, "").await.status(), 200, "the identical retry");
    for _ in 0..5 {
        let answer = post(&world, &client, &message, "").await;
        assert_eq!(answer.status(), 429);
        assert!(answer.headers().contains_key("retry-after"));
    }
    let row = world.row("laptop-1").await;
    assert_eq!((row.state, row.reason.as_deref()), (DeviceState::Issued, Some("RateLimited")));
    assert_eq!(world.certificates().await, 1);
    world.enroll(&world.ticket("laptop-2").await).await.expect("another device is heard");
}

#[tokio::test]
async fn an_authority_that_is_asked_too_much_is_unavailable_and_another_is_not() {
    let world = {
        let mut configuration = IssuerConfiguration::laboratory().unwrap();
        let mut second = configuration.authorities[0].clone();
        second.name = "second".parse().unwrap();
        configuration.authorities.push(second);
        configuration.limits.per_authority = Some(only(1));
        World::furnished_as(configuration).await
    };
    let junk = junk(&world).await;
    let client = Client::new();
    assert_eq!(post(&world, &client, &junk, "").await.status(), 200);
    let answer = post(&world, &client, &junk, "").await;
    assert_eq!(answer.status(), 503);
    assert!(answer.headers().contains_key("retry-after"));
    let second = world.scep_url().join("second?operation=PKIOperation").unwrap();
    assert_eq!(client.post(second).body(junk).send().await.unwrap().status(), 200);
}
