//! `scepter lint`: what it finds, how it tells it, what it mends.

mod authority;
mod documented;
mod fixing;
mod formats;
mod input;
mod planted;

use std::ffi::OsStr;
use std::io::Write as _;
use std::process::{Output, Stdio};

use serde_json::Value;

use super::scepter::{Ended, command, run};

/// A profile with one finding, a warning: its root is not there (ROOT-07).
const PROFILE: &str = "\
apiVersion: scepter.dev/v1alpha1
kind: ScepProfile
metadata:
  name: wifi
spec:
  platform: iOS
  certificateType: User
  subjectNameFormat: \"CN={{UserName}}\" # who
  validityPeriod: {value: 1, unit: Years}
  keyUsages: [DigitalSignature]
  rootCertificateRef: {name: nowhere}
  extendedKeyUsages:
  - {name: Client Authentication, oid: 1.3.6.1.5.5.7.3.2}
  scepServerURLs: [https://scep.example.com/scep/default]
";

/// The findings of `lint -o json` with more words.
fn diagnostics<A: AsRef<OsStr>>(words: impl IntoIterator<Item = A>) -> Vec<Value> {
    listed(&run_json(words))
}

fn run_json<A: AsRef<OsStr>>(words: impl IntoIterator<Item = A>) -> Ended {
    let words: Vec<_> = words.into_iter().map(|word| word.as_ref().to_owned()).collect();
    run(["lint", "-o", "json"].into_iter().map(OsStr::new).chain(words.iter().map(AsRef::as_ref)))
}

fn listed(ended: &Ended) -> Vec<Value> {
    let document: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{ended:?}"));
    document["diagnostics"].as_array().unwrap().clone()
}

/// Rule, line and column of each.
fn places(diagnostics: &[Value]) -> Vec<(String, u64, u64)> {
    let place = |found: &Value| {
        let number = |key: &str| found[key].as_u64().unwrap();
        (found["rule"].as_str().unwrap().to_owned(), number("line"), number("column"))
    };
    diagnostics.iter().map(place).collect()
}

/// Lints a text on standard input.
fn piped(words: &[&str], text: &str) -> Ended {
    let mut command = command(["lint", "-"].iter().chain(words));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ended { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
}
