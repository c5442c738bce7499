//! Starts that are refused: one line each, which says what, and how to mend it.

use std::ffi::OsStr;
use std::net::TcpListener;

use super::scepter::{Ended, run};

const CONFIGURATION: &str = "
apiVersion: config.scepter.dev/v1alpha1
kind: IssuerConfiguration
authorities:
- name: default
  create: {algorithm: P256, subject: CN=Test CA}
";

/// A start of the issuer that cannot succeed, with every port free to take but those that `arguments` name.
fn start(arguments: &[&OsStr]) -> Ended {
    let ports = ["--scep-address", "--api-address", "--ops-address"];
    let free = ports.iter().filter(|port| !arguments.contains(&OsStr::new(port)));
    let free = free.flat_map(|port| [OsStr::new(port), OsStr::new("127.0.0.1:0")]);
    run([OsStr::new("issuer")].into_iter().chain(arguments.iter().copied()).chain(free))
}

/// The refusal of a configuration that differs from a good one.
fn configured(from: &str, to: &str) -> Ended {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("issuer.yaml");
    assert!(CONFIGURATION.contains(from));
    std::fs::write(&file, CONFIGURATION.replace(from, to)).unwrap();
    let data = directory.path().join("data");
    start(&["--config".as_ref(), file.as_os_str(), "--data".as_ref(), data.as_os_str()])
}

#[track_caller]
fn is_refused(ended: &Ended, words: &[&str]) {
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_eq!(ended.stdout, "", "nothing was served");
    let line = ended.only_error();
    for word in words {
        assert!(line.contains(word), "no {word:?} in {line:?}");
    }
}

#[test]
fn a_data_directory_that_cannot_be_written_is_named_with_the_flag_that_gives_another() {
    let in_the_way = tempfile::NamedTempFile::new().unwrap();
    let ended = start(&["--data".as_ref(), in_the_way.path().as_os_str()]);
    is_refused(&ended, &[&in_the_way.path().display().to_string(), "give another with --data"]);
}

#[test]
fn a_port_in_use_is_named_with_the_flag_that_chooses_another() {
    for (flag, data) in
        ["--scep-address", "--api-address", "--ops-address"].map(|flag| (flag, tempfile::tempdir().unwrap()))
    {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap().to_string();
        let ended = start(&["--data".as_ref(), data.path().as_os_str(), flag.as_ref(), address.as_ref()]);
        is_refused(&ended, &[&address, flag]);
    }
}

#[test]
fn an_unknown_key_in_the_configuration_is_named_with_its_line() {
    is_refused(&configured("create:", "creat:"), &["issuer.yaml", "creat", "line 6", "docs/operations.md"]);
}

#[test]
fn a_configuration_that_is_not_there_is_named() {
    let ended = start(&["--config".as_ref(), "no/such/issuer.yaml".as_ref()]);
    is_refused(&ended, &["no/such/issuer.yaml", "--config"]);
}

#[test]
fn an_authority_without_keys_that_may_not_make_them_is_refused() {
    let ended = configured("  create: {algorithm: P256, subject: CN=Test CA}\n", "");
    is_refused(&ended, &["default", "create"]);
}

#[test]
fn a_laboratory_is_not_shown_to_the_network() {
    let data = tempfile::tempdir().unwrap();
    let ended =
        start(&["--data".as_ref(), data.path().as_os_str(), "--scep-address".as_ref(), "0.0.0.0:0".as_ref()]);
    is_refused(&ended, &["loopback", "--config"]);
}

#[test]
fn manifests_that_are_not_there_are_named() {
    let data = tempfile::tempdir().unwrap();
    let ports = ["--scep-address=127.0.0.1:0", "--api-address=127.0.0.1:0", "--ops-address=127.0.0.1:0"];
    let words = ["up", "--manifests", "no/such/directory", "--data"].map(OsStr::new);
    let ended = run(words.into_iter().chain([data.path().as_os_str()]).chain(ports.map(OsStr::new)));
    assert_eq!(ended.code, Some(1));
    assert!(ended.only_error().contains("no/such/directory"), "{ended:?}");
}
