//! What judging costs: once for each profile at a pull request, once for each profile and device at a check-in.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    missing_docs,
    reason = "a bench fails by panicking and exports nothing"
)]

use std::fs;
use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use scepter_crd::ScepProfile;
use scepter_policy::assign::{Assignment, assign};
use scepter_policy::filter::Filter;
use scepter_policy::inventory::{Device, Memberships};
use scepter_policy::profile::Profile;
use scepter_policy::resolve::resolve;
use scepter_policy::vocabulary::Platform;
use serde_json::json;

/// Goal on one core: 5 µs.
fn check(criterion: &mut Criterion) {
    for example in ["quickstart/corp-wifi-windows", "filters/corp-vpn"] {
        let manifest = manifest(example);
        criterion.bench_function(&format!("check {example}"), |bench| {
            bench.iter(|| black_box(&manifest).parse().unwrap());
        });
    }
}

/// Goal on one core: 5 µs.
fn resolve_one_device(criterion: &mut Criterion) {
    let device = laptop();
    for (example, group) in [("quickstart/corp-wifi-windows", "laptops"), ("filters/corp-vpn", "fleet")] {
        let profile = profile(example);
        let memberships = Memberships { device: [group.parse().unwrap()].into(), ..Memberships::default() };
        criterion.bench_function(&format!("resolve {example}"), |bench| {
            bench.iter(|| {
                let (profile, device) = (black_box(&profile), black_box(&device));
                let assignment = assign(&profile.aim(), device, None, &memberships);
                assert_eq!(assignment, Assignment::Targeted);
                resolve(profile, device, None).unwrap()
            });
        });
    }
}

/// Goal on one core: 1 µs.
fn filter(criterion: &mut Criterion) {
    let device = laptop();
    for (name, expression) in [
        ("version", "(device.operatingSystemVersion -ge 10.0.22000)"),
        ("contains", r#"(device.model -contains "book")"#),
        (
            "five comparisons",
            r#"((device.manufacturer -in ["Dell", "Lenovo", "Microsoft"]) and (device.model -notContains "Go"))
               and ((device.deviceOwnership -eq "Corporate") or (device.deviceCategory -eq $null))
               and (device.operatingSystemVersion -lt 10.0.26100)"#,
        ),
    ] {
        let filter = Filter::parse(expression, Platform::Windows10AndLater).unwrap();
        criterion.bench_function(&format!("filter {name}"), |bench| {
            bench.iter(|| black_box(&filter).matches(black_box(&device)).unwrap());
        });
    }
}

fn manifest(example: &str) -> ScepProfile {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../examples/{example}.yaml"));
    serde_saphyr::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn profile(example: &str) -> Profile {
    manifest(example).parse().unwrap().0
}

fn laptop() -> Device {
    serde_json::from_value(json!({
        "id": "laptop-1",
        "platform": "Windows10AndLater",
        "osVersion": "10.0.22631.4317",
        "osEdition": "Enterprise",
        "joinType": "Hybrid",
        "domainJoined": true,
        "tpm": true,
        "deviceName": "LAPTOP-1",
        "serialNumber": "PF0EXAMPLE01",
        "fullyQualifiedDomainName": "laptop-1.corp.example.com",
        "entraDeviceId": "6f1e0000-0000-4000-8000-000000000001",
        "manufacturer": "Microsoft",
        "model": "Surface Book 3",
        "ownership": "Corporate",
    }))
    .unwrap()
}

criterion_group!(benches, check, resolve_one_device, filter);
criterion_main!(benches);
