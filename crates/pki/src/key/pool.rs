//! A bounded place for RSA work.

use std::num::NonZeroUsize;
use std::sync::Arc;

use tokio::sync::Semaphore;

use super::KeyError;

/// Runs RSA operations off the runtime's own threads: so many at once, so many waiting, and no more. One pool serves
/// every RSA key of a process, since they share its processors.
#[derive(Clone, Debug)]
pub struct RsaPool {
    admitted: Arc<Semaphore>,
    running: Arc<Semaphore>,
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

    /// Runs one operation. The places it takes are kept until it has ended, even when nobody waits for it any more.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        operation: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, KeyError> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| KeyError::Busy)?;
        let running = Arc::clone(&self.running)
            .acquire_owned()
            .await
            .map_err(|_| KeyError::Unavailable("the pool is closed".into()))?;
        tokio::task::spawn_blocking(move || {
            let result = operation();
            drop((admitted, running));
            result
        })
        .await
        .map_err(|error| KeyError::Unavailable(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn an_operation_beyond_the_queue_is_refused_as_busy_and_admitted_again_later() {
        let pool = RsaPool::new(NonZeroUsize::MIN, 1);
        let (release, blocked) = mpsc::channel::<()>();
        let first = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run(move || blocked.recv()).await }
        });
        let second = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run(|| 2).await }
        });
        while pool.admitted.available_permits() > 0 {
            tokio::task::yield_now().await;
        }

        assert_eq!(pool.run(|| 3).await, Err(KeyError::Busy));

        release.send(()).unwrap();
        first.await.unwrap().unwrap().unwrap();
        assert_eq!(second.await.unwrap(), Ok(2));
        assert_eq!(pool.run(|| 4).await, Ok(4));
    }

    #[tokio::test]
    async fn an_operation_that_nobody_waits_for_keeps_its_place_until_it_ends() {
        let pool = RsaPool::new(NonZeroUsize::MIN, 0);
        let (started, has_started) = mpsc::channel::<()>();
        let (release, blocked) = mpsc::channel::<()>();
        let abandoned = tokio::spawn({
            let pool = pool.clone();
            async move {
                pool.run(move || {
                    started.send(()).unwrap();
                    blocked.recv().unwrap();
                })
                .await
            }
        });
        while has_started.try_recv().is_err() {
            tokio::task::yield_now().await;
        }
        abandoned.abort();
        assert!(abandoned.await.unwrap_err().is_cancelled());

        assert_eq!(pool.run(|| ()).await, Err(KeyError::Busy));

        release.send(()).unwrap();
        while pool.run(|| ()).await == Err(KeyError::Busy) {
            tokio::task::yield_now().await;
        }
    }
}
