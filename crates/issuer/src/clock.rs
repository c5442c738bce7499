//! The time, passed in like everything else that a test must be able to say; and whether it can be right.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// How far the clock may stand before the newest record, seconds: as much as the clocks of two machines may differ.
const TOLERANCE: i64 = 60;

/// A source of the current time that knows how far time has come.
#[derive(Clone)]
pub struct Clock {
    now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// The newest moment at which something was recorded, in seconds.
    recorded: Arc<AtomicI64>,
}

/// The clock stands before what was recorded: whoever set it back would make expired challenges and certificates good
/// again (TH-20). Over when the clock is right again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the clock stands {seconds} s before the newest record; set it right")]
pub(crate) struct ClockBehind {
    seconds: i64,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self::new(Timestamp::now)
    }

    /// A clock of the caller's own.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { now: Arc::new(now), recorded: Arc::new(AtomicI64::new(i64::MIN)) }
    }

    /// The current time.
    pub fn now(&self) -> Timestamp {
        (self.now)()
    }

    /// Takes note that something was recorded then.
    pub(crate) fn witness(&self, recorded: Timestamp) {
        self.recorded.fetch_max(recorded.as_second(), Ordering::Relaxed);
    }

    /// Whether the current time can be right.
    pub(crate) fn check(&self) -> Result<(), ClockBehind> {
        let seconds = self.recorded.load(Ordering::Relaxed).saturating_sub(self.now().as_second());
        if seconds > TOLERANCE { Err(ClockBehind { seconds }) } else { Ok(()) }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing_at(second: i64) -> Clock {
        Clock::new(move || Timestamp::from_second(second).unwrap())
    }

    #[test]
    fn a_clock_a_minute_before_the_newest_record_is_within_what_machines_differ() {
        let clock = standing_at(1000);
        assert_eq!(clock.check(), Ok(()), "nothing was recorded");
        clock.witness(Timestamp::from_second(1060).unwrap());
        assert_eq!(clock.check(), Ok(()));
    }

    #[test]
    fn a_clock_that_was_set_back_is_told_from_a_right_one_by_the_newest_record() {
        let clock = standing_at(1000);
        clock.witness(Timestamp::from_second(1061).unwrap());
        clock.witness(Timestamp::from_second(900).unwrap());
        assert_eq!(clock.check(), Err(ClockBehind { seconds: 61 }));
    }
}
