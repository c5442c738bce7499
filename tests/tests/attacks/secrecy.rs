//! TH-28 and TH-42: secrets in what is written and shown, and in what is copied.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use scepter_scep::client::Inquiry;
use scepter_scep::{FailInfo, Secret};
use scepter_tests::{Process, Scepter, Scratch, Tool, run, until};

use crate::range::{BADGE, CONFIGURATION, LIMIT, Range};
use crate::sender::{Reply, Request, Sender};
use crate::table::Attack;

#[tokio::test]
async fn th_28_no_secret_is_in_a_log_a_status_a_metric_or_an_error() {
    const GUESSED: &str = "00112233445566778899aabbccddeeff.canary0canary1canary2";
    let range = Range::configured(CONFIGURATION, &[("SCEPTER_LOG", "trace".into())]).await;
    let mut attack = Attack::new(
        "TH-28",
        "canaries: challenges, the admin's token, every private key; the log at its loudest",
    );
    // So loud a log says "ready" before the profiles are.
    range.await_served(BADGE).await;
    let ticket = range.ticket(BADGE, "scanner-1").await;
    let device = Sender::enrolled(&range, &ticket).await;
    let stolen = Request { challenge: Some(Secret::new(GUESSED.to_owned())), ..Request::honest(&ticket) };
    let reply = device.ask(&range, Inquiry::Enroll(&stolen.for_key(&device.key))).await;
    assert_eq!(reply, Reply::Refused(FailInfo::BadRequest));
    let thief = Sender::self_made(&ticket.subject_der);
    thief.ask(&range, Inquiry::Enroll(&Request::honest(&ticket).for_key(&thief.key))).await;
    let error = range.post(GUESSED.as_bytes().to_vec()).await;

    let data = range.up.data();
    let token = fs::read_to_string(data.join("admin.token")).unwrap();
    let secret_half = |text: &str| text.trim().split_once('.').unwrap().1.to_owned();
    let mut canaries =
        vec![secret_half(ticket.challenge.expose()), secret_half(&token), secret_half(GUESSED)];
    canaries.extend(files(&data.join("authorities")).iter().filter_map(|path| private_key(path)));
    canaries.push(hex::encode(fs::read(data.join("mac.key")).unwrap()));
    assert!(canaries.len() > 6, "the keys of two authorities are among them");

    let log = range.up.output().unwrap();
    assert!(log.contains("ChallengeUsed"), "the log is loud");
    let statuses: String = range.up.statuses().unwrap().iter().map(ToString::to_string).collect();
    let shown = [log, statuses, range.metrics().await, String::from_utf8_lossy(&error.body).into_owned()];
    for canary in &canaries {
        for text in &shown {
            assert!(!text.contains(canary), "a canary is shown");
        }
        attack.tried();
    }
    attack.saw("in no log line, status, metric or error body");
    range.conclude(attack, 1).await;
}

#[tokio::test]
async fn th_42_nobody_else_reads_its_files_or_its_memory() {
    let range = Range::open().await;
    let mut attack = Attack::new(
        "TH-42",
        "files that others can read; core files; the memory, read by another process of the same user",
    );
    let is_certificate = |path: &PathBuf| path.extension().is_some_and(|end| end == "pem");
    for path in files(&range.up.data()).into_iter().filter(|path| !is_certificate(path)) {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} has the mode {mode:o}", path.display());
        attack.tried();
    }
    let limits = fs::read_to_string(format!("/proc/{}/limits", range.up.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
    attack.tried();
    let scratch = Scratch::new("memory").unwrap();
    let open = unprivileged("sleep", ["60"], &scratch.join("sleep.log"));
    let shows_it = || reads_memory_of(&open).then_some(()).ok_or("it is not");
    until("a process that hides nothing is readable", LIMIT, shows_it).unwrap();
    let configuration = scratch.write("issuer.yaml", CONFIGURATION).unwrap();
    let issuer = Scepter::command().unwrap().get_program().to_owned();
    let data = scratch.join("data");
    let mut issuer = unprivileged(issuer, arguments(&data, &configuration), &scratch.join("issuer.log"));
    issuer.await_line("ready", LIMIT).unwrap();
    assert!(!reads_memory_of(&issuer), "the issuer's memory");
    attack.tried();
    attack.saw("all files but certificates are the owner's; core files have the limit 0; not dumpable");
    range.conclude(attack, 0).await;
}

#[tokio::test]
async fn th_42_a_copied_database_opens_nothing() {
    let range = Range::open().await;
    let mut attack = Attack::new(
        "TH-42",
        "the database and the authorities' keys, copied without mac.key: a live challenge, the token",
    );
    let ticket = range.ticket(BADGE, "scanner-1").await;
    let token = fs::read_to_string(range.up.data().join("admin.token")).unwrap();
    let scratch = Scratch::new("copy").unwrap();
    let copy = scratch.join("data");
    run(Command::new("cp").arg("-a").arg(range.up.data()).arg(&copy), b"").unwrap();
    fs::remove_file(copy.join("mac.key")).unwrap();
    let configuration = scratch.write("issuer.yaml", CONFIGURATION).unwrap();
    let mut copied = Scepter::start(arguments(&copy, &configuration), &scratch.join("log")).unwrap();
    let (scep, api) = (copied.listener("scep").unwrap(), copied.listener("api").unwrap());

    let device = Sender::self_made(&ticket.subject_der);
    let request = Request::honest(&ticket).for_key(&device.key);
    let message = device.message(&range.authority, Inquiry::Enroll(&request));
    let answer = range.post_at(&format!("{scep}/scep/default"), message).await;
    assert_eq!(device.read(&range, &answer), Reply::Refused(FailInfo::BadRequest));
    attack.tried();
    let listing = format!("{api}/api/v1/namespaces/default/certificates");
    let answer = reqwest::Client::new().get(listing).bearer_auth(token.trim()).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    attack.tried();
    attack.saw("ChallengeUnknown; 401");
    range.conclude(attack, 0).await;
}

/// A process that holds no capability, not even as root: only then may one of the same user read its memory at all.
fn unprivileged<A: AsRef<OsStr>>(
    program: impl AsRef<OsStr>,
    arguments: impl IntoIterator<Item = A>,
    log: &Path,
) -> Process {
    let mut command = Process::command(Tool::SetPriv.find().unwrap()).unwrap();
    command.args(without_capabilities()).arg(program).args(arguments);
    Process::start("unprivileged", command, log).unwrap()
}

/// Whether a process of the same user, without capabilities, is shown what another one was given into its memory at its
/// start (`PTRACE_MODE_READ`; proc(5), prctl(2) of `PR_SET_DUMPABLE`).
fn reads_memory_of(process: &Process) -> bool {
    let memory = format!("/proc/{}/environ", process.id());
    let mut command = Tool::SetPriv.command().unwrap();
    let read = run(command.args(without_capabilities()).args(["cat", &memory]), b"");
    read.is_ok_and(|memory| !memory.is_empty())
}

/// The switches of `setpriv`; who is not root has none to lose.
fn without_capabilities() -> &'static [&'static str] {
    if rustix::process::geteuid().is_root() {
        &["--bounding-set=-all", "--inh-caps=-all", "--"]
    } else {
        &["--"]
    }
}

/// `scepter issuer` over a data directory, on free ports.
pub(crate) fn arguments(data: &Path, configuration: &Path) -> Vec<PathBuf> {
    let mut arguments: Vec<PathBuf> = vec!["issuer".into(), "--data".into(), data.to_owned()];
    arguments.extend(["--config".into(), configuration.to_owned()]);
    for listener in ["--scep-address", "--api-address", "--ops-address"] {
        arguments.extend([listener.into(), "127.0.0.1:0".into()]);
    }
    arguments
}

/// A line from the middle of a private key.
fn private_key(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let (_, key) = text.split_once("PRIVATE KEY-----\n")?;
    key.lines().nth(1).map(str::to_owned)
}

/// Every file below a directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
