//! What a process that holds keys and tokens gives up before it reads any (TH-42).

use anyhow::Context as _;
use rustix::fs::Mode;
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit, umask};

/// From here on nobody but the owner can read what it writes, and no memory of it reaches a core file or a debugger of
/// the same user.
pub(crate) fn confine() -> anyhow::Result<()> {
    umask(Mode::RWXG | Mode::RWXO);
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    setrlimit(Resource::Core, none).context("core files cannot be switched off")?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable).context("memory cannot be hidden from debuggers")
}
