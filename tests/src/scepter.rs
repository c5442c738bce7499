//! The real `scepter`, as processes of its own.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;

use crate::command::run;
use crate::{Failure, Process};

/// How long `scepter` may take to become ready. The first start of an issuer makes keys.
const LIMIT: Duration = Duration::from_mins(1);

/// A `scepter` that goes on running: `up`, `issuer` or `operator`.
#[derive(Debug)]
pub struct Scepter {
    process: Process,
}

impl Scepter {
    /// A command of the binary, for what runs to its end: `run(Scepter::command()?.args(["crds"]), b"")`.
    pub fn command() -> Result<Command, Failure> {
        Ok(Command::new(binary()?))
    }

    /// Starts it with `arguments`, with all that it prints in the file `log`.
    pub fn start<I, A>(arguments: I, log: &Path) -> Result<Self, Failure>
    where
        I: IntoIterator<Item = A>,
        A: AsRef<OsStr>,
    {
        Self::start_with(arguments, &[], log)
    }

    /// The same with more in its environment.
    pub fn start_with<I, A>(
        arguments: I,
        environment: &[(&'static str, OsString)],
        log: &Path,
    ) -> Result<Self, Failure>
    where
        I: IntoIterator<Item = A>,
        A: AsRef<OsStr>,
    {
        let mut command = Process::command(binary()?)?;
        command.args(arguments).envs(environment.iter().map(|(name, value)| (name, value)));
        Ok(Self { process: Process::start("scepter", command, log)? })
    }

    /// Waits until `/readyz` of the ops listener says 200.
    pub fn await_ready(&mut self, ops: SocketAddr) -> Result<(), Failure> {
        self.process.until("/readyz answers 200", LIMIT, || ready(ops))
    }

    /// Waits until it prints a line that contains `text`, and returns that line.
    pub fn await_line(&mut self, text: &str) -> Result<String, Failure> {
        self.process.await_line(text, LIMIT)
    }

    /// The URL of one of its listeners (`scep`, `scep-tls`, `api`, `ops`), as it prints it once it is bound.
    pub fn listener(&mut self, name: &str) -> Result<String, Failure> {
        let announced = format!("listening  {name}  ");
        let line = self.await_line(&announced)?;
        Ok(line.replace(&announced, "").trim_end_matches('/').to_owned())
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// The process, to stop or kill it.
    pub fn into_process(self) -> Process {
        self.process
    }
}

/// The binary that `SCEPTER_BINARY` names, or the one that cargo makes of this workspace, once for each test binary.
fn binary() -> Result<&'static Path, Failure> {
    static BINARY: OnceLock<Result<PathBuf, Failure>> = OnceLock::new();
    let binary = BINARY.get_or_init(|| match env::var_os("SCEPTER_BINARY") {
        Some(path) => Ok(path.into()),
        None => build(),
    });
    binary.as_deref().map_err(Failure::NoScepter)
}

fn build() -> Result<PathBuf, Failure> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    cargo.args([
        "build",
        "--package=scepter-cli",
        "--bin=scepter",
        "--message-format=json-render-diagnostics",
    ]);
    let messages = run(&mut cargo, b"")?;
    executable(&messages).ok_or(Failure::NoBinaryBuilt)
}

/// Cargo prints a line of JSON for each thing it made; of those that were asked for, only a binary has an executable.
fn executable(messages: &str) -> Option<PathBuf> {
    let made = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut executables = made.filter_map(|made| made["executable"].as_str().map(PathBuf::from));
    executables.next_back()
}

fn ready(ops: SocketAddr) -> Result<(), String> {
    let answer = get(ops, "/readyz").map_err(|error| error.to_string())?;
    if answer.starts_with("HTTP/1.1 200 ") { Ok(()) } else { Err(answer) }
}

/// A GET in a few lines: what is asked here needs no HTTP library.
fn get(server: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(server)?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};
    use std::thread;

    use super::*;

    /// A server that gives one answer to one request.
    fn answering(answer: &'static str) -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let length = stream.read(&mut request).unwrap();
            assert!(request[..length].starts_with(b"GET /readyz HTTP/1.1\r\n"));
            stream.write_all(answer.as_bytes()).unwrap();
        });
        address
    }

    #[test]
    fn only_the_answer_200_is_ready() {
        assert_eq!(ready(answering("HTTP/1.1 200 OK\r\n\r\nok")), Ok(()));
        let busy = "HTTP/1.1 503 Service Unavailable\r\n\r\nno store";
        assert_eq!(ready(answering(busy)), Err(busy.to_owned()));
    }

    #[test]
    fn the_executable_is_found_among_what_cargo_made() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"kind":["lib"]},"executable":null}"#,
            "\nnot JSON\n",
            r#"{"reason":"compiler-artifact","target":{"kind":["bin"]},"executable":"/target/debug/scepter"}"#,
            "\n",
            r#"{"reason":"build-finished","success":true}"#,
        );
        assert_eq!(executable(messages), Some("/target/debug/scepter".into()));
    }
}
