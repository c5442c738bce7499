//! `scepter operator`: the operator alone, beside an issuer that runs elsewhere.

use scepter_operator::{Election, OperatorConfig, connect};
use scepter_reconcile::DeviceRows;

use crate::arguments::OperatorArguments;
use crate::{Ending, connection, print, serve};

/// Runs the operator until SIGINT or SIGTERM.
pub(crate) async fn run(arguments: OperatorArguments) -> anyhow::Result<Ending> {
    let issuer = connection::client(&arguments.client)?;
    let cluster = connect().await?;
    let elects = arguments.leader_election.unwrap_or(cluster.in_cluster);
    let host = std::env::var("HOSTNAME").unwrap_or_else(|_| "scepter".to_owned());
    let election = elects.then(|| Election::by_default(&cluster.client, &host)).transpose()?;
    let config = OperatorConfig {
        device_rows: DeviceRows::at_most(arguments.status_devices),
        status_interval: arguments.status_interval,
        election,
        webhook: arguments.webhook.config(),
    };
    let shutdown = async { serve::stop_signal().await.unwrap_or_else(|error| print::error(&error)) };
    scepter_operator::run(cluster.client, config, issuer, shutdown).await?;
    Ok(Ending::Success)
}
