//! `--fix`: what it writes, and what it leaves alone.

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::{PROFILE, piped, run};
use crate::scepter::Ended;

/// A profile in a file of its own.
struct Written {
    directory: TempDir,
}

impl Written {
    fn new(text: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("a.yaml"), text).unwrap();
        Self { directory }
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join("a.yaml")
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.file()).unwrap()
    }

    fn fix(&self) -> Ended {
        run(["lint".as_ref(), "--fix".as_ref(), self.directory.path().as_os_str()])
    }
}

/// What a subject becomes, as the file writes it.
#[track_caller]
fn becomes(from: &str, to: &str) {
    let text = |subject: &str| PROFILE.replace("\"CN={{UserName}}\"", subject);
    let written = Written::new(&text(from));
    let ended = written.fix();
    assert_eq!(written.text(), text(to), "{ended:?}");
}

#[test]
fn what_leaves_nothing_to_decide_is_mended_however_it_is_written() {
    becomes("CN={{UserName}};O=Acme", "CN={{UserName}},O=Acme");
    becomes("'CN={{username}} ; OU=it''s'", "'CN={{UserName}} , OU=it''s'");
    becomes("\"CN={{ UserName }}\\u003bO=\\u0041cme\"", "\"CN={{UserName}},O=\\u0041cme\"");
    becomes("|-\n    CN={{DEVICE_SERIAL}};O=Acme\n ", "|-\n    CN={{Device_Serial}},O=Acme\n ");
    becomes("|-\n    OU=x,CN={{ emailaddress }}\n ", "|-\n    OU=x,CN={{EmailAddress}}\n ");
    becomes("CN=a,UID={{UserName}}", "CN=a,0.9.2342.19200300.100.1.1={{UserName}}");
}

#[test]
fn what_is_hidden_behind_another_mistake_is_mended_too() {
    becomes(
        "'CN={{ devicename }};UID={{username}}'",
        "'CN={{DeviceName}},0.9.2342.19200300.100.1.1={{UserName}}'",
    );
    let many = |separator: &str| format!("'CN=a{}'", format!("{separator}O=b").repeat(100));
    becomes(&many(";"), &many(","));
}

#[test]
fn everything_else_in_the_file_stays_as_it_was() {
    let text = format!(
        "# first; {{{{username}}}}\r\n\n{}---\nkind:   Other # {{{{username}}}};\nx:  [ 'a;b' ]\n...\n",
        PROFILE.replace("CN={{UserName}}", "CN={{username}};O=Acme")
    );
    let written = Written::new(&text);
    written.fix();
    assert_eq!(written.text(), text.replace("CN={{username}};", "CN={{UserName}},"));
}

#[test]
fn it_tells_what_it_mended_and_the_second_time_there_is_nothing() {
    let written = Written::new(&PROFILE.replace("CN={{UserName}}", "CN={{UserName}};O=Acme"));
    let first = written.fix();
    assert_eq!(first.code, Some(0));
    assert!(first.stderr.contains("a.yaml:8:38: SUB-17: \";\" is now \",\""), "{}", first.stderr);
    assert!(first.stdout.contains("ROOT-07") && !first.stdout.contains("SUB-17"), "{}", first.stdout);
    let before = std::fs::metadata(written.file()).unwrap().modified().unwrap();
    let second = written.fix();
    assert_eq!(second.stderr, "");
    assert_eq!(std::fs::metadata(written.file()).unwrap().modified().unwrap(), before, "it was not written");
}

#[test]
fn what_cannot_be_written_with_certainty_is_left_alone_and_told() {
    let flow = "{apiVersion: scepter.dev/v1alpha1, kind: ScepProfile, metadata: {name: a}, spec: {platform: iOS, subjectNameFormat: CN=a;O=b}}\n";
    let shared = PROFILE
        .replace("\"CN={{UserName}}\" # who", "*subject")
        .replace("spec:\n", "spec:\n  description: &subject CN=a;O=b\n");
    let folded = PROFILE.replace("\"CN={{UserName}}\" # who", ">-\n    CN=a;\n    O=b");
    for text in [flow.to_owned(), shared, folded] {
        let written = Written::new(&text);
        let ended = written.fix();
        assert_eq!(written.text(), text);
        assert_eq!(ended.stderr, "");
        assert!(ended.stdout.contains("SUB-17") || text == flow, "{}", ended.stdout);
    }
}

#[test]
fn a_file_keeps_its_permissions_and_a_link_stays_one() {
    let written = Written::new(&PROFILE.replace("UserName", "username"));
    std::fs::set_permissions(written.file(), std::fs::Permissions::from_mode(0o640)).unwrap();
    let links = tempfile::tempdir().unwrap();
    let link = links.path().join("link.yaml");
    symlink(written.file(), &link).unwrap();
    run(["lint".as_ref(), "--fix".as_ref(), link.as_os_str()]);
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(std::fs::metadata(written.file()).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(written.text(), PROFILE);
    assert_eq!(entries(written.directory.path()), ["a.yaml"], "nothing is left behind");
}

#[test]
fn a_file_that_may_not_be_written_is_named_and_not_told_as_mended() {
    let text = PROFILE.replace("UserName", "username");
    let written = Written::new(&text);
    std::fs::set_permissions(written.file(), std::fs::Permissions::from_mode(0o444)).unwrap();
    let ended = written.fix();
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
    assert!(ended.only_error().contains("a.yaml cannot be written"), "{ended:?}");
    assert_eq!(written.text(), text);
}

fn entries(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn standard_input_comes_out_mended_and_the_report_goes_aside() {
    let ended = piped(&["--fix"], &PROFILE.replace("UserName", "username"));
    assert_eq!(ended.stdout, PROFILE);
    assert!(ended.stderr.contains("VAR-23") && ended.stderr.contains("ROOT-07"), "{}", ended.stderr);
    assert_eq!(ended.code, Some(0));
}
