//! Waiting for a condition: ask, pause, ask again.

use std::fmt::Display;
use std::thread;
use std::time::{Duration, Instant};

use crate::Failure;

/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(50);

/// Attempts until one succeeds, and returns what it found. Fails with the last attempt's reason once `limit` has passed.
/// Blocks its thread: in asynchronous tests call it through `spawn_blocking`.
pub fn until<T, E: Display>(
    awaited: &str,
    limit: Duration,
    attempt: impl FnMut() -> Result<T, E>,
) -> Result<T, Failure> {
    until_or(awaited, limit, attempt, || Ok(()))
}

/// Like [`until`], but gives up at once when `hopeless` fails: there is no point in waiting for a process that has ended.
pub(crate) fn until_or<T, E: Display>(
    awaited: &str,
    limit: Duration,
    mut attempt: impl FnMut() -> Result<T, E>,
    mut hopeless: impl FnMut() -> Result<(), Failure>,
) -> Result<T, Failure> {
    let deadline = Instant::now() + limit;
    loop {
        let reason = match attempt() {
            Ok(found) => return Ok(found),
            Err(reason) => reason,
        };
        hopeless()?;
        if Instant::now() >= deadline {
            return Err(Failure::TimedOut {
                awaited: awaited.to_owned(),
                limit,
                last_seen: reason.to_string(),
            });
        }
        thread::sleep(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_success_is_returned() {
        let mut attempts = 0;
        let third = until("the third attempt", Duration::from_mins(1), || {
            attempts += 1;
            if attempts == 3 { Ok(attempts) } else { Err("too early") }
        });
        assert_eq!(third.unwrap(), 3);
    }

    #[test]
    fn running_out_of_time_says_what_was_awaited_and_what_was_seen_last() {
        let never = until("a blue moon", Duration::ZERO, || Err::<(), _>("it is white"));
        assert_eq!(never.unwrap_err().to_string(), "not within 0 s: a blue moon; last seen: it is white");
    }
}
