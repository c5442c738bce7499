//! Many enrolments at once, for measuring a SCEP server: everything is prepared before the clock starts, and answers are
//! read after it has stopped.

mod keys;
mod process;
mod stranger;
mod tally;

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use futures::{StreamExt as _, TryStreamExt as _};
use scepter_scep::Algorithms;
use scepter_scep::client::Authority;
use tokio::task::{JoinError, JoinSet, spawn_blocking};

pub use keys::KeyPool;
pub use process::{ProcessUsage, UsageError};
pub use stranger::stranger;
pub use tally::{Shortfall, Tally};

use crate::enrollment::{EnrollError, Ticket};
use crate::request::{Prepared, serial_number};
use crate::transport::{ScepServer, TransportError};

/// Why a load could not be prepared or run to its end.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// GetCACert failed.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// A request could not be written.
    #[error(transparent)]
    Request(#[from] EnrollError),
    /// Work on another thread was interrupted.
    #[error("the load was interrupted: {0}")]
    Interrupted(#[from] JoinError),
}

/// Requests that are ready to be sent to one server.
#[derive(Debug)]
pub struct Load {
    server: ScepServer,
    authority: Arc<Authority>,
    keys: Arc<KeyPool>,
    requests: Vec<Arc<Ready>>,
}

/// A request, and which of the pool's keys made it.
#[derive(Debug)]
struct Ready {
    prepared: Prepared,
    key: usize,
}

impl Load {
    /// Writes a request for each ticket, each with a key of its own out of the pool from `first_key` on. `progress` is
    /// called once for each.
    pub async fn prepare(
        server: ScepServer,
        tickets: Vec<Ticket>,
        keys: Arc<KeyPool>,
        first_key: usize,
        progress: impl Fn(),
    ) -> Result<Self, LoadError> {
        let authority = Arc::new(server.authority().await?);
        let write = |(key, ticket): (usize, Ticket)| {
            let (authority, keys) = (Arc::clone(&authority), Arc::clone(&keys));
            spawn_blocking(move || {
                let prepared = Prepared::new(&ticket, &keys.key(key)?, &authority, SystemTime::now())?;
                Ok::<_, EnrollError>(Arc::new(Ready { prepared, key }))
            })
        };
        let requests = futures::stream::iter((first_key..).zip(tickets).map(write))
            .buffered(cores())
            .map(|written| Ok::<_, LoadError>(written??))
            .inspect_ok(|_| progress())
            .try_collect()
            .await?;
        Ok(Self { server, authority, keys, requests })
    }

    /// Sends every request, `concurrency` at a time, and then reads the answers: a success is a signed SUCCESS that fits its
    /// request.
    pub async fn run(self, concurrency: NonZeroUsize) -> Result<Tally, LoadError> {
        let began = Instant::now();
        let sent = self.send(concurrency).await?;
        let elapsed = began.elapsed();
        let latencies = sent.iter().map(|(_, latency, _)| *latency).collect();
        // Some servers sign with SHA-1 still; what they would certify is not trusted here, only counted.
        let allowed = Algorithms::default().with_sha1();
        let read = |(ready, _, answer): Sent| {
            let (authority, keys) = (Arc::clone(&self.authority), Arc::clone(&self.keys));
            spawn_blocking(move || {
                let Ready { prepared, key } = ready.as_ref();
                let certificate = prepared.certificate(&answer?, &authority, &keys.key(*key)?, allowed)?;
                Ok::<_, EnrollError>(serial_number(&certificate)?)
            })
        };
        let outcomes: Vec<_> =
            futures::stream::iter(sent.into_iter().map(read)).buffer_unordered(cores()).try_collect().await?;
        Ok(Tally::new(elapsed, latencies, outcomes))
    }
}

/// A request, how long its answer took, and the answer.
type Sent = (Arc<Ready>, Duration, Result<Vec<u8>, TransportError>);

impl Load {
    /// Each worker takes the next request as soon as it has its answer.
    async fn send(&self, concurrency: NonZeroUsize) -> Result<Vec<Sent>, LoadError> {
        let waiting = Arc::new(Mutex::new(self.requests.clone().into_iter()));
        let mut workers = JoinSet::new();
        for _ in 0..concurrency.get() {
            workers.spawn(work(self.server.clone(), Arc::clone(&waiting)));
        }
        let mut all = Vec::with_capacity(self.requests.len());
        while let Some(sent) = workers.join_next().await {
            all.extend(sent?);
        }
        Ok(all)
    }
}

async fn work(server: ScepServer, waiting: Arc<Mutex<std::vec::IntoIter<Arc<Ready>>>>) -> Vec<Sent> {
    let mut sent = Vec::new();
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
    while let Some(ready) = next() {
        let began = Instant::now();
        let answer = server.pki_operation(ready.prepared.message.clone()).await;
        sent.push((ready, began.elapsed(), answer));
    }
    sent
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, NonZeroUsize::get)
}
