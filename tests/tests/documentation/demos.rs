//! The demos, as a newcomer runs them.

use std::path::Path;
use std::process::Command;

use scepter_tests::{Failure, run};

#[test]
fn the_demo_ends_by_itself_and_tells_what_became_of_the_devices() -> Result<(), Failure> {
    let told = run(&mut script("demo"), b"")?;
    for row in [
        "corp-vpn-ios iOS True 9 0 7 1 1",
        "corp-wifi-windows Windows10AndLater True 10 0 10 0 0",
        "warehouse-wifi-android AndroidEnterpriseCorporate True 4 0 4 0 0",
        "iphone-17 corp-vpn-ios Failed - - VAR-05: {{EmailAddress}} is empty for user jdoe; give jdoe an emailAddress in the inventory",
        "iphone-19 corp-vpn-ios Pending",
        "21 certificates: OK",
    ] {
        assert!(has(&told, row), "{row:?} is not in\n{told}");
    }
    Ok(())
}

#[test]
fn the_demo_on_kubernetes_ends_by_itself_and_shows_the_statuses() -> Result<(), Failure> {
    let told = run(&mut script("demo-kubernetes"), b"")?;
    for row in [
        "corp-vpn-ios True iOS 9 7 1",
        "corp-wifi-windows True Windows10AndLater 10 10 0",
        "warehouse-wifi-android True AndroidEnterpriseCorporate 4 4 0",
        "Example Device: iphone-17",
    ] {
        assert!(has(&told, row), "{row:?} is not in\n{told}");
    }
    Ok(())
}

/// A script of the repository, apart from whatever cluster or issuer the tests themselves use.
fn script(name: &str) -> Command {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut command = Command::new(root.join("scripts").join(name));
    command.current_dir(root).env_remove("KUBECONFIG").env_remove("SCEPTER_CONFIG");
    command
}

/// Whether a line has these words in this order, however they are padded.
fn has(text: &str, words: &str) -> bool {
    text.lines().any(|line| line.split_whitespace().collect::<Vec<_>>().join(" ").contains(words))
}
