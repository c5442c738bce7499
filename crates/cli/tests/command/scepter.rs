//! Running the built command.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::thread;

use tempfile::TempDir;

/// The workspace's own quickstart.
pub(crate) fn quickstart() -> PathBuf {
    repository().join("examples/quickstart")
}

/// The root of the workspace.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The command, which knows of no issuer but the ones that a test names.
pub(crate) fn command<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scepter"));
    command.env_remove("SCEPTER_CONFIG").current_dir(repository()).args(arguments);
    command
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs a command to its end.
pub(crate) fn run<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Ended {
    let Output { status, stdout, stderr } = command(arguments).output().unwrap();
    Ended {
        code: status.code(),
        stdout: String::from_utf8(stdout).unwrap(),
        stderr: String::from_utf8(stderr).unwrap(),
    }
}

impl Ended {
    /// The one line that it said about why it could not do what was asked.
    #[track_caller]
    pub(crate) fn only_error(&self) -> &str {
        let lines: Vec<&str> = self.stderr.lines().collect();
        let [line] = lines.as_slice() else { panic!("one line of error was due: {self:?}") };
        line
    }
}

/// A `scepter up` or `scepter issuer` in a data directory of its own, on ports of its own, ready. It ends when dropped.
pub(crate) struct Serving {
    child: Child,
    stdout: BufReader<ChildStdout>,
    listening: Vec<String>,
    data: TempDir,
}

impl Serving {
    /// Starts it and waits until it is ready.
    pub(crate) fn start<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Self {
        Self::of(command(arguments), tempfile::tempdir().unwrap())
    }

    /// Ends it, and starts it again over the same data.
    pub(crate) fn restarted<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        let data = std::mem::replace(&mut self.data, tempfile::tempdir().unwrap());
        drop(self);
        Self::of(command(arguments), data)
    }

    /// Starts that command, which takes the arguments of `scepter issuer` or `scepter up`, over that data.
    pub(crate) fn of(mut command: Command, data: TempDir) -> Self {
        command.arg("--data").arg(data.path());
        for listener in ["--scep-address", "--api-address", "--ops-address"] {
            command.args([listener, "127.0.0.1:0"]);
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut serving = Self { child, stdout, listening: Vec::new(), data };
        serving.listening = serving.lines_until("ready");
        serving
    }

    /// Waits for a line that begins like this. Returns the lines before it and, last, the line itself.
    pub(crate) fn lines_until(&mut self, beginning: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            assert_ne!(
                self.stdout.read_line(&mut line).unwrap(),
                0,
                "it ended: {lines:?} {}",
                self.complaints()
            );
            lines.push(line.trim_end().to_owned());
            if line.starts_with(beginning) {
                return lines;
            }
        }
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Where a listener is: `scep`, `api`, `ops`.
    pub(crate) fn address(&self, listener: &str) -> &str {
        let beginning = format!("listening  {listener}  ");
        self.listening.iter().find_map(|line| line.strip_prefix(beginning.as_str())).unwrap()
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A file in its data directory.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.data.path().join(name)
    }

    /// Runs a command that speaks to it.
    pub(crate) fn ask(&self, arguments: &[&str]) -> Ended {
        let config = self.file("client.yaml");
        run(arguments.iter().map(OsStr::new).chain(["--config".as_ref(), config.as_os_str()]))
    }

    /// Lets devices live through a visit: `["run"]`, or `["enroll", "--device", ID]`.
    pub(crate) fn device(&self, arguments: &[&str]) -> Ended {
        let via = ["--via", self.address("scep")];
        self.ask(&[&["device"], arguments, &via].concat())
    }

    /// Ends it, and returns what it wrote to standard error.
    pub(crate) fn complaints(&mut self) -> String {
        let _ = self.child.kill();
        let mut text = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            stderr.read_to_string(&mut text).unwrap();
        }
        text
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let complaints = self.complaints();
        let _ = self.child.wait();
        if thread::panicking() {
            let _ = writeln!(std::io::stderr(), "scepter said: {complaints}");
        }
    }
}
