//! What a process on this machine has used, as Linux tells in /proc.

use std::time::Duration;

/// What a process has used since it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessUsage {
    /// CPU time of all its threads, in user and kernel mode; resolved to the clock tick, usually 10 ms.
    pub cpu: Duration,
    /// The most memory that was resident at once, in bytes.
    pub peak_memory: u64,
}

/// Why nothing is known of a process.
#[derive(Debug, thiserror::Error)]
pub enum UsageError {
    /// There is no such file: no such process, or no Linux.
    #[error(
        "/proc/{pid}/{file} cannot be read: {source}; give the id of a process that runs on this Linux machine"
    )]
    Unreadable {
        /// The process.
        pid: u32,
        /// The file.
        file: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file says something else than proc(5) does.
    #[error("/proc/{pid}/{file} is not in the form that proc(5) describes")]
    Unintelligible {
        /// The process.
        pid: u32,
        /// The file.
        file: &'static str,
    },
}

impl ProcessUsage {
    /// Reads it now.
    pub fn of(pid: u32) -> Result<Self, UsageError> {
        let read =
            |file| {
                std::fs::read_to_string(format!("/proc/{pid}/{file}"))
                    .map_err(|source| UsageError::Unreadable { pid, file, source })
            };
        let unintelligible = |file| UsageError::Unintelligible { pid, file };
        let ticks = ticks(&read("stat")?).ok_or_else(|| unintelligible("stat"))?;
        let peak_memory = peak_memory(&read("status")?).ok_or_else(|| unintelligible("status"))?;
        let per_second = rustix::param::clock_ticks_per_second().max(1);
        Ok(Self { cpu: Duration::from_millis(ticks * 1000 / per_second), peak_memory })
    }
}

/// utime and stime of /proc/PID/stat: the twelfth and thirteenth field after the command, which may hold anything but ends
/// with the last parenthesis.
fn ticks(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u64>().ok();
    next()?.checked_add(next()?)
}

/// `VmHWM` of /proc/PID/status.
fn peak_memory(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_with_parentheses_and_blanks_does_not_shift_the_times() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194560 100 0 0 0 250 50 9 9 20 0 1 0 100 0 0";
        assert_eq!(ticks(stat), Some(300));
        assert_eq!(ticks("7 (a) S 1"), None);
    }

    #[test]
    fn the_peak_of_memory_is_told_in_bytes() {
        assert_eq!(peak_memory("VmPeak:\t 900 kB\nVmHWM:\t   64 kB\nVmRSS:\t 32 kB\n"), Some(65_536));
    }

    #[test]
    fn a_process_that_works_uses_time_and_memory() {
        let before = ProcessUsage::of(std::process::id()).unwrap();
        assert!(before.peak_memory > 4096);
        let mut after = before;
        while after.cpu <= before.cpu {
            after = ProcessUsage::of(std::process::id()).unwrap();
        }
    }

    #[test]
    fn a_process_that_is_not_there_is_named() {
        let error = ProcessUsage::of(u32::MAX).unwrap_err();
        assert!(error.to_string().contains("/proc/4294967295/stat"), "{error}");
    }
}
