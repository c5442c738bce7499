//! Another time for a process that a test starts, by libfaketime.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::tool::INSTALL;
use crate::{Failure, Scratch};

/// Where Debian puts the library, for processes with threads.
const LIBRARIES: [&str; 2] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
];

/// A clock that stands behind the real one and that a test can set while processes go by it.
#[derive(Debug)]
pub struct FakeClock {
    library: &'static str,
    scratch: Scratch,
}

impl FakeClock {
    /// A clock that is so many days behind.
    pub fn days_ago(days: u16) -> Result<Self, Failure> {
        let library = LIBRARIES.into_iter().find(|library| Path::new(library).exists());
        let library = library.ok_or(Failure::ToolMissing { program: "libfaketime", remedy: INSTALL })?;
        let clock = Self { library, scratch: Scratch::new("clock")? };
        clock.set(days)?;
        Ok(clock)
    }

    /// Sets it to that many days ago. Whoever goes by it sees so at its next look.
    pub fn set(&self, days: u16) -> Result<(), Failure> {
        self.set_behind(Duration::from_hours(24 * u64::from(days)))
    }

    /// Sets it to so long ago, in whole seconds.
    pub fn set_behind(&self, behind: Duration) -> Result<(), Failure> {
        // In one step: a process that looks meanwhile must find the old time or the new.
        let next = self.scratch.write("next", format!("-{}\n", behind.as_secs()))?;
        std::fs::rename(&next, self.file()).map_err(Failure::file("replace", &self.file()))
    }

    /// What a process that goes by this clock has in its environment. Durations stay what they are: only the date is another.
    pub fn environment(&self) -> [(&'static str, OsString); 4] {
        [
            ("LD_PRELOAD", self.library.into()),
            ("FAKETIME_TIMESTAMP_FILE", self.file().into()),
            ("FAKETIME_NO_CACHE", "1".into()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
        ]
    }

    fn file(&self) -> PathBuf {
        self.scratch.join("offset")
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::run;

    /// Seconds since 1970 by this clock.
    fn now(clock: &FakeClock) -> i64 {
        let printed = run(Command::new("date").arg("+%s").envs(clock.environment()), b"").unwrap();
        printed.trim().parse().unwrap()
    }

    #[test]
    fn a_process_goes_by_the_clock_and_follows_it() {
        let clock = FakeClock::days_ago(10).unwrap();
        let before = now(&clock);
        clock.set(3).unwrap();
        let days = (now(&clock) - before) / (24 * 60 * 60);
        assert_eq!(days, 7);
    }
}
