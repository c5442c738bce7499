//! `scepter operator`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use scepter_operator::WebhookConfig;

use super::ClientArguments;

/// Arguments of `scepter operator`.
#[derive(Debug, Args)]
pub(crate) struct OperatorArguments {
    /// Elect a leader by the Lease scepter-operator in the own namespace. Without this: yes inside a cluster, no outside.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) leader_election: Option<bool>,
    /// The shortest time, in seconds, between two statuses of an object that tell nothing but news of devices.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub(crate) status_interval: Duration,
    /// How many devices a status lists, 0 to 100.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(0..=100))]
    pub(crate) status_devices: u32,
    /// The admission webhook.
    #[command(flatten)]
    pub(crate) webhook: WebhookArguments,
    /// Where the issuer is.
    #[command(flatten)]
    pub(crate) client: ClientArguments,
}

/// Where `scepter operator` serves the admission webhook, if at all.
#[derive(Debug, Args)]
pub(crate) struct WebhookArguments {
    /// Serve the admission webhook with this PEM certificate chain; it is read again when it changes.
    #[arg(long = "webhook-tls-certificate", value_name = "FILE", requires = "key")]
    certificate: Option<PathBuf>,
    /// The PEM key of the webhook's certificate.
    #[arg(long = "webhook-tls-key", value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,
    /// Where the webhook listens.
    #[arg(long = "webhook-address", value_name = "ADDRESS", default_value = "0.0.0.0:9443")]
    address: SocketAddr,
}

impl WebhookArguments {
    /// The webhook, where a certificate was given for it.
    pub(crate) fn config(self) -> Option<WebhookConfig> {
        let (certificate, key) = self.certificate.zip(self.key)?;
        Some(WebhookConfig { address: self.address, certificate, key })
    }
}

/// One second to one hour.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: u64 =
        text.trim_end_matches('s').parse().map_err(|_| "write a number of seconds".to_owned())?;
    if (1..=3600).contains(&seconds) {
        Ok(Duration::from_secs(seconds))
    } else {
        Err("write 1 to 3600 seconds".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_a_number_of_seconds_within_bounds() {
        assert_eq!(seconds("10"), Ok(Duration::from_secs(10)));
        assert_eq!(seconds("10s"), Ok(Duration::from_secs(10)));
        assert!(seconds("0").is_err() && seconds("3601").is_err() && seconds("soon").is_err());
    }
}
