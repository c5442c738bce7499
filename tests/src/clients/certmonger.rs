//! certmonger: the whole daemon, reached on a socket of its own, without D-Bus' daemon and without systemd.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::command::run;
use crate::{Failure, Minted, Process, Scratch, Tool, until};

/// How long it may take to start, or over a change of state.
const LIMIT: Duration = Duration::from_secs(30);
/// The names that it is given for the authority and for the one certificate that it tracks.
const AUTHORITY: &str = "scepter";
const REQUEST: &str = "device";
/// A daemon that knows one authority, and tracks at most one certificate.
#[derive(Debug)]
pub struct Certmonger {
    // Before the directory: the process must be gone when its files go.
    daemon: Option<Process>,
    environment: Vec<(&'static str, OsString)>,
    scratch: Scratch,
}

/// What the daemon says of the certificate that it tracks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracked {
    /// Its state, such as `MONITORING`.
    pub status: String,
    /// What the authority said last, where it was no certificate.
    pub error: Option<String>,
}

impl Certmonger {
    /// Starts the daemon with that `certmonger.conf`.
    pub fn start(
        configuration: &str,
        environment: impl IntoIterator<Item = (&'static str, OsString)>,
    ) -> Result<Self, Failure> {
        let scratch = Scratch::new("certmonger")?;
        let directory = scratch.join(".config/certmonger");
        fs::create_dir_all(&directory).map_err(Failure::file("create", &directory))?;
        scratch.write(".config/certmonger/certmonger.conf", configuration)?;
        let mut certmonger = Self { daemon: None, environment: environment.into_iter().collect(), scratch };
        certmonger.start_daemon()?;
        Ok(certmonger)
    }

    /// Adds the authority at that URL (GetCACaps, GetCACert), whose root in PEM is trusted.
    pub fn add_authority(&self, url: &str, root: &str) -> Result<(), Failure> {
        let root = self.scratch.write("root.pem", root)?;
        run(self.command("add-scep-ca")?.args(["-c", AUTHORITY, "-u", url, "-N"]).arg(root), b"").map(drop)
    }

    /// The same over TLS, where the server's certificate must verify against the file `server`.
    pub fn add_authority_over_tls(&self, url: &str, root: &str, server: &Path) -> Result<(), Failure> {
        let root = self.scratch.write("root.pem", root)?;
        let mut command = self.command("add-scep-ca")?;
        command.args(["-c", AUTHORITY, "-u", url, "-N"]).arg(root).arg("-R").arg(server);
        run(&mut command, b"").map(drop)
    }

    /// Stops the daemon and starts it again on the same files.
    pub fn restart(&mut self) -> Result<(), Failure> {
        if let Some(daemon) = self.daemon.take() {
            daemon.stop()?;
        }
        self.start_daemon()
    }

    /// Enrolls for what was minted with a new key (PKCSReq), and returns where that came to rest.
    pub fn enroll_for(&self, minted: &Minted) -> Result<Tracked, Failure> {
        self.enroll(&minted.subject, minted.dns_names(), &minted.challenge)
    }

    /// Enrolls with a new key (PKCSReq), and returns where that came to rest.
    pub fn enroll<'a>(
        &self,
        subject: &str,
        dns_names: impl IntoIterator<Item = &'a str>,
        challenge: &str,
    ) -> Result<Tracked, Failure> {
        let mut command = self.command("request")?;
        command.args(["-c", AUTHORITY, "-I", REQUEST, "-N", subject, "-L", challenge]);
        for name in dns_names {
            command.args(["-D", name]);
        }
        command.arg("-k").arg(self.scratch.join("key.pem")).arg("-f").arg(self.certificate_file());
        run(&mut command, b"")?;
        self.at_rest()
    }

    /// Has it ask at once what became of a request that is pending (CertPoll). It does so after this returns.
    pub fn poll(&self) -> Result<(), Failure> {
        run(self.command("refresh")?.args(["-i", REQUEST]), b"").map(drop)
    }

    /// Makes a new key, asks for a certificate with the one that it has as its credential (PKCSReq), and waits for it.
    pub fn rekey(&self) -> Result<(), Failure> {
        run(self.command("rekey")?.args(["-w", "-i", REQUEST]), b"").map(drop)
    }

    /// The certificate that it has, in PEM. While it writes another, the file may be empty or cut short.
    pub fn certificate(&self) -> Result<String, Failure> {
        let file = self.certificate_file();
        fs::read_to_string(&file).map_err(Failure::file("read", &file))
    }

    /// What it says of the certificate that it tracks.
    pub fn tracked(&self) -> Result<Tracked, Failure> {
        let printed = run(self.command("list")?.args(["-i", REQUEST]), b"")?;
        let value = |name| printed.lines().find_map(|line| line.trim().strip_prefix(name)).map(str::to_owned);
        let status = value("status: ").ok_or_else(|| Failure::absent("status", &printed.as_str().into()))?;
        Ok(Tracked { status, error: value("ca-error: ") })
    }

    /// Waits until the next move is somebody else's.
    fn at_rest(&self) -> Result<Tracked, Failure> {
        until("certmonger comes to rest", LIMIT, || match self.tracked() {
            Ok(tracked) if AT_REST.contains(&tracked.status.as_str()) => Ok(tracked),
            Ok(tracked) => Err(tracked.status),
            Err(failure) => Err(failure.to_string()),
        })
    }

    fn start_daemon(&mut self) -> Result<(), Failure> {
        let mut command = Process::command(Tool::Certmonger.find()?)?;
        command.args(["-L", "-P"]).arg(self.socket()).args(["-n", "-d", "1"]);
        command
            .env("HOME", self.scratch.path())
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        let mut daemon = Process::start("certmonger", command, &self.scratch.join("certmonger.log"))?;
        let mut ask = self.command("list-cas")?;
        daemon.until("certmonger answers", LIMIT, || run(&mut ask, b""))?;
        self.daemon = Some(daemon);
        Ok(())
    }

    fn command(&self, word: &str) -> Result<Command, Failure> {
        let mut command = Tool::GetCert.command()?;
        command.arg(word).env("CERTMONGER_PVT_ADDRESS", format!("unix:path={}", self.socket().display()));
        Ok(command)
    }

    fn socket(&self) -> PathBuf {
        self.scratch.join("bus")
    }

    fn certificate_file(&self) -> PathBuf {
        self.scratch.join("certificate.pem")
    }
}

/// States in which it waits for the authority, for time to pass, or for a person.
const AT_REST: [&str; 6] =
    ["MONITORING", "CA_WORKING", "CA_REJECTED", "CA_UNREACHABLE", "CA_UNCONFIGURED", "NEED_GUIDANCE"];
