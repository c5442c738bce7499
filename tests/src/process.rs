//! Processes that go on while a test runs.

use std::ffi::OsStr;
use std::fmt::Display;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::wait::{until, until_or};
use crate::{Failure, Tool};

/// How many lines of a log a failure shows.
const TAIL_LINES: usize = 30;
/// How long a process may take over its own end before it is killed.
const GRACE: Duration = Duration::from_secs(30);

/// A child of the test. It ends by [`stop`](Self::stop) or [`kill`](Self::kill), when this value is dropped (a panic
/// included), and with the process that started it, however that one ends.
#[derive(Debug)]
pub struct Process {
    name: String,
    log: PathBuf,
    child: Child,
    /// Keeps the thread alive that started the child; see [`spawn`].
    _lifeline: mpsc::Sender<()>,
}

impl Process {
    /// A command for [`start`](Self::start). The kernel will kill it with its parent.
    pub fn command(program: impl AsRef<OsStr>) -> Result<Command, Failure> {
        let mut command = Tool::SetPriv.command()?;
        command.args(["--pdeathsig", "KILL", "--"]).arg(program);
        Ok(command)
    }

    /// Starts a [`command`](Self::command), with all that it prints in the file `log`, which is appended to.
    pub fn start(name: &str, mut command: Command, log: &Path) -> Result<Self, Failure> {
        let open = || File::options().create(true).append(true).open(log);
        command.stdin(Stdio::null());
        command.stdout(open().map_err(Failure::file("open", log))?);
        command.stderr(open().map_err(Failure::file("open", log))?);
        let (child, lifeline) =
            spawn(command).map_err(|source| Failure::Start { program: name.to_owned(), source })?;
        Ok(Self { name: name.to_owned(), log: log.to_owned(), child, _lifeline: lifeline })
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// All that it has printed so far.
    pub fn output(&self) -> String {
        read(&self.log)
    }

    /// Attempts until one succeeds. Fails, with the end of the log, when time is up or the process has ended.
    pub fn until<T, E: Display>(
        &mut self,
        awaited: &str,
        limit: Duration,
        attempt: impl FnMut() -> Result<T, E>,
    ) -> Result<T, Failure> {
        until_or(awaited, limit, attempt, || self.still_runs(awaited)).map_err(|failure| match failure {
            Failure::TimedOut { awaited, limit, last_seen } => {
                let last_seen =
                    format!("{last_seen}; the end of {}'s output:\n{}", self.name, self.log_tail());
                Failure::TimedOut { awaited, limit, last_seen }
            }
            other => other,
        })
    }

    /// Waits until it prints a line that contains `text`, and returns that line.
    pub fn await_line(&mut self, text: &str, limit: Duration) -> Result<String, Failure> {
        let log = self.log.clone();
        self.until(&format!("a line with {text:?}"), limit, || {
            let output = read(&log);
            output.lines().find(|line| line.contains(text)).map(str::to_owned).ok_or("no such line")
        })
    }

    /// Asks it to end (SIGTERM), waits until it has, and returns how. One that takes too long is killed.
    pub fn stop(mut self) -> Result<ExitStatus, Failure> {
        self.end(Signal::TERM)
    }

    /// Sends it a signal, waits until it has ended, and returns how.
    pub(crate) fn end(&mut self, signal: Signal) -> Result<ExitStatus, Failure> {
        self.signal(signal);
        let name = self.name.clone();
        until(&format!("{name} ends"), GRACE, || match self.child.try_wait() {
            Ok(Some(status)) => Ok(status),
            Ok(None) => Err(format!("{name} is running")),
            Err(error) => Err(error.to_string()),
        })
    }

    /// Kills it (SIGKILL), as a crash would.
    pub fn kill(self) {
        drop(self);
    }

    fn still_runs(&mut self, awaited: &str) -> Result<(), Failure> {
        match self.child.try_wait() {
            Ok(Some(status)) => Err(Failure::Ended {
                name: self.name.clone(),
                awaited: awaited.to_owned(),
                status,
                log_tail: self.log_tail(),
            }),
            Ok(None) | Err(_) => Ok(()),
        }
    }

    fn log_tail(&self) -> String {
        let output = self.output();
        let lines: Vec<&str> = output.lines().collect();
        lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
    }

    fn signal(&self, signal: Signal) {
        // The child is not reaped before `self` goes, so its id is still its own; one that has ended needs no signal.
        if let Some(id) = i32::try_from(self.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(id, signal);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A log that cannot be read is as good as empty.
fn read(log: &Path) -> String {
    fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

/// Spawns from a thread that lives as long as the child is wanted. The kernel's "parent" is the thread that spawned, and a
/// test's own thread ends with its test, while a control plane serves all tests of its binary.
fn spawn(mut command: Command) -> io::Result<(Child, mpsc::Sender<()>)> {
    let (lifeline, wanted) = mpsc::channel();
    let (started, starts) = mpsc::channel();
    thread::spawn(move || {
        let _ = started.send(command.spawn());
        // Nothing is ever sent: this returns when the other end is dropped.
        let _ = wanted.recv();
    });
    let child = starts.recv().map_err(io::Error::other)??;
    Ok((child, lifeline))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scratch;

    const LIMIT: Duration = Duration::from_mins(1);

    fn shell(script: &str, scratch: &Scratch) -> Process {
        let mut command = Process::command("sh").unwrap();
        command.args(["-c", script]);
        Process::start("shell", command, &scratch.join("shell.log")).unwrap()
    }

    fn exists(id: u32) -> bool {
        Path::new(&format!("/proc/{id}")).exists()
    }

    #[test]
    fn stop_lets_a_process_end_by_itself() {
        let scratch = Scratch::new("process").unwrap();
        let mut process = shell("trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done", &scratch);
        process.await_line("ready", LIMIT).unwrap();
        assert_eq!(process.stop().unwrap().code(), Some(9));
    }

    #[test]
    fn a_dropped_process_is_gone() {
        let scratch = Scratch::new("process").unwrap();
        let process = shell("exec sleep 600", &scratch);
        let id = process.id();
        assert!(exists(id));
        drop(process);
        assert!(!exists(id));
    }

    #[test]
    fn a_process_outlives_the_thread_that_asked_for_it() {
        let scratch = Scratch::new("process").unwrap();
        let mut process = thread::scope(|scope| {
            scope.spawn(|| shell("sleep 0.2; echo alive; exec sleep 600", &scratch)).join()
        })
        .unwrap();
        process.await_line("alive", LIMIT).unwrap();
    }

    #[test]
    fn waiting_for_a_process_that_has_ended_shows_the_end_of_its_output() {
        let scratch = Scratch::new("process").unwrap();
        let mut process = shell("seq 100; exit 4", &scratch);
        let failure =
            process.until("it is ready", LIMIT, || Err::<(), _>("not ready")).unwrap_err().to_string();
        assert!(failure.starts_with("shell has ended (exit status: 4) before it is ready"), "{failure}");
        assert!(failure.ends_with("\n98\n99\n100"), "{failure}");
        assert!(!failure.contains("\n70\n"), "thirty lines are enough: {failure}");
    }
}
