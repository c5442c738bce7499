//! The calendar: what time alone changes in the store.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::issuer::Issuer;

/// How often the calendar is looked at.
const INTERVAL: Duration = Duration::from_secs(30);

/// Turns the calendar until `stop`.
pub(crate) async fn run(issuer: Arc<Issuer>, stop: CancellationToken) {
    loop {
        match issuer.store.turn_calendar(issuer.clock.now()).await {
            Ok(0) => {}
            Ok(turned) => tracing::info!(turned, "certificates expired or came due for renewal"),
            Err(error) => tracing::error!(%error, "the calendar was not turned; it is tried again"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}
