//! The quickstart through `scepter up`: what its README promises, and that mistakes stay where they are made.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::exit_codes::{copy_quickstart, replace};
use super::scepter::{Serving, quickstart};

/// `scepter up` on a copy of the quickstart that a test may change.
struct Tour {
    manifests: TempDir,
    up: Serving,
}

impl Tour {
    fn begin(prepare: impl FnOnce(&Path)) -> Self {
        let manifests = tempfile::tempdir().unwrap();
        copy_quickstart(manifests.path());
        prepare(manifests.path());
        let up = up(manifests.path());
        Self { manifests, up }
    }

    /// Changes a text in one of the manifests.
    fn change(&self, file: &str, from: &str, to: &str) {
        replace(&self.manifests.path().join(file), from, to);
    }
}

fn up(manifests: &Path) -> Serving {
    Serving::start(["up".as_ref(), "--manifests".as_ref(), manifests.as_os_str()])
}

/// An object's status as `scepter up` keeps it.
fn status(up: &Serving, plural: &str, name: &str) -> Value {
    let file = up.file(&format!("status/default/{plural}/{name}.yaml"));
    let object: Value = serde_saphyr::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    object["status"].clone()
}

/// Asks again until it is so: the statuses follow the devices, and the manifests, by a moment.
fn until(up: &Serving, profile: &str, so: impl Fn(&Value) -> bool) -> Value {
    until_of(up, "scepprofiles", profile, so)
}

fn until_of(up: &Serving, plural: &str, name: &str, so: impl Fn(&Value) -> bool) -> Value {
    let end = Instant::now() + Duration::from_mins(1);
    loop {
        let status = status(up, plural, name);
        if so(&status) {
            return status;
        }
        assert!(Instant::now() < end, "{name} stays at {status:#}");
        thread::sleep(Duration::from_millis(100));
    }
}

fn has_installed(count: u64) -> impl Fn(&Value) -> bool {
    move |status| status["summary"]["installed"] == count
}

/// A device's row as `STATE REASON`, if it has one.
fn row(status: &Value, device: &str) -> Option<String> {
    let rows = status["devices"].as_array().unwrap();
    let row = rows.iter().find(|row| row["device"] == device)?;
    let reason = row["reason"].as_str().unwrap_or_default();
    Some(format!("{} {reason}", row["state"].as_str().unwrap()).trim_end().to_owned())
}

/// `status` and `reason` of a condition.
fn condition(status: &Value, kind: &str) -> (String, String) {
    let all = status["conditions"].as_array().unwrap();
    let one = all.iter().find(|condition| condition["type"] == kind).unwrap();
    (one["status"].as_str().unwrap().to_owned(), one["reason"].as_str().unwrap().to_owned())
}

fn counts(status: &Value) -> [u64; 4] {
    ["assigned", "installed", "pending", "failed"].map(|count| status["summary"][count].as_u64().unwrap())
}

#[test]
fn the_statuses_are_those_that_the_readme_of_the_quickstart_promises() {
    let up = up(&quickstart());
    let devices = up.device(&["run"]);
    assert!(
        !devices.stdout.contains("failed"),
        "whoever was given a profile got its certificate: {devices:?}"
    );

    let windows = until(&up, "corp-wifi-windows", has_installed(10));
    assert_eq!(counts(&windows), [10, 10, 0, 0]);
    assert_eq!(row(&windows, "laptop-11").as_deref(), Some("NotApplicable NotApplicable"));
    assert_eq!(row(&windows, "laptop-12"), None);

    let ios = until(&up, "corp-vpn-ios", has_installed(7));
    assert_eq!(counts(&ios), [9, 7, 1, 1]);
    assert_eq!(row(&ios, "iphone-17").as_deref(), Some("Failed VAR-05"));
    assert_eq!(row(&ios, "iphone-19").as_deref(), Some("Pending RootNotDelivered"));
    assert_eq!(ios["devices"][0]["device"], "iphone-17", "the worst comes first");
    assert_eq!(condition(&ios, "Ready").0, "True", "a device's failure is not the profile's");

    let android = until(&up, "warehouse-wifi-android", has_installed(4));
    assert_eq!(counts(&android), [4, 4, 0, 0]);
}

#[test]
fn a_mended_inventory_lets_the_failed_device_enroll_without_a_restart() {
    let mut tour = Tour::begin(|_| {});
    tour.up.device(&["enroll", "--device", "iphone-17"]);
    let failed = until(&tour.up, "corp-vpn-ios", |status| counts(status)[3] == 1);
    assert_eq!(row(&failed, "iphone-17").as_deref(), Some("Failed VAR-05"));
    let upn = "userPrincipalName: jdoe@example.com";
    tour.change("inventory.yaml", upn, &format!("{upn}\n        emailAddress: jdoe@example.com"));
    until_of(&tour.up, "inventorysources", "directory", |status| status["programmedGeneration"] == 2);
    assert_eq!(tour.up.device(&["enroll", "--device", "iphone-17"]).code, Some(0));
    let mended = until(&tour.up, "corp-vpn-ios", has_installed(1));
    assert_eq!(row(&mended, "iphone-17").as_deref(), Some("Installed"));
    assert_eq!(tour.up.complaints(), "");
}

#[test]
fn a_misshapen_manifest_is_named_and_stops_nobody() {
    let mut tour = Tour::begin(|manifests| {
        let misshapen = std::fs::read_to_string(manifests.join("corp-vpn-ios.yaml")).unwrap();
        let misshapen = misshapen.replace("name: corp-vpn-ios", "name: misshapen");
        let misshapen = misshapen.replace("keySize: 2048", "keySize: [many]");
        std::fs::write(manifests.join("a-misshapen.yaml"), misshapen).unwrap();
    });
    for profile in ["corp-vpn-ios", "corp-wifi-windows", "warehouse-wifi-android"] {
        assert_eq!(condition(&status(&tour.up, "scepprofiles", profile), "Ready").0, "True", "{profile}");
    }
    assert_eq!(tour.up.device(&["enroll", "--device", "iphone-11"]).code, Some(0));
    let complaints = tour.up.complaints();
    assert!(complaints.contains("a-misshapen.yaml") && complaints.contains("keySize"), "{complaints}");
}

#[test]
fn an_invalid_profile_says_which_rule_it_breaks_and_is_served_once_it_is_mended() {
    let mut tour = Tour::begin(|manifests| {
        replace(&manifests.join("corp-vpn-ios.yaml"), "CN={{UserName}}", "CN={{UserNam}}");
    });
    let broken = status(&tour.up, "scepprofiles", "corp-vpn-ios");
    assert_eq!(condition(&broken, "Accepted").0, "False");
    assert_eq!(condition(&broken, "Stalled").0, "True");
    assert!(
        broken["diagnostics"]
            .as_array()
            .unwrap()
            .iter()
            .any(|finding| finding["field"] == "spec.subjectNameFormat")
    );
    assert_eq!(condition(&status(&tour.up, "scepprofiles", "corp-wifi-windows"), "Ready").0, "True");

    tour.change("corp-vpn-ios.yaml", "CN={{UserNam}}", "CN={{UserName}}");
    tour.up.lines_until("status     ScepProfile default/corp-vpn-ios  Ready=True");
    assert_eq!(tour.up.device(&["enroll", "--device", "iphone-11"]).code, Some(0));
}

#[test]
fn a_profile_that_an_api_server_would_refuse_is_told_and_not_taken_up_until_it_is_mended() {
    let mut tour = Tour::begin(|manifests| {
        replace(&manifests.join("corp-vpn-ios.yaml"), "keySize:", "keysize:");
    });
    assert!(!tour.up.file("status/default/scepprofiles/corp-vpn-ios.yaml").exists());

    tour.change("corp-vpn-ios.yaml", "keysize:", "keySize:");
    tour.up.lines_until("status     ScepProfile default/corp-vpn-ios  Ready=True");
    let complaints = tour.up.complaints();
    assert!(complaints.contains("SCH-01: spec.keysize") && complaints.contains("keySize?"), "{complaints}");
}
