//! PostgreSQL: a server of its own, reached by a socket in its directory or over TLS, and databases in it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rustix::process::{Signal, getuid};

use crate::command::run;
use crate::port::free_port;
use crate::{Failure, Process, Scratch, Tool};

/// How long the start may take. A quiet machine needs 1 s.
const LIMIT: Duration = Duration::from_mins(1);
/// The database's superuser. Whoever reaches the socket is it.
const USER: &str = "scepter";
/// The system's user that the server runs as where the tests run as root, which it refuses; Debian's package makes it.
const SYSTEM_USER: &str = "postgres";

/// PostgreSQL's own, which nobody listens on here.
const PORT: u16 = 5432;

/// The server's data directory in its scratch directory.
const DATA: &str = "data";

/// A server with the settings that PostgreSQL comes with. It ends when this value is dropped, and with the process that
/// started it.
#[derive(Debug)]
pub struct Postgres {
    server: Process,
    programs: PathBuf,
    scratch: Scratch,
    /// The name of its socket has it, whether it listens there or not.
    port: u16,
    databases: AtomicUsize,
}

impl Postgres {
    /// The server of this test binary. The first test that asks starts it, and it ends with the process.
    pub fn shared() -> Result<&'static Self, Failure> {
        static SHARED: OnceLock<Result<Postgres, Failure>> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(&[])).as_ref().map_err(Failure::NoPostgres)
    }

    /// Starts one with such settings (`name=value`) beside the usual ones, and waits until it takes connections.
    pub fn start(settings: &[&str]) -> Result<Self, Failure> {
        Self::start_in(Scratch::new("postgres")?, PORT, settings)
    }

    /// Starts one that strangers reach over TLS alone, at such addresses, with a certificate and its key in PEM.
    pub fn start_with_tls(addresses: &str, certificate: &str, key: &str) -> Result<Self, Failure> {
        let scratch = Scratch::new("postgres")?;
        let access = scratch.write("access", "local all all trust\nhostssl all all all trust\n")?;
        let certificate = scratch.write("server.crt", certificate)?;
        let key = scratch.write("server.key", key)?;
        fs::set_permissions(&key, Permissions::from_mode(0o600)).map_err(Failure::file("protect", &key))?;
        let port = free_port()?;
        let settings = [
            "ssl=on".to_owned(),
            format!("port={port}"),
            format!("listen_addresses={addresses}"),
            format!("hba_file={}", access.display()),
            format!("ssl_cert_file={}", certificate.display()),
            format!("ssl_key_file={}", key.display()),
        ];
        Self::start_in(scratch, port, &settings.each_ref().map(String::as_str))
    }

    fn start_in(scratch: Scratch, port: u16, settings: &[&str]) -> Result<Self, Failure> {
        let programs = programs()?;
        if getuid().is_root() {
            run(Command::new("chown").args(["-R", &format!("{SYSTEM_USER}:")]).arg(scratch.path()), b"")?;
        }
        let mut initdb = command(&programs.join("initdb"))?;
        initdb.args(["--username", USER, "--auth", "trust", "--encoding", "UTF8", "--no-sync", "--pgdata"]);
        run(initdb.arg(scratch.join(DATA)), b"")?;
        let server = serve(&programs, &scratch, settings)?;
        let mut started = Self { server, programs, scratch, port, databases: AtomicUsize::new(0) };
        started.await_connections()?;
        Ok(started)
    }

    /// Has it crash, connections and all, and starts it again: it recovers what was committed.
    pub fn crash(&mut self) -> Result<(), Failure> {
        self.server.end(Signal::QUIT)?;
        self.server = serve(&self.programs, &self.scratch, &[])?;
        self.await_connections()
    }

    /// The URL of a new database, by the socket.
    pub fn database(&self) -> Result<String, Failure> {
        Ok(format!("{}?host={}", self.database_at("localhost")?, self.scratch.path().display()))
    }

    /// The same at a host, without parameters.
    pub fn database_at(&self, host: &str) -> Result<String, Failure> {
        let name = format!("database_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        run(&mut self.psql(&format!("CREATE DATABASE {name}")), b"")?;
        Ok(format!("postgres://{USER}@{host}:{}/{name}", self.port))
    }

    fn await_connections(&mut self) -> Result<(), Failure> {
        let mut ask = self.psql("SELECT 1");
        self.server.until("it takes connections", LIMIT, || run(&mut ask, b"")).map(drop)
    }

    fn psql(&self, statement: &str) -> Command {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["--no-psqlrc", "--quiet", "--username", USER, "--dbname", "postgres", "--host"]);
        psql.arg(self.scratch.path()).args(["--port", &self.port.to_string(), "--command", statement]);
        psql
    }
}

impl Drop for Postgres {
    /// Has the server drop its connections and end at once, but leave no shared memory behind, as a killed one would.
    fn drop(&mut self) {
        let _ = self.server.end(Signal::QUIT);
    }
}

/// The directory of the server and what goes with it, which Debian has on nobody's PATH.
fn programs() -> Result<PathBuf, Failure> {
    let server = Tool::Postgres.find()?;
    let real = server.canonicalize().map_err(Failure::file("find", &server))?;
    Ok(real.parent().map(Path::to_owned).unwrap_or_default())
}

/// Starts the server, but does not wait for it.
fn serve(programs: &Path, scratch: &Scratch, settings: &[&str]) -> Result<Process, Failure> {
    let mut postgres = command(&programs.join("postgres"))?;
    postgres.arg("-D").arg(scratch.join(DATA)).arg("-k").arg(scratch.path());
    for setting in ["listen_addresses=", "max_connections=500"].iter().chain(settings) {
        postgres.args(["-c", setting]);
    }
    Process::start("postgres", postgres, &scratch.join("postgres.log"))
}

/// A command of the server's user. The kernel has it end with its parent like [`Postgres::drop`]; the capabilities of who
/// gives root up are gone before that is set up.
fn command(program: &Path) -> Result<Command, Failure> {
    let mut command = Tool::SetPriv.command()?;
    if getuid().is_root() {
        command.args(["--reuid", SYSTEM_USER, "--regid", SYSTEM_USER, "--clear-groups"]);
    }
    command.args(["--pdeathsig", "QUIT", "--"]).arg(program);
    Ok(command)
}
