//! The API server must know our kinds before anything else makes sense.

use std::time::Duration;

use kube::api::ListParams;
use kube::{Api, Client};
use scepter_crd::{InventorySource, ScepProfile, TrustedRootProfile};
use tokio::time::{Instant, sleep};

use crate::OperatorError;
use crate::guard::Guarded;
use scepter_reconcile::Kind;

/// How long definitions may take to come: a chart installs them beside the operator.
const LIMIT: Duration = Duration::from_mins(2);

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(1);

/// Waits until all three kinds can be listed.
pub(crate) async fn wait(client: &Client) -> Result<(), OperatorError> {
    let deadline = Instant::now() + LIMIT;
    wait_for::<TrustedRootProfile>(client, deadline).await?;
    wait_for::<ScepProfile>(client, deadline).await?;
    wait_for::<InventorySource>(client, deadline).await
}

async fn wait_for<K: Kind>(client: &Client, deadline: Instant) -> Result<(), OperatorError> {
    let api = Api::<Guarded<K>>::all(client.clone());
    let mut told = false;
    loop {
        let error = match api.list(&ListParams::default().limit(1)).await {
            Ok(_) => return Ok(()),
            Err(kube::Error::Api(status)) if status.is_not_found() => {
                OperatorError::NoDefinitions { resource: K::plural(&()).into_owned() }
            }
            Err(source) => {
                let resource = K::plural(&()).into_owned();
                return Err(OperatorError::List { resource, source: Box::new(source) });
            }
        };
        if Instant::now() >= deadline {
            return Err(error);
        }
        if !std::mem::replace(&mut told, true) {
            tracing::warn!("waiting: {error}");
        }
        sleep(PAUSE).await;
    }
}
