//! What an operator can be told.

use std::time::Duration;

use scepter_reconcile::DeviceRows;

use crate::WebhookConfig;

/// The settings of an operator.
#[derive(Clone, Debug)]
pub struct OperatorConfig {
    /// How many device rows a status shows.
    pub device_rows: DeviceRows,
    /// The shortest time between two statuses of one object that tell nothing but news of devices.
    pub status_interval: Duration,
    /// Who leads when several replicas run; `None` where there is only ever one.
    pub election: Option<Election>,
    /// The admission webhook; `None` where it is not served.
    pub webhook: Option<WebhookConfig>,
}

impl Default for OperatorConfig {
    /// 20 rows, ten seconds, no election, no webhook.
    fn default() -> Self {
        Self {
            device_rows: DeviceRows::default(),
            status_interval: Duration::from_secs(10),
            election: None,
            webhook: None,
        }
    }
}

/// The `coordination.k8s.io` Lease that replicas elect their leader by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Election {
    /// The Lease's namespace: the operator's own.
    pub namespace: String,
    /// The Lease's name.
    pub name: String,
    /// This process, different from every other one, an earlier run of itself included.
    pub identity: String,
}
