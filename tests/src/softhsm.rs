//! `SoftHSM`: a PKCS #11 token in a directory.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, fcntl_lock};

use crate::command::run;
use crate::{Failure, Scratch, Tool};

/// Where distributions put the module.
const MODULES: [&str; 3] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
];
const LABEL: &str = "scepter-tests";
const PIN: &str = "4711-0815";

/// A token of its own, empty at first.
#[derive(Debug)]
pub struct SoftHsm {
    directory: PathBuf,
    /// Removes the directory; the process that made the token has it.
    _scratch: Option<Scratch>,
}

/// A token that answers nobody, until this is dropped.
#[derive(Debug)]
pub struct Halt {
    /// Its lock goes with it.
    _generation: File,
}

/// Names the token's directory to a process that uses it.
const DIRECTORY: &str = "SCEPTER_TEST_TOKEN";

impl SoftHsm {
    /// Makes a token, and the file with its PIN.
    pub fn new() -> Result<Self, Failure> {
        let scratch = Scratch::new("softhsm")?;
        let token = Self { directory: scratch.join(""), _scratch: Some(scratch) };
        let tokens = token.directory.join("tokens");
        fs::create_dir(&tokens).map_err(Failure::file("create", &tokens))?;
        token.write("softhsm2.conf", &format!("directories.tokendir = {}\n", tokens.display()))?;
        let pin = token.write("pin", PIN)?;
        fs::set_permissions(&pin, Permissions::from_mode(0o600)).map_err(Failure::file("protect", &pin))?;
        token.run(&["--init-token", "--free", "--label", LABEL, "--so-pin", "12345678", "--pin", PIN])?;
        Ok(token)
    }

    /// The token in whose environment this process was started.
    pub fn inherited() -> Option<Self> {
        env::var_os(DIRECTORY).map(|directory| Self { directory: directory.into(), _scratch: None })
    }

    /// The directory, for files that go with the token.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Puts a private key from a PKCS #8 file into the token, and its public key beside it.
    pub fn import(&self, file: &Path, label: &str) -> Result<(), Failure> {
        let path = file.display().to_string();
        let id = label.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
        self.run(&["--import", &path, "--token", LABEL, "--label", label, "--id", &id, "--pin", PIN])
    }

    /// The URI of a key (RFC 7512).
    pub fn key(&self, label: &str) -> String {
        let module = MODULES.into_iter().find(|path| Path::new(path).exists()).unwrap_or_default();
        let pin = self.directory.join("pin");
        format!("pkcs11:token={LABEL};object={label}?module-path={module}&pin-source=file:{}", pin.display())
    }

    /// What a process that uses the token has in its environment.
    pub fn environment(&self) -> [(&'static str, OsString); 2] {
        [
            ("SOFTHSM2_CONF", self.directory.join("softhsm2.conf").into()),
            (DIRECTORY, self.directory.clone().into()),
        ]
    }

    /// Lets whoever uses the token wait. Before each operation it looks, under a lock, whether another process has changed the
    /// token; here that other process takes its time. One process can halt a token once at a time.
    pub fn halt(&self) -> Result<Halt, Failure> {
        let tokens = self.directory.join("tokens");
        let mut entries = fs::read_dir(&tokens).map_err(Failure::file("list", &tokens))?;
        let token = entries.next().and_then(Result::ok).map_or(tokens, |entry| entry.path());
        let path = token.join("generation");
        let generation = File::options().read(true).write(true).open(&path);
        let generation = generation.map_err(Failure::file("open", &path))?;
        let locked = fcntl_lock(&generation, FlockOperation::LockExclusive);
        locked.map_err(|error| Failure::file("lock", &path)(error.into()))?;
        Ok(Halt { _generation: generation })
    }

    /// Writes a file that goes with the token.
    pub fn write(&self, name: &str, content: &str) -> Result<PathBuf, Failure> {
        let path = self.directory.join(name);
        fs::write(&path, content).map_err(Failure::file("write", &path))?;
        Ok(path)
    }

    fn run(&self, arguments: &[&str]) -> Result<(), Failure> {
        let mut command = Tool::SoftHsm.command()?;
        run(command.args(arguments).envs(self.environment()), b"").map(drop)
    }
}
