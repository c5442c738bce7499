//! The order of the servers.

use std::convert::Infallible;

use scepter_payload::ServerUrls;
use scepter_policy::vocabulary::Platform;

use super::sample::{self, Sample};

/// The order that these numbers draw.
fn drawn(platform: Platform, numbers: &[u64]) -> ServerUrls {
    let sample = Sample::new(&sample::fields(platform), &sample::device("d1", platform));
    let mut numbers = numbers.iter().copied();
    ServerUrls::draw(&sample.profile, || Ok::<_, Infallible>(numbers.next().unwrap())).unwrap()
}

const A: &str = "https://a.example.com/scep";
const B: &str = "https://b.example.com/scep";

#[test]
fn windows_tries_all_servers_in_the_order_that_was_drawn() {
    assert_eq!(drawn(Platform::Windows10AndLater, &[1, 2]).all(), [A, B]);
    assert_eq!(drawn(Platform::Windows10AndLater, &[2, 1]).all(), [B, A]);
    let mut sample = Sample::new(
        &sample::fields(Platform::Windows10AndLater),
        &sample::device("laptop-1", Platform::Windows10AndLater),
    );
    sample.urls = drawn(Platform::Windows10AndLater, &[2, 1]);
    assert!(sample.payload().body.contains(&format!("{B};{A}")));
}

#[test]
fn apple_devices_are_sent_one_server_the_first_that_was_drawn() {
    for platform in [Platform::Ios, Platform::Macos] {
        let mut sample = Sample::new(&sample::fields(platform), &sample::device("d1", platform));
        sample.urls = drawn(platform, &[2, 1]);
        let body = sample.payload().body;
        assert!(body.contains(B) && !body.contains(A), "{body}");
    }
}

#[test]
fn android_devices_draw_themselves_from_the_list_as_written() {
    assert_eq!(drawn(Platform::AndroidAosp, &[]).all(), [A, B]);
}

#[test]
fn a_source_without_randomness_draws_nothing() {
    let platform = Platform::Ios;
    let sample = Sample::new(&sample::fields(platform), &sample::device("d1", platform));
    assert_eq!(ServerUrls::draw(&sample.profile, || Err("none")), Err("none"));
}
