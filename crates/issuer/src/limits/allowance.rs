//! What each of many has left, in bounded memory.

use std::hash::{BuildHasher as _, Hash, RandomState};
use std::time::Duration;

use governor::clock::{Clock, MonotonicClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::configuration::Rate;

/// How much each of many may take. Senders choose who they are, so names are hashed into 65 536 slots by a key of this
/// process: memory is bounded (about 3 MB when all are used), there is nothing to evict, and nobody can aim at another's
/// slot. Two that share one by chance share what they have.
#[derive(Debug)]
pub(super) struct Allowance<C: Clock = MonotonicClock> {
    slots: RateLimiter<u16, HashMapStateStore<u16>, C, NoOpMiddleware<C::Instant>>,
    clock: C,
    hasher: RandomState,
}

impl Allowance {
    pub(super) fn new(rate: Rate) -> Self {
        Self::with_clock(rate, MonotonicClock)
    }
}

impl<C: Clock + Clone> Allowance<C> {
    fn with_clock(rate: Rate, clock: C) -> Self {
        let slots = RateLimiter::hashmap_with_clock(quota(rate), clock.clone()).with_middleware();
        Self { slots, clock, hasher: RandomState::new() }
    }

    /// Takes one; otherwise says when the next can be had.
    pub(super) fn take(&self, who: &impl Hash) -> Result<(), Duration> {
        let slot = self.slot(who);
        self.slots.check_key(&slot).map_err(|not_yet| not_yet.wait_time_from(self.clock.now()))
    }

    fn slot(&self, who: &impl Hash) -> u16 {
        let [first, second, ..] = self.hasher.hash_one(who).to_le_bytes();
        u16::from_le_bytes([first, second])
    }
}

/// The configuration has been checked: periods are longer than a nanosecond for every request.
fn quota(rate: Rate) -> Quota {
    let each = rate.per.duration() / rate.requests.get();
    Quota::with_period(each).unwrap_or(Quota::per_second(rate.requests)).allow_burst(rate.burst)
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;
    use crate::configuration::Period;

    fn six_a_minute() -> (Allowance<FakeRelativeClock>, FakeRelativeClock) {
        let clock = FakeRelativeClock::default();
        let rate =
            Rate { requests: 6.try_into().unwrap(), per: Period::Minute, burst: 3.try_into().unwrap() };
        (Allowance::with_clock(rate, clock.clone()), clock)
    }

    /// Somebody who does not share the slot of `other`.
    fn somebody_beside(allowance: &Allowance<FakeRelativeClock>, other: &str) -> u32 {
        (0..100).find(|who| allowance.slot(who) != allowance.slot(&other)).unwrap()
    }

    #[test]
    fn a_burst_passes_and_the_next_is_told_when_to_come() {
        let (allowance, clock) = six_a_minute();
        for _ in 0..3 {
            assert_eq!(allowance.take(&"device"), Ok(()));
        }
        assert_eq!(allowance.take(&"device"), Err(Duration::from_secs(10)));
        clock.advance(Duration::from_secs(4));
        assert_eq!(allowance.take(&"device"), Err(Duration::from_secs(6)));
        clock.advance(Duration::from_secs(6));
        assert_eq!(allowance.take(&"device"), Ok(()));
        assert!(allowance.take(&"device").is_err());
    }

    #[test]
    fn what_one_takes_is_not_missing_to_another() {
        let (allowance, _) = six_a_minute();
        while allowance.take(&"flood").is_ok() {}
        assert_eq!(allowance.take(&somebody_beside(&allowance, "flood")), Ok(()));
    }

    #[test]
    fn a_million_senders_take_no_more_memory_than_there_are_slots() {
        let (allowance, _) = six_a_minute();
        for who in 0..1_000_000_u32 {
            let _ = allowance.take(&who);
        }
        assert!(allowance.slots.len() <= 1 << 16, "{}", allowance.slots.len());
    }
}
