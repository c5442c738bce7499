//! What the issuer holds of this owner although nobody declares it any more.

use std::time::Duration;

use scepter_issuer_api::client::Client;
use scepter_issuer_api::{DeleteOutcome, Issuer as _, IssuerError, Mode};
use tokio::time::sleep;

use crate::backoff::{Backoff, jitter};
use crate::world::Stores;

/// Between two looks. Finalizers catch every ordinary deletion; this is for those that were torn off.
const INTERVAL: Duration = Duration::from_mins(10);

/// Withdraws orphans, once the stores hold the first full lists, and again from time to time.
pub(crate) async fn sweep(issuer: Client, stores: Stores) {
    let mut backoff = Backoff::new();
    loop {
        let wait = match withdraw(&issuer, &stores).await {
            Ok(()) => {
                backoff.succeeded(&());
                INTERVAL
            }
            Err(error) => {
                tracing::warn!(%error, "orphans cannot be withdrawn now");
                backoff.failed((), jitter())
            }
        };
        sleep(wait).await;
    }
}

/// The issuer is asked first: whatever it has was in a store before, so a store that lacks it then has lost it.
async fn withdraw(issuer: &Client, stores: &Stores) -> Result<(), IssuerError> {
    let held = issuer.objects().await?.into_iter().collect();
    for orphan in scepter_reconcile::orphans(&stores.keys(), &held) {
        match issuer.delete(&orphan, Mode::Apply).await? {
            DeleteOutcome::Deleted { revoked } => {
                tracing::info!(object = %orphan, revoked, "withdrawn: nobody declares it any more");
            }
            DeleteOutcome::Held(plan) => tracing::warn!(
                object = %orphan, plan = %plan.id,
                "nobody declares it any more, and withdrawing it takes away more than its budget: run scepter approve"
            ),
            DeleteOutcome::Absent => {}
        }
    }
    Ok(())
}
