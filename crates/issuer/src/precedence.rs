//! Devices before relying parties (TH-19): whoever asks for OCSP answers or revocation lists gives way to enrolments.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// How long a relying party gives way at once.
pub(crate) const TURN: Duration = Duration::from_millis(20);

/// How much longer a relying party gives way. Devices that never pause cost it that much, no more: it must not be kept from
/// learning of a revocation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience(Duration);

impl Patience {
    /// For one OCSP answer.
    pub(crate) const ANSWER: Self = Self(TURN);

    /// For a whole list, all its pieces together: less than the time-outs of those who fetch one.
    pub(crate) const LIST: Self = Self(Duration::from_secs(1));
}

/// Who is served before whom.
#[derive(Debug, Default)]
pub(crate) struct Precedence {
    /// Messages of devices that are being answered.
    in_work: AtomicUsize,
    /// Told when the last of them is answered.
    idle: Notify,
}

/// A device's message in work, until this is dropped.
#[must_use]
#[derive(Debug)]
pub(crate) struct InWork<'a>(&'a Precedence);

impl Precedence {
    /// Says that a device's message is being answered.
    pub(crate) fn device(&self) -> InWork<'_> {
        self.in_work.fetch_add(1, Ordering::AcqRel);
        InWork(self)
    }

    /// Waits until no device's message is in work, or until a turn or the patience ends.
    pub(crate) async fn give_way(&self, patience: &mut Patience) {
        // Heard from here on, so that an end between the look and the wait is not missed.
        let idle = self.idle.notified();
        if self.in_work.load(Ordering::Acquire) > 0 {
            let began = Instant::now();
            // Patience that ended is a turn too.
            let _: Result<(), _> = tokio::time::timeout(TURN.min(patience.0), idle).await;
            patience.0 = patience.0.saturating_sub(began.elapsed());
        }
    }
}

impl Drop for InWork<'_> {
    fn drop(&mut self) {
        if self.0.in_work.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.idle.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn is_ready(future: std::pin::Pin<&mut impl Future<Output = ()>>) -> bool {
        future.poll(&mut Context::from_waker(Waker::noop())) == Poll::Ready(())
    }

    #[tokio::test]
    async fn a_relying_party_waits_for_nobody_while_no_device_is_served() {
        let precedence = Precedence::default();
        drop(precedence.device());
        assert!(is_ready(pin!(precedence.give_way(&mut Patience::ANSWER.clone()))));
    }

    #[tokio::test]
    async fn a_relying_party_waits_until_the_last_device_is_answered() {
        let precedence = Precedence::default();
        let (first, second) = (precedence.device(), precedence.device());
        let mut patience = Patience::ANSWER;
        let mut relying_party = pin!(precedence.give_way(&mut patience));
        assert!(!is_ready(relying_party.as_mut()));
        drop(first);
        assert!(!is_ready(relying_party.as_mut()));
        drop(second);
        assert!(is_ready(relying_party));
    }

    #[tokio::test(start_paused = true)]
    async fn devices_that_never_pause_cost_a_list_its_patience_alone() {
        let precedence = Precedence::default();
        let _device = precedence.device();
        let (began, mut patience) = (Instant::now(), Patience::LIST);
        for _ in 0..1000 {
            precedence.give_way(&mut patience).await;
        }
        let took = began.elapsed();
        // Each of fifty turns may end a tick of the timer late.
        let longest = Patience::LIST.0 + Duration::from_millis(100);
        assert!((Patience::LIST.0..longest).contains(&took), "{took:?}");
    }
}
