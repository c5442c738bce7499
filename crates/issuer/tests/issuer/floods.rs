//! Floods, by their numbers in the threat model: RSA starvation (TH-21), big and deep messages (TH-22), junk that would fill
//! logs, rows and metrics (TH-24).

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::{StreamExt as _, stream};
use reqwest::{Client, Response};
use scepter_issuer::IssuerConfiguration;
use scepter_issuer::configuration::{Limits, Period, Rate};
use scepter_scep::client::Inquiry;

use crate::sender::{Key, Sender, Travel, certification_request};
use crate::world::{World, new_key};

/// A client that sends from an address of its own.
pub(crate) fn client_at(address: [u8; 4]) -> Client {
    Client::builder().local_address(IpAddr::from(address)).build().unwrap()
}

pub(crate) async fn post(world: &World, client: &Client, message: &[u8]) -> Response {
    let url = format!("{}?operation=PKIOperation", world.scep_url());
    client.post(url).body(message.to_vec()).send().await.unwrap()
}

/// A whole message, well signed with a certificate of its sender's making, whose challenge nobody handed out.
pub(crate) async fn junk(world: &World) -> Vec<u8> {
    let ticket = world.ticket("laptop-2").await;
    let sender = Sender::self_made(&ticket.subject_der, Key::rsa());
    let nobodys = scepter_scep::Secret::new("nobodys-challenge".to_owned());
    let request = certification_request(&ticket, &sender.key, Some(&nobodys));
    sender.message(world, Inquiry::Enroll(&request), &Travel::default()).await
}

async fn limited(change: impl FnOnce(&mut Limits)) -> World {
    let mut configuration = IssuerConfiguration::laboratory().unwrap();
    change(&mut configuration.limits);
    World::furnished_as(configuration).await
}

pub(crate) async fn metrics(world: &World) -> String {
    let url = format!("http://{}/metrics", world.running.addresses().ops);
    reqwest::get(url).await.unwrap().text().await.unwrap()
}

/// The names and labels of everything that is measured.
async fn series(world: &World) -> BTreeSet<String> {
    let text = metrics(world).await;
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.rsplit_once(' ')).map(|(series, _)| series.to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn th_21_a_device_enrolls_in_two_seconds_while_one_source_floods_with_signed_junk() {
    let rate = Rate { requests: 20.try_into().unwrap(), per: Period::Second, burst: 100.try_into().unwrap() };
    let world = Arc::new(limited(|limits| limits.per_source = Some(rate)).await);
    let junk = Arc::new(junk(&world).await);
    let (ticket, key) = (world.ticket("laptop-1").await, new_key());
    let (is_over, refused) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let flood: Vec<_> = (0..64)
        .map(|_| {
            let (world, junk) = (Arc::clone(&world), Arc::clone(&junk));
            let (is_over, refused) = (Arc::clone(&is_over), Arc::clone(&refused));
            tokio::spawn(async move {
                let client = client_at([127, 0, 0, 66]);
                while !is_over.load(Ordering::Relaxed) {
                    if post(&world, &client, &junk).await.status() == 429 {
                        refused.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        })
        .collect();
    crate::world::eventually("the flood's limit", || async { refused.load(Ordering::Relaxed) > 100 }).await;

    let began = Instant::now();
    world.enroll_with(&ticket, &key).await.unwrap();
    let took = began.elapsed();

    is_over.store(true, Ordering::Relaxed);
    for sender in flood {
        sender.await.unwrap();
    }
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert_eq!(world.certificates().await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn th_21_a_full_rsa_queue_asks_for_another_try_and_then_serves() {
    let world = limited(|limits| limits.rsa_queue = 1.try_into().unwrap()).await;
    let (junk, client) = (junk(&world).await, Client::new());
    let answers: Vec<Response> =
        stream::iter(0..400).map(|_| post(&world, &client, &junk)).buffer_unordered(200).collect().await;
    let busy: Vec<&Response> = answers.iter().filter(|answer| answer.status() == 503).collect();
    assert!(!busy.is_empty() && busy.len() < answers.len(), "{} of {}", busy.len(), answers.len());
    for answer in &busy {
        assert_eq!(answer.headers()["retry-after"], "5");
    }
    assert!(answers.iter().all(|answer| answer.status() == 200 || answer.status() == 503));
    let counted = format!(r#"reason="Busy"}} {}"#, busy.len());
    let metrics = metrics(&world).await;
    assert!(metrics.contains(&counted), "{counted}: {metrics}");
    world.enroll(&world.ticket("laptop-1").await).await.unwrap();
}

#[tokio::test]
async fn th_22_a_message_may_have_64_kib_and_a_query_32_and_not_a_byte_more() {
    let world = World::empty().await;
    let client = Client::new();
    for (length, status) in [(64 * 1024, 400), (64 * 1024 + 1, 413)] {
        assert_eq!(post(&world, &client, &vec![0x30; length]).await.status(), status, "{length}");
    }
    let query = "operation=PKIOperation&message=";
    for (length, says) in [(32 * 1024, "base64"), (32 * 1024 + 1, "32768")] {
        let url = format!("{}?{query}{}", world.scep_url(), "!".repeat(length - query.len()));
        let answer = client.get(url).send().await.unwrap();
        assert_eq!(answer.status(), 400, "{length}");
        let text = answer.text().await.unwrap();
        assert!(text.contains(says), "{length}: {text}");
    }
}

#[tokio::test]
async fn th_22_nested_and_numerous_values_are_bad_requests_at_once() {
    let world = World::empty().await;
    let client = Client::new();
    let began = Instant::now();
    for bomb in [[0x30, 0x80].repeat(32 * 1024), [&[0x30, 0x80][..], &[0x05, 0x00].repeat(32_000)].concat()] {
        for _ in 0..50 {
            assert_eq!(post(&world, &client, &bomb).await.status(), 400);
        }
    }
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

/// One piece of junk of every kind that a stranger can send.
async fn strange(world: &World, client: &Client, junk: &[u8], number: usize) {
    let addresses = world.running.addresses();
    let scep = format!("http://{}", addresses.scep);
    for path in [
        format!("/{number}"),
        format!("/scep/{number}?operation=GetCACert"),
        format!("/scep/default?operation=GetCACaps{number}"),
        format!("/crl/{number}.crl"),
        format!("/ocsp/default/{number}"),
        format!("/ocsp/{number}/MFE"),
        format!("/ca/{number}.cer"),
    ] {
        client.get(format!("{scep}{path}")).send().await.unwrap();
    }
    client.post(format!("{scep}/scep/default")).body(number.to_string()).send().await.unwrap();
    if number.is_multiple_of(50) {
        post(world, client, junk).await;
    }
    let api = world.running.api_url();
    let guess = format!("Bearer {number}");
    for path in [format!("api/v1/{number}"), format!("api/v1/namespaces/{number}/devices")] {
        client.get(api.join(&path).unwrap()).header("Authorization", &guess).send().await.unwrap();
    }
    client.get(format!("http://{}/{number}", addresses.ops)).send().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn th_24_ten_thousand_junk_requests_leave_neither_a_series_nor_a_byte() {
    let world = World::furnished().await;
    let (junk, client) = (junk(&world).await, Client::new());
    strange(&world, &client, &junk, 0).await;
    let store = || {
        let size = |name: &str| std::fs::metadata(world.data.path().join(name)).map_or(0, |file| file.len());
        (size("store.sqlite"), size("store.sqlite-wal"))
    };
    let before = (series(&world).await, store());

    stream::iter(1..=1000).for_each_concurrent(8, |number| strange(&world, &client, &junk, number)).await;

    assert_eq!((series(&world).await, store()), before);
}
