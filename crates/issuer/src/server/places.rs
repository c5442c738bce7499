//! The places of a listener: so many connections at once, and so many of them from one source.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::limits::Source;

/// Who holds how many of a listener's places.
#[derive(Debug)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    per_source: NonZeroUsize,
    /// Only who holds a place stands here, so it is as bounded as the places.
    taken: Mutex<HashMap<Source, usize>>,
}

/// A place, taken until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
    counted: Option<(Arc<Places>, Source)>,
}

impl Places {
    pub(super) fn new(per_listener: NonZeroUsize, per_source: NonZeroUsize) -> Self {
        let places = per_listener.get().min(Semaphore::MAX_PERMITS);
        Self { free: Arc::new(Semaphore::new(places)), per_source, taken: Mutex::default() }
    }

    /// Waits for a place of the listener. `None` once there are none any more.
    pub(super) async fn one(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.free).acquire_owned().await.ok()
    }

    /// Gives a place to a source, unless it holds as many as it may; a `None` is a proxy, behind which are many.
    pub(super) fn give(
        self: &Arc<Self>,
        permit: OwnedSemaphorePermit,
        source: Option<Source>,
    ) -> Option<Place> {
        if let Some(source) = source {
            let mut taken = self.taken();
            let held = taken.entry(source).or_default();
            if *held >= self.per_source.get() {
                return None;
            }
            *held += 1;
        }
        Some(Place { _permit: permit, counted: source.map(|source| (Arc::clone(self), source)) })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<Source, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((places, source)) = &self.counted else { return };
        let mut taken = places.taken();
        if let Some(held) = taken.get_mut(source) {
            *held -= 1;
            if *held == 0 {
                taken.remove(source);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::*;

    #[tokio::test]
    async fn a_source_holds_as_many_places_as_it_may_and_is_forgotten_with_the_last() {
        let two = NonZeroUsize::new(2).unwrap();
        let places = Arc::new(Places::new(NonZeroUsize::new(5).unwrap(), two));
        let [one, other] = [[192, 0, 2, 1], [192, 0, 2, 2]].map(|address| Some(IpAddr::from(address).into()));
        let mut held = Vec::new();
        for source in [one, one, other, None, None] {
            let permit = places.one().await.unwrap();
            held.push(places.give(permit, source).expect("there is a place"));
        }
        assert_eq!(places.free.available_permits(), 0);
        held.pop();
        let permit = places.one().await.unwrap();
        assert!(places.give(permit, one).is_none());
        held.clear();
        assert_eq!(places.free.available_permits(), 5, "a refused one takes no place");
        assert!(places.taken().is_empty());
    }
}
