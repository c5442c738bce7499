//! `scepter up`: the issuer and the reconcile core in one process, with files as the declared truth.
//!
//! The directory edge. It reads files where the operator watches an API server, writes statuses to `DATA/status` where the
//! operator writes to it, and decides nothing.

mod statuses;
mod world;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use scepter_crd::Schemas;
use scepter_issuer_api::client::Client;
use scepter_issuer_api::{Changes, Cursor, DeleteOutcome, Issuer as _, IssuerError, Mode};
use scepter_policy::identity::ObjectKey;
use scepter_reconcile::{DeviceRows, Kind, Manifests, Next, Pass, key, orphans, reconcile};
use serde_json::Value;

use crate::arguments::UpArguments;
use crate::namespaces::{Misshapen, Namespaces, keys};
use crate::{Ending, connection, print, serve};
pub(crate) use statuses::Statuses;
use world::World;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How long to wait before a pass that could not reach its end is tried again.
const RETRY: Duration = Duration::from_secs(2);
/// How long one question to the feed may stay open.
const FEED_WAIT: Duration = Duration::from_secs(30);

/// Serves until a signal.
pub(crate) async fn run(arguments: UpArguments) -> anyhow::Result<Ending> {
    let mut world = World::new(arguments.manifests, Schemas::new()?);
    world.load()?;
    let (running, data) = serve::start(arguments.config.as_deref(), arguments.serve.overrides(None)).await?;
    let client = connection::client_of(&data.join("client.yaml"))?;
    let mut edge = Edge::new(client, world, &data)?;
    serve::until_stopped(running, edge.run()).await
}

/// The edge: files on one side, the issuer on the other.
struct Edge {
    client: Client,
    world: World,
    statuses: Statuses,
    cursor: Option<Cursor>,
}

impl Edge {
    fn new(client: Client, world: World, data: &Path) -> anyhow::Result<Self> {
        Ok(Self { client, world, statuses: Statuses::open(data.join("status"))?, cursor: None })
    }

    /// Passes over everything until it is at rest, then again whenever a file or the issuer's view of an object has changed.
    async fn run(&mut self) -> anyhow::Result<()> {
        self.cursor = Some(self.client.changes(None, Duration::ZERO).await?.cursor);
        let mut next = self.settle().await?;
        print::text("ready\n")?;
        loop {
            self.await_news(next).await?;
            next = self.pass().await?;
        }
    }

    /// Passes until nothing has to be retried at once: roots, sources and profiles may need each other.
    async fn settle(&mut self) -> anyhow::Result<Duration> {
        for _ in 0..2 {
            self.pass().await?;
        }
        self.pass().await
    }

    /// Waits for the feed, for a changed file, or until `latest` has passed.
    async fn await_news(&mut self, latest: Duration) -> anyhow::Result<()> {
        let client = self.client.clone();
        let cursor = self.cursor.clone();
        let feed = client.changes(cursor.as_ref(), FEED_WAIT);
        tokio::select! {
            changes = feed => self.take(changes).await,
            changed = self.world.changed(LOOK) => changed,
            () = tokio::time::sleep(latest) => Ok(()),
        }
    }

    /// Remembers where the feed goes on. A gap in it only means that everything is looked at, as every pass does.
    async fn take(&mut self, changes: Result<Changes, IssuerError>) -> anyhow::Result<()> {
        match changes {
            Ok(changes) => self.cursor = Some(changes.cursor),
            Err(error) if error.is_retryable() => tokio::time::sleep(RETRY).await,
            Err(_) => self.cursor = Some(self.client.changes(None, Duration::ZERO).await?.cursor),
        }
        Ok(())
    }

    /// One pass over every object, and away with what nobody declares any more. Returns when to come back at the latest.
    async fn pass(&mut self) -> anyhow::Result<Duration> {
        let declared = self.world.namespaces(&self.statuses);
        for Misshapen { place, findings, .. } in &declared.misshapen {
            findings.errors().for_each(|finding| print::note(&format!("{place}: {finding}")));
        }
        let mut soonest = Duration::from_mins(10);
        for among in declared.worlds.values() {
            soonest = soonest.min(self.pass_namespace(among).await?);
        }
        self.remove_orphans(&declared).await?;
        Ok(soonest)
    }

    async fn pass_namespace(&mut self, among: &Manifests) -> anyhow::Result<Duration> {
        let mut soonest = Duration::MAX;
        for source in among.sources() {
            soonest = soonest.min(self.pass_object(&**source, among).await?);
        }
        for root in among.roots() {
            soonest = soonest.min(self.pass_object(&**root, among).await?);
        }
        for profile in among.profiles() {
            soonest = soonest.min(self.pass_object(&**profile, among).await?);
        }
        Ok(soonest)
    }

    async fn pass_object<K: Kind>(&mut self, object: &K, among: &Manifests) -> anyhow::Result<Duration> {
        let pass = Pass { mode: Mode::Apply, device_rows: DeviceRows::default(), now: Timestamp::now() };
        let outcome = reconcile(object, among, &self.client, pass).await;
        if let Ok(key) = key(object) {
            self.statuses.write(&key, object, serde_json::to_value(&outcome.status)?)?;
        }
        Ok(match outcome.next {
            Next::AwaitChange | Next::Forget => Duration::MAX,
            Next::After(delay) => delay,
            Next::Retry => RETRY,
        })
    }

    /// An object that lost its shape is still declared: what it was goes on.
    async fn remove_orphans(&mut self, namespaces: &Namespaces) -> anyhow::Result<()> {
        let mut declared: BTreeSet<ObjectKey> = namespaces.worlds.values().flat_map(keys).collect();
        declared.extend(namespaces.misshapen.iter().filter_map(|object| statuses::key(&object.identity)));
        let stored = match self.client.objects().await {
            Ok(stored) => stored.into_iter().collect(),
            Err(error) if error.is_retryable() => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        for orphan in orphans(&declared, &stored) {
            self.remove(&orphan).await?;
        }
        Ok(())
    }

    async fn remove(&mut self, orphan: &ObjectKey) -> anyhow::Result<()> {
        match self.client.delete(orphan, Mode::Apply).await {
            Ok(outcome) => print::text(&format!("removed    {orphan}  {}\n", summary(&outcome)))?,
            Err(error) if error.is_retryable() => return Ok(()),
            Err(error) => print::note(&format!("{orphan} cannot be removed: {error}")),
        }
        self.statuses.remove(orphan)
    }
}

fn summary(outcome: &DeleteOutcome) -> String {
    match outcome {
        DeleteOutcome::Deleted { revoked } => format!("{revoked} certificates revoked"),
        DeleteOutcome::Held(plan) => format!("held, plan {}", plan.id),
        DeleteOutcome::Absent => "was not there".to_owned(),
    }
}

/// The `Ready` condition of a status as `True`, `False` or `Unknown`, with its reason.
fn readiness(status: &Value) -> (String, String) {
    let ready = status["conditions"].as_array().and_then(|all| all.iter().find(|one| one["type"] == "Ready"));
    let text = |field: &str| ready.and_then(|ready| ready[field].as_str()).unwrap_or("Unknown").to_owned();
    (text("status"), text("reason"))
}
