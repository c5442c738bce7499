//! How long to wait before the next attempt at an object.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

/// Before the first repetition.
const FIRST: Duration = Duration::from_secs(1);

/// The longest wait.
const LONGEST: Duration = Duration::from_mins(5);

/// Failed attempts, by key: each failure in a row doubles the wait, from one second to five minutes.
#[derive(Debug)]
pub(crate) struct Backoff<K> {
    failures: HashMap<K, u32>,
}

impl<K: Eq + Hash> Backoff<K> {
    /// No failures.
    pub(crate) fn new() -> Self {
        Self { failures: HashMap::new() }
    }

    /// Counts a failure and says how long to wait. `jitter` (0 to 255) makes the wait up to a quarter longer, so that
    /// objects that failed together do not come back together.
    pub(crate) fn failed(&mut self, key: K, jitter: u8) -> Duration {
        let failures = self.failures.entry(key).or_default();
        let wait = FIRST.saturating_mul(2_u32.saturating_pow(*failures));
        *failures = failures.saturating_add(1);
        lengthened(wait, jitter).min(LONGEST)
    }

    /// Forgets the failures of a key.
    pub(crate) fn succeeded(&mut self, key: &K) {
        self.failures.remove(key);
    }
}

/// The wait and up to a quarter of it more.
pub(crate) fn lengthened(wait: Duration, jitter: u8) -> Duration {
    wait.saturating_add(wait / 4 * u32::from(jitter) / 255)
}

/// A random byte; where the system has none, none is needed badly enough to fail.
pub(crate) fn jitter() -> u8 {
    getrandom::u32().map_or(0, |word| word.to_le_bytes()[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_doubles_the_wait_up_to_five_minutes() {
        let mut backoff = Backoff::new();
        let waits: Vec<u64> = (0..11).map(|_| backoff.failed("a", 0).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    }

    #[test]
    fn one_objects_failures_do_not_slow_another() {
        let mut backoff = Backoff::new();
        for _ in 0..8 {
            backoff.failed("a", 0);
        }
        assert_eq!(backoff.failed("b", 0), FIRST);
    }

    #[test]
    fn a_success_starts_anew() {
        let mut backoff = Backoff::new();
        backoff.failed("a", 0);
        backoff.failed("a", 0);
        backoff.succeeded(&"a");
        assert_eq!(backoff.failed("a", 0), FIRST);
    }

    #[test]
    fn jitter_makes_a_wait_up_to_a_quarter_longer_and_never_longer_than_the_longest() {
        assert_eq!(lengthened(Duration::from_secs(8), 255), Duration::from_secs(10));
        let mut backoff = Backoff::new();
        assert!((0..20).all(|_| backoff.failed("a", 255) <= LONGEST));
    }

    #[test]
    fn a_thousand_failures_do_not_overflow() {
        let mut backoff = Backoff::new();
        let waits: Vec<Duration> = (0..1000).map(|_| backoff.failed("a", 3)).collect();
        assert_eq!(waits.last(), Some(&LONGEST));
    }
}
