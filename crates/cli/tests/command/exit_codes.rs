//! How commands end: 0 done, 1 findings or a failure, 2 usage.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::scepter::{Serving, quickstart, run};

/// A copy of the quickstart in which a text of one file is another.
fn quickstart_with(file: &str, from: &str, to: &str) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    copy_quickstart(directory.path());
    replace(&directory.path().join(file), from, to);
    directory
}

pub(crate) fn copy_quickstart(to: &Path) {
    for entry in std::fs::read_dir(quickstart()).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

pub(crate) fn replace(file: &PathBuf, from: &str, to: &str) {
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{} has no {from:?}", file.display());
    std::fs::write(file, text.replace(from, to)).unwrap();
}

#[test]
fn lint_ends_with_1_when_a_rule_is_broken_and_names_rule_field_and_help() {
    let manifests = quickstart_with("corp-vpn-ios.yaml", "keySize: 2048", "keySize: 512");
    let ended = run(["lint".as_ref(), manifests.path().as_os_str()]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    for words in ["error[KEY-01]", "corp-vpn-ios.yaml:", "spec.keySize", "= help: "] {
        assert!(ended.stdout.contains(words), "no {words:?} in {}", ended.stdout);
    }
}

fn resolve(manifests: &Path, profile: &str, device: &str) -> super::scepter::Ended {
    let words = ["resolve", "--profile", profile, "--device", device, "-f"];
    run(words.map(AsRef::as_ref).into_iter().chain([manifests.as_os_str()]))
}

#[test]
fn resolve_ends_with_0_when_it_could_compute_even_that_a_device_fails() {
    let ended = resolve(&quickstart(), "corp-vpn-ios", "iphone-17");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("VAR-05"), "{ended:?}");
}

#[test]
fn resolve_ends_with_1_when_the_profile_has_errors() {
    let manifests = quickstart_with("corp-vpn-ios.yaml", "keySize: 2048", "keySize: 512");
    let ended = resolve(manifests.path(), "corp-vpn-ios", "iphone-11");
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.only_error().contains("spec.keySize"), "{ended:?}");
}

#[test]
fn resolve_ends_with_2_when_a_name_or_a_path_is_unknown() {
    let unknown = [
        (resolve(&quickstart(), "no-such-profile", "iphone-11"), "no-such-profile"),
        (resolve(&quickstart(), "corp-vpn-ios", "no-such-device"), "no-such-device"),
        (resolve(Path::new("no/such/directory"), "corp-vpn-ios", "iphone-11"), "no/such/directory"),
    ];
    for (ended, name) in unknown {
        assert_eq!(ended.code, Some(2), "{ended:?}");
        assert!(ended.only_error().contains(name), "{ended:?}");
    }
}

#[test]
fn an_unknown_flag_is_a_mistake_in_usage() {
    assert_eq!(run(["lint", "--no-such-flag", "examples"]).code, Some(2));
}

#[test]
fn a_challenge_for_an_unknown_profile_or_device_ends_with_1_and_one_line() {
    let issuer = Serving::start(["issuer"]);
    let ended = issuer.ask(&["challenge", "--profile", "default/no-such-profile", "--device", "laptop-01"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.only_error().contains("no-such-profile"), "{ended:?}");
    assert_eq!(ended.stdout, "");
}

#[test]
fn a_command_that_was_told_no_issuer_says_the_three_ways_to_name_one() {
    let ended = run(["get", "profiles"]);
    assert_eq!(ended.code, Some(1));
    let line = ended.only_error();
    assert!(["--config", "SCEPTER_CONFIG", "--server"].iter().all(|way| line.contains(way)), "{line}");
}

#[test]
fn a_command_whose_issuer_is_gone_says_where_it_looked() {
    let issuer = Serving::start(["issuer"]);
    let (config, token) = (tempfile::tempdir().unwrap(), issuer.file("admin.token"));
    std::fs::copy(token, config.path().join("admin.token")).unwrap();
    let client = config.path().join("client.yaml");
    std::fs::copy(issuer.file("client.yaml"), &client).unwrap();
    let address = issuer.address("api").to_owned();
    drop(issuer);
    let ended = run(["get".as_ref(), "profiles".as_ref(), "--config".as_ref(), client.as_os_str()]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.only_error().contains(&address), "{ended:?}");
}
