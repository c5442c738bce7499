//! Leader election: one process at a time declares and writes.
//!
//! A `coordination.k8s.io` Lease, and every write of it under the revision that was read: two processes can never both
//! believe that they took it. Whether it has expired is judged by how long *we* saw it unchanged, never by the other
//! side's clock.

mod claim;

use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use kube::api::{ObjectMeta, PostParams};
use kube::{Api, Client};
use tokio::time::{Instant, sleep, timeout};

use crate::config::Election;
use crate::{CONTROLLER, OperatorError};
use claim::{Claim, claim};

/// How long a Lease holds without being renewed.
const DURATION: Duration = Duration::from_secs(15);

/// How long the leader goes on without having renewed. Shorter than [`DURATION`]: it ends before another begins.
const DEADLINE: Duration = Duration::from_secs(10);

/// Between two renewals, and between two looks of those who wait.
const PERIOD: Duration = Duration::from_secs(2);

/// The hold on a Lease.
#[derive(Debug)]
pub(crate) struct Leadership {
    api: Api<Lease>,
    election: Election,
    seen: Seen,
}

/// The revision that was seen last, and since when.
#[derive(Debug)]
struct Seen {
    resource_version: Option<String>,
    since: Instant,
}

impl Leadership {
    /// Waits until this process leads.
    pub(crate) async fn acquire(client: Client, election: Election) -> Result<Self, OperatorError> {
        let api = Api::namespaced(client, &election.namespace);
        let seen = Seen { resource_version: None, since: Instant::now() };
        let mut leadership = Self { api, election, seen };
        let mut told = false;
        while !leadership.attempt().await.map_err(|source| leadership.unusable(source))? {
            if !std::mem::replace(&mut told, true) {
                tracing::info!(lease = %leadership.name(), "another process leads; waiting");
            }
            sleep(PERIOD).await;
        }
        tracing::info!(lease = %leadership.name(), identity = %leadership.election.identity, "leading");
        Ok(leadership)
    }

    /// Renews the Lease until it is lost, and says how.
    pub(crate) async fn keep(&mut self) -> OperatorError {
        let mut renewed = Instant::now();
        loop {
            sleep(PERIOD).await;
            let problem = match timeout(DEADLINE.saturating_sub(renewed.elapsed()), self.attempt()).await {
                Ok(Ok(true)) => {
                    renewed = Instant::now();
                    continue;
                }
                Ok(Ok(false)) => return self.lost("another process holds it".to_owned()),
                Ok(Err(error)) => error.to_string(),
                Err(_) => "the API server does not answer".to_owned(),
            };
            tracing::warn!(lease = %self.name(), problem, "the Lease could not be renewed");
            if renewed.elapsed() >= DEADLINE {
                return self.lost(problem);
            }
        }
    }

    /// Gives the Lease up, so that another process need not wait for it to expire.
    pub(crate) async fn release(self) {
        let released = async {
            let Some(mut lease) = self.api.get_opt(&self.election.name).await? else { return Ok(()) };
            let spec = lease.spec.get_or_insert_default();
            if spec.holder_identity.as_deref() != Some(&self.election.identity) {
                return Ok(());
            }
            spec.holder_identity = None;
            self.api.replace(&self.election.name, &parameters(), &lease).await.map(drop)
        };
        match timeout(PERIOD, released).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the Lease could not be given up; it expires"),
            Err(_) => tracing::warn!("the Lease could not be given up in time; it expires"),
        }
    }

    /// Whether this process leads now. A write that somebody else overtook is no error: they lead.
    async fn attempt(&mut self) -> Result<bool, kube::Error> {
        let lease = self.api.get_opt(&self.election.name).await?;
        self.look(lease.as_ref());
        let spec = lease.as_ref().and_then(|lease| lease.spec.as_ref());
        let written = match (claim(spec, &self.election.identity, self.seen.since.elapsed()), lease) {
            (Claim::Wait, _) => return Ok(false),
            (Claim::Renew, lease) => self.write(lease, false).await,
            (Claim::Take, lease) => self.write(lease, true).await,
        };
        match written {
            Ok(lease) => {
                self.look(Some(&lease));
                Ok(true)
            }
            Err(kube::Error::Api(status)) if status.is_conflict() || status.is_already_exists() => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn look(&mut self, lease: Option<&Lease>) {
        let resource_version = lease.and_then(|lease| lease.metadata.resource_version.clone());
        if resource_version != self.seen.resource_version {
            self.seen = Seen { resource_version, since: Instant::now() };
        }
    }

    async fn write(&self, lease: Option<Lease>, taken: bool) -> Result<Lease, kube::Error> {
        let now = MicroTime(Timestamp::now());
        let exists = lease.is_some();
        let mut lease = lease.unwrap_or_else(|| self.blank());
        let spec = lease.spec.get_or_insert_default();
        if taken {
            spec.acquire_time = Some(now.clone());
            spec.lease_transitions = Some(spec.lease_transitions.unwrap_or_default().saturating_add(1));
        }
        spec.holder_identity = Some(self.election.identity.clone());
        spec.lease_duration_seconds = i32::try_from(DURATION.as_secs()).ok();
        spec.renew_time = Some(now);
        if exists {
            self.api.replace(&self.election.name, &parameters(), &lease).await
        } else {
            self.api.create(&parameters(), &lease).await
        }
    }

    fn blank(&self) -> Lease {
        let metadata = ObjectMeta { name: Some(self.election.name.clone()), ..ObjectMeta::default() };
        Lease { metadata, spec: Some(LeaseSpec::default()) }
    }

    fn name(&self) -> String {
        format!("{}/{}", self.election.namespace, self.election.name)
    }

    fn unusable(&self, source: kube::Error) -> OperatorError {
        let Election { namespace, name, .. } = self.election.clone();
        OperatorError::Lease { namespace, name, source: Box::new(source) }
    }

    fn lost(&self, problem: String) -> OperatorError {
        let Election { namespace, name, .. } = self.election.clone();
        OperatorError::LeaseLost { namespace, name, problem }
    }
}

fn parameters() -> PostParams {
    PostParams { field_manager: Some(CONTROLLER.to_owned()), ..PostParams::default() }
}
