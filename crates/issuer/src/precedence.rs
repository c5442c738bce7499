//! Devices before relying parties (TH-19): whoever asks for OCSP answers or revocation lists gives way to enrolments.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

/// How long a relying party gives way, for one answer or one piece of a list. Devices that never pause cost it that much, no
/// more: it must not be kept from learning of a revocation.
const PATIENCE: Duration = Duration::from_millis(20);

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

    /// Waits until no device's message is in work, or until patience ends.
    pub(crate) async fn give_way(&self) {
        // Heard from here on, so that an end between the look and the wait is not missed.
        let idle = self.idle.notified();
        if self.in_work.load(Ordering::Acquire) > 0 {
            // Patience that ended is a turn too.
            let _: Result<(), _> = tokio::time::timeout(PATIENCE, idle).await;
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

    use tokio::time::Instant;

    use super::*;

    fn is_ready(future: std::pin::Pin<&mut impl Future<Output = ()>>) -> bool {
        future.poll(&mut Context::from_waker(Waker::noop())) == Poll::Ready(())
    }

    #[tokio::test]
    async fn a_relying_party_waits_for_nobody_while_no_device_is_served() {
        let precedence = Precedence::default();
        drop(precedence.device());
        assert!(is_ready(pin!(precedence.give_way())));
    }

    #[tokio::test]
    async fn a_relying_party_waits_until_the_last_device_is_answered() {
        let precedence = Precedence::default();
        let (first, second) = (precedence.device(), precedence.device());
        let mut relying_party = pin!(precedence.give_way());
        assert!(!is_ready(relying_party.as_mut()));
        drop(first);
        assert!(!is_ready(relying_party.as_mut()));
        drop(second);
        assert!(is_ready(relying_party));
    }

    #[tokio::test(start_paused = true)]
    async fn devices_that_never_pause_keep_a_relying_party_for_its_patience_alone() {
        let precedence = Precedence::default();
        let _device = precedence.device();
        let began = Instant::now();
        precedence.give_way().await;
        assert!((PATIENCE..PATIENCE * 2).contains(&began.elapsed()), "{:?}", began.elapsed());
    }
}
