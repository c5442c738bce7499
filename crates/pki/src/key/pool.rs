//! A bounded place for RSA work.

use std::num::NonZeroUsize;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::yield_now;

use super::KeyError;

/// Bounds RSA operations: so many at once, so many waiting, and no more. One pool serves every RSA key of a process,
/// since they share its processors.
#[derive(Clone, Debug)]
pub struct RsaPool {
    admitted: Arc<Semaphore>,
    running: Arc<Semaphore>,
}

/// Leave to run one operation; given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    _admitted: OwnedSemaphorePermit,
    _running: OwnedSemaphorePermit,
}

impl RsaPool {
    /// Makes a pool that runs `threads` operations at once and lets `queue` more wait.
    pub fn new(threads: NonZeroUsize, queue: usize) -> Self {
        let admitted = threads.get().saturating_add(queue).min(Semaphore::MAX_PERMITS);
        Self {
            admitted: Arc::new(Semaphore::new(admitted)),
            running: Arc::new(Semaphore::new(threads.get().min(admitted))),
        }
    }

    /// Runs one operation in the task that asks for it, which costs no change of threads (decision 0260). Whatever else is
    /// ready runs first, so that it waits for no more operations than run at once, however many are in the queue.
    pub(crate) async fn run<T>(&self, operation: impl FnOnce() -> T) -> Result<T, KeyError> {
        let _place = self.place().await?;
        yield_now().await;
        Ok(operation())
    }

    /// Waits for a place, first come, first served; [`KeyError::Busy`] where the queue is full. Who stops waiting leaves
    /// the queue.
    pub(crate) async fn place(&self) -> Result<Place, KeyError> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| KeyError::Busy)?;
        let running = Arc::clone(&self.running)
            .acquire_owned()
            .await
            .map_err(|_| KeyError::Unavailable("the pool is closed".into()))?;
        Ok(Place { _admitted: admitted, _running: running })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use tokio::task::JoinHandle;

    use super::*;

    /// A pool of one thread with one operation running, and another that fills the queue.
    async fn full() -> (RsaPool, Place, JoinHandle<Result<u32, KeyError>>) {
        let pool = RsaPool::new(NonZeroUsize::MIN, 1);
        let running = pool.place().await.unwrap();
        let waiting = queue(&pool, 2);
        while pool.admitted.available_permits() > 0 {
            yield_now().await;
        }
        (pool, running, waiting)
    }

    fn queue(pool: &RsaPool, result: u32) -> JoinHandle<Result<u32, KeyError>> {
        let pool = pool.clone();
        tokio::spawn(async move { pool.run(|| result).await })
    }

    #[tokio::test]
    async fn an_operation_beyond_the_queue_is_refused_as_busy_and_admitted_again_later() {
        let (pool, running, waiting) = full().await;

        assert_eq!(pool.run(|| 3).await, Err(KeyError::Busy));

        drop(running);
        assert_eq!(waiting.await.unwrap(), Ok(2));
        assert_eq!(pool.run(|| 4).await, Ok(4));
    }

    #[tokio::test]
    async fn an_operation_that_nobody_waits_for_leaves_the_queue() {
        let (pool, running, abandoned) = full().await;
        abandoned.abort();
        assert!(abandoned.await.unwrap_err().is_cancelled());

        let next = queue(&pool, 3);
        drop(running);
        assert_eq!(next.await.unwrap(), Ok(3));
    }

    /// On one thread, as with a single processor: the pool and everything else share it.
    #[tokio::test]
    async fn whatever_is_ready_has_its_turn_between_two_operations() {
        let pool = RsaPool::new(NonZeroUsize::MIN, 8);
        let turns = Arc::new(Mutex::new(Vec::new()));
        let operations: Vec<_> = (0..4)
            .map(|_| {
                let (pool, turns) = (pool.clone(), Arc::clone(&turns));
                tokio::spawn(async move { pool.run(|| turns.lock().unwrap().push("operation")).await })
            })
            .collect();
        while operations.iter().any(|operation| !operation.is_finished()) {
            turns.lock().unwrap().push("another task");
            yield_now().await;
        }

        let turns = turns.lock().unwrap();
        assert_eq!(turns.iter().filter(|turn| **turn == "operation").count(), 4);
        assert!(!turns.windows(2).any(|pair| pair == ["operation"; 2]), "{turns:?}");
    }
}
