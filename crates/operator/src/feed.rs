//! The issuer's feed: what became of devices asks for a pass over their objects.

use std::time::Duration;

use scepter_issuer_api::client::Client;
use scepter_issuer_api::{Changes, Cursor, ErrorCode, Issuer as _, IssuerError};
use tokio::time::sleep;

use crate::backoff::{Backoff, jitter};
use crate::queue::Queues;
use crate::world::Stores;

/// How long the issuer may hold an answer back while nothing changes.
const WAIT: Duration = Duration::from_secs(30);

/// Follows the feed for ever. Between two answers lies `pause`: a fleet that enrolls changes its profile many times a
/// second, and a status tells of devices at most once in that time anyway.
pub(crate) async fn follow(issuer: Client, queues: Queues, stores: Stores, pause: Duration) {
    let mut cursor: Option<Cursor> = None;
    let mut backoff = Backoff::new();
    loop {
        match issuer.changes(cursor.as_ref(), WAIT).await {
            Ok(Changes { cursor: next, changed }) => {
                backoff.succeeded(&());
                // The first answer only says where the feed is; every object has just had its first pass.
                let rest = !changed.is_empty();
                for key in changed {
                    queues.push(key);
                }
                cursor = Some(next);
                if rest {
                    sleep(pause).await;
                }
            }
            Err(error) => {
                if is_gone(&error) {
                    cursor = None;
                    for key in stores.keys() {
                        queues.push(key);
                    }
                }
                tracing::warn!(%error, "the issuer's feed cannot be read; statuses follow at the next resync until it can");
                sleep(backoff.failed((), jitter())).await;
            }
        }
    }
}

/// The cursor was compacted away: what was missed is unknown, so every object is looked at.
fn is_gone(error: &IssuerError) -> bool {
    match error {
        IssuerError::Refused(error) => error.code == ErrorCode::Gone,
        IssuerError::Unreachable { .. } | IssuerError::Unintelligible { .. } => false,
    }
}
