//! `scepter load` against a real issuer, small.

use serde_json::Value;

use super::scepter::{Ended, Serving, quickstart, run};

fn up() -> Serving {
    Serving::start(["up".as_ref(), "--manifests".as_ref(), quickstart().as_os_str()])
}

/// A load of the quickstart's laptops.
fn load(up: &Serving, arguments: &[&str]) -> Ended {
    let laptops =
        ["load", "--profile", "default/corp-wifi-windows", "--via", up.address("scep"), "-o", "json"];
    up.ask(&[&laptops, arguments].concat())
}

fn rounds(ended: &Ended) -> Vec<Value> {
    let report: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{ended:?}"));
    report["rounds"].as_array().unwrap().clone()
}

#[test]
fn each_request_of_each_round_brings_a_certificate_that_the_issuer_has() {
    let up = up();
    let pid = up.pid().to_string();
    let ended = load(&up, &["--requests", "4", "--concurrency", "1,3", "--server-pid", &pid]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let rounds = rounds(&ended);
    assert_eq!(rounds.len(), 2);
    for (round, concurrency) in rounds.iter().zip([1, 3]) {
        assert_eq!(round["concurrency"], concurrency);
        assert_eq!((&round["successes"], &round["distinctSerials"]), (&4.into(), &4.into()), "{round}");
        assert!(round["server"]["peakMemoryBytes"].as_u64().unwrap() > 1024 * 1024, "{round}");
        let latency =
            ["p50", "p90", "p99", "max"].map(|name| round["latencyMilliseconds"][name].as_f64().unwrap());
        assert!(latency[0] > 0.0 && latency.is_sorted(), "{round}");
    }
    let listed = up.ask(&["get", "certificates", "-o", "json"]);
    let listed: Vec<Value> = serde_json::from_str(&listed.stdout).unwrap();
    assert_eq!(listed.len(), 8);
}

#[test]
fn a_load_with_more_requests_than_devices_sends_none_and_says_how_many_there_are() {
    let up = up();
    let ended = load(&up, &["--requests", "1000"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.only_error().contains("10 devices are waiting"), "{ended:?}");
    assert!(up.ask(&["get", "certificates"]).stdout.lines().count() <= 1);
}

#[test]
fn a_challenge_that_the_server_does_not_know_is_counted_as_refused_not_as_a_success() {
    let up = up();
    let url = format!("{}/scep/default", up.address("scep").trim_end_matches('/'));
    let ended = run(["load", "--scep-url", &url, "--challenge", "guessed", "--requests", "3", "-o", "json"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let [round] = rounds(&ended).try_into().unwrap();
    assert_eq!((&round["successes"], &round["shortfalls"]["failInfo 2"]), (&0.into(), &3.into()), "{round}");
}

#[test]
fn a_server_elsewhere_is_not_loaded_unless_it_is_allowed() {
    let ended = run(["load", "--scep-url", "http://scep.example.com/scep", "--challenge", "secret"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.only_error().contains("--allow-remote"), "{ended:?}");
}

#[test]
fn a_load_out_of_bounds_is_a_mistake_in_usage() {
    for bad in [["--requests", "0"], ["--requests", "100001"], ["--concurrency", "1025"]] {
        let ended = run([&["load", "--profile", "default/corp-wifi-windows"], &bad[..]].concat());
        assert_eq!(ended.code, Some(2), "{bad:?} {ended:?}");
    }
}

#[test]
fn a_process_that_is_not_there_is_named_before_anything_is_sent() {
    let ended = run(["load", "--profile", "default/x", "--server-pid", "4294967295"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.only_error().contains("/proc/4294967295/stat"), "{ended:?}");
}
