//! When a status is written: at once where it answers somebody, at most once in an interval where it only tells of
//! devices, and never where it would say what is said already.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

/// What a status means: all of it but the times at which conditions changed, which follow from the rest.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Meaning(Value);

impl Meaning {
    /// Of a status as JSON.
    pub(crate) fn of(mut status: Value) -> Self {
        let conditions = status.get_mut("conditions").and_then(Value::as_array_mut);
        for condition in conditions.into_iter().flatten().filter_map(Value::as_object_mut) {
            condition.remove("lastTransitionTime");
        }
        Self(status)
    }

    /// What somebody may be waiting for: an answer to their generation, their request, or a turn of `Ready`.
    fn headline(&self) -> [Option<&Value>; 4] {
        let conditions = self.0.get("conditions").and_then(Value::as_array);
        let ready = conditions.into_iter().flatten().find(|condition| condition["type"] == "Ready");
        [
            self.0.get("observedGeneration"),
            self.0.get("lastHandledReconcileAt"),
            ready.and_then(|ready| ready.get("status")),
            ready.and_then(|ready| ready.get("reason")),
        ]
    }
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// There is nothing new.
    Unchanged,
    /// Write.
    Now,
    /// Look again then, and write what is true then.
    In(Duration),
}

/// The last writes of this process, by object UID.
#[derive(Debug)]
pub(crate) struct Pace {
    interval: Duration,
    writes: HashMap<String, Write>,
}

#[derive(Debug)]
struct Write {
    at: Instant,
    meaning: Meaning,
}

impl Pace {
    /// At most one write of mere news in an interval.
    pub(crate) fn new(interval: Duration) -> Self {
        Self { interval, writes: HashMap::new() }
    }

    /// Whether to write `new` where the store holds `stored`. Shortly after a write, the store may not have it yet; later
    /// it is right even against us, so that a status which somebody else overwrote heals.
    pub(crate) fn turn(&self, uid: &str, stored: &Meaning, new: &Meaning, now: Instant) -> Turn {
        let recent = self.writes.get(uid).filter(|write| now < write.at + self.interval);
        let told = recent.map_or(stored, |write| &write.meaning);
        match recent {
            _ if told == new => Turn::Unchanged,
            Some(write) if told.headline() == new.headline() => Turn::In(write.at + self.interval - now),
            Some(_) | None => Turn::Now,
        }
    }

    /// Remembers a write.
    pub(crate) fn written(&mut self, uid: &str, meaning: Meaning, now: Instant) {
        self.writes.retain(|_, write| now < write.at + self.interval);
        self.writes.insert(uid.to_owned(), Write { at: now, meaning });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio::time::advance;

    use super::*;

    const INTERVAL: Duration = Duration::from_secs(10);

    fn status(ready: &str, failed: u32) -> Meaning {
        Meaning::of(json!({
            "observedGeneration": 1,
            "conditions": [{"type": "Ready", "status": ready, "reason": "Programmed"}],
            "summary": {"failed": failed},
        }))
    }

    /// What a store shows of an object that nobody has judged.
    fn blank() -> Meaning {
        Meaning::of(json!({}))
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_status_is_written_at_once() {
        let pace = Pace::new(INTERVAL);
        assert_eq!(pace.turn("a", &blank(), &status("True", 0), Instant::now()), Turn::Now);
    }

    #[tokio::test(start_paused = true)]
    async fn news_of_devices_wait_until_the_interval_is_over_and_are_written_then() {
        let mut pace = Pace::new(INTERVAL);
        pace.written("a", status("True", 0), Instant::now());
        advance(Duration::from_secs(4)).await;
        let turn = pace.turn("a", &status("True", 0), &status("True", 1), Instant::now());
        assert_eq!(turn, Turn::In(Duration::from_secs(6)));
        advance(Duration::from_secs(6)).await;
        let turn = pace.turn("a", &status("True", 0), &status("True", 7), Instant::now());
        assert_eq!(turn, Turn::Now);
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_of_ready_does_not_wait() {
        let mut pace = Pace::new(INTERVAL);
        pace.written("a", status("False", 0), Instant::now());
        assert_eq!(pace.turn("a", &blank(), &status("True", 0), Instant::now()), Turn::Now);
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_just_written_is_not_written_again_while_the_store_lags() {
        let mut pace = Pace::new(INTERVAL);
        pace.written("a", status("True", 0), Instant::now());
        assert_eq!(pace.turn("a", &blank(), &status("True", 0), Instant::now()), Turn::Unchanged);
    }

    #[tokio::test(start_paused = true)]
    async fn a_status_that_somebody_else_overwrote_heals_after_the_interval() {
        let mut pace = Pace::new(INTERVAL);
        pace.written("a", status("True", 0), Instant::now());
        advance(INTERVAL).await;
        assert_eq!(pace.turn("a", &blank(), &status("True", 0), Instant::now()), Turn::Now);
    }

    #[tokio::test(start_paused = true)]
    async fn one_object_does_not_wait_for_another() {
        let mut pace = Pace::new(INTERVAL);
        pace.written("a", status("True", 0), Instant::now());
        assert_eq!(pace.turn("b", &status("True", 0), &status("True", 1), Instant::now()), Turn::Now);
    }

    #[test]
    fn the_time_of_a_transition_alone_means_nothing() {
        let at = |time: &str| {
            Meaning::of(
                json!({"conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": time}]}),
            )
        };
        assert_eq!(at("2026-01-01T00:00:00Z"), at("2026-01-01T00:00:01Z"));
    }
}
