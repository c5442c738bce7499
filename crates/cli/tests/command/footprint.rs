//! What an issuer takes of a machine: time to start, and memory while it serves.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use super::scepter::Serving;

/// The goal, for what is released. Code that is not optimised, beside other tests on a busy machine, takes longer.
const START: Duration =
    if cfg!(debug_assertions) { Duration::from_secs(2) } else { Duration::from_millis(300) };

/// The goal; its code's own pages count too, so a debug build has less left.
const MEMORY_KIB: u64 = 64 * 1024;

const CONNECTIONS: usize = 64;

fn connect(issuer: &Serving) -> TcpStream {
    let address = issuer.address("scep").strip_prefix("http://").unwrap().to_owned();
    TcpStream::connect(address).unwrap()
}

/// Sends a request and reads the status of its answer, and as much of the rest as the answer says it has.
fn ask(stream: &mut TcpStream, head: &str, body: &[u8]) -> String {
    let length = body.len();
    let request = format!("{head} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all(&[request.as_bytes(), body].concat()).unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        answer.push(byte[0]);
    }
    let answer = String::from_utf8(answer).unwrap().to_ascii_lowercase();
    let (_, length) = answer.split_once("content-length: ").unwrap();
    let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
    stream.read_exact(&mut vec![0; length]).unwrap();
    answer.split(' ').nth(1).unwrap().to_owned()
}

/// The most that was ever resident, in KiB.
fn peak_memory(issuer: &Serving) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", issuer.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn an_issuer_that_has_its_keys_answers_soon_after_its_start() {
    let mut issuer = Serving::start(["issuer"]);
    let mut fastest = Duration::MAX;
    // The fastest of some: what else the machine does is not the issuer's.
    for _ in 0..5 {
        let began = Instant::now();
        issuer = issuer.restarted(["issuer"]);
        assert_eq!(ask(&mut connect(&issuer), "GET /scep/default?operation=GetCACaps", b""), "200");
        fastest = fastest.min(began.elapsed());
    }
    assert!(fastest < START, "{fastest:?}");
}

#[test]
fn sixty_four_connections_with_the_longest_messages_fit_into_little_memory() {
    let issuer = Serving::start(["issuer"]);
    let longest = [0x30, 0x80].repeat(32 * 1024);
    let mut connections: Vec<TcpStream> = (0..CONNECTIONS).map(|_| connect(&issuer)).collect();
    for _ in 0..3 {
        thread::scope(|scope| {
            for stream in &mut connections {
                scope.spawn(|| {
                    assert_eq!(ask(stream, "GET /scep/default?operation=GetCACert", b""), "200");
                    assert_eq!(ask(stream, "POST /scep/default?operation=PKIOperation", &longest), "400");
                });
            }
        });
    }
    let peak = peak_memory(&issuer);
    assert!(peak < MEMORY_KIB, "{peak} KiB");
}

#[test]
fn more_clients_than_the_soft_limit_of_open_files_are_served() {
    let mut few_files = Command::new("sh");
    let issuer = "ulimit -S -n 64 && exec \"$0\" issuer \"$@\"";
    few_files.args(["-c", issuer, env!("CARGO_BIN_EXE_scepter")]);
    let issuer = Serving::of(few_files, tempfile::tempdir().unwrap());
    let mut connections: Vec<TcpStream> = (0..150).map(|_| connect(&issuer)).collect();
    for stream in &mut connections {
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        assert_eq!(ask(stream, "GET /scep/default?operation=GetCACaps", b""), "200");
    }
}
