//! What authorities certify for themselves: made anew before it ends.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::authorities::Served;
use crate::issuer::Issuer;

/// How often it is looked whether something is due; looking compares a few times.
const INTERVAL: Duration = Duration::from_secs(2);

/// Keeps every authority's own certificates current until `stop`.
pub(crate) async fn run(issuer: Arc<Issuer>, stop: CancellationToken) {
    loop {
        for served in issuer.authorities.iter() {
            renew_responder(&issuer, served).await;
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}

async fn renew_responder(issuer: &Issuer, served: &Served) {
    let (authority, now) = (served.authority.name(), issuer.clock.now());
    if !served.ocsp.is_due(now) {
        return;
    }
    match served.authority.new_ocsp_responder(issuer.authorities.pool(), now).await {
        Ok(next) => {
            served.ocsp.replace(next);
            tracing::info!(%authority, "a new OCSP responder answers");
        }
        Err(error) => {
            tracing::error!(%authority, %error, "the OCSP responder was not renewed; it is tried again");
        }
    }
}
