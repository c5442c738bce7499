//! One pass over one object, for any kind: fetch what it refers to, let the core decide, write what came of it.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::channel::mpsc::UnboundedReceiver;
use futures::{FutureExt as _, StreamExt as _};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::runtime::controller::{Action, Error as ControllerError};
use kube::runtime::reflector::Store;
use kube::{Api, Client, Resource as _, ResourceExt as _};
use scepter_issuer_api::Mode;
use scepter_issuer_api::client::Client as Issuer;
use scepter_policy::identity::ObjectKey;
use scepter_reconcile::{DeviceRows, Kind, Next, Outcome, Pass};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::backoff::{Backoff, jitter, lengthened};
use crate::error::PassError;
use crate::guard::{Guarded, Malformed};
use crate::queue::references;
use crate::status::{Draft, StatusWriter};
use crate::world::World;
use crate::{finalizer, malformed};

/// How many objects of a kind are under way at once.
const CONCURRENCY: u16 = 16;

/// What every pass needs.
pub(crate) struct Controller {
    pub(crate) client: Client,
    pub(crate) issuer: Issuer,
    pub(crate) world: Arc<World>,
    pub(crate) statuses: StatusWriter,
    pub(crate) device_rows: DeviceRows,
    /// Failed passes, by object UID.
    pub(crate) backoff: Mutex<Backoff<String>>,
}

/// Runs passes over the objects that the queue names, until `stop`; passes under way then come to their end.
pub(crate) async fn run<K: Kind>(
    controller: Arc<Controller>,
    store: Store<Guarded<K>>,
    queue: UnboundedReceiver<ObjectKey>,
    stop: CancellationToken,
) {
    let queue = references::<K>(queue).map(Ok::<_, std::convert::Infallible>);
    let queue = queue.take_until(stop.cancelled_owned());
    let passes = kube::runtime::applier(
        |object, controller: Arc<Controller>| async move { controller.pass::<K>(&object).await }.boxed(),
        |object: Arc<Guarded<K>>, _, controller: Arc<Controller>| {
            Action::requeue(controller.failed(object.meta().uid.as_deref()))
        },
        controller,
        store,
        queue,
        kube::runtime::Config::default().concurrency(CONCURRENCY),
    );
    let mut passes = pin!(passes);
    while let Some(pass) = passes.next().await {
        match pass {
            Ok(_) => {}
            Err(ControllerError::ReconcilerFailed(error, object)) => {
                tracing::warn!(%object, %error, "a pass failed and is tried again");
            }
            Err(error) => tracing::debug!(%error, "no pass"),
        }
    }
}

impl Controller {
    async fn pass<K: Kind>(&self, object: &Guarded<K>) -> Result<Action, PassError> {
        let leaving = object.meta().deletion_timestamp.is_some();
        match object {
            _ if leaving && !finalizer::is_set(object.meta()) => Ok(Action::await_change()),
            Guarded::Sound(object) if leaving => self.remove(&**object).await,
            Guarded::Sound(object) => self.declare(&**object).await,
            Guarded::Malformed(object) if leaving => {
                malformed::remove(&self.api::<K>(&object.metadata), &self.issuer, object).await?;
                Ok(Action::await_change())
            }
            Guarded::Malformed(object) => self.refuse::<K>(object).await,
        }
    }

    async fn declare<K: Kind>(&self, object: &K) -> Result<Action, PassError> {
        finalizer::add(&self.api::<K>(object.meta()), object.meta()).await?;
        let among = self.among(object).await?;
        let outcome = scepter_reconcile::reconcile(object, &among, &self.issuer, self.terms()).await;
        self.conclude(object, outcome).await
    }

    async fn remove<K: Kind>(&self, object: &K) -> Result<Action, PassError> {
        let among = self.among(object).await?;
        let outcome = scepter_reconcile::remove(object, &among, &self.issuer, self.terms()).await;
        if outcome.next == Next::Forget {
            finalizer::remove(&self.api::<K>(object.meta()), object.meta()).await?;
            return Ok(self.next(object.meta().uid.as_deref(), Next::Forget));
        }
        self.conclude(object, outcome).await
    }

    async fn conclude<K: Kind>(&self, object: &K, outcome: Outcome<K>) -> Result<Action, PassError> {
        let early = self
            .statuses
            .offer::<K>(Draft {
                meta: object.meta(),
                stored: object.last_status().map_or_else(|| json!({}), |status| json!(status)),
                stored_conditions: object.last_status().map(K::conditions).unwrap_or_default(),
                new: json!(outcome.status),
                new_conditions: K::conditions(&outcome.status),
            })
            .await?;
        let action = self.next(object.meta().uid.as_deref(), outcome.next);
        Ok(early.map_or(action, Action::requeue))
    }

    async fn refuse<K: Kind>(&self, object: &Malformed) -> Result<Action, PassError> {
        let (conditions, status) = malformed::status(object, jiff::Timestamp::now());
        let draft = Draft {
            meta: &object.metadata,
            stored: json!({"conditions": object.conditions}),
            stored_conditions: &object.conditions,
            new: status,
            new_conditions: &conditions,
        };
        self.statuses.offer::<K>(draft).await?;
        Ok(Action::await_change())
    }

    async fn among<K: Kind>(&self, object: &K) -> Result<Arc<scepter_reconcile::Manifests>, PassError> {
        let namespace = object.namespace().unwrap_or_default();
        self.world.manifests(&namespace).await.map_err(|source| PassError::World {
            object: format!("{} {namespace}/{}", K::KIND, object.name_any()),
            source: Box::new(source),
        })
    }

    fn next(&self, uid: Option<&str>, next: Next) -> Action {
        if next == Next::Retry {
            return Action::requeue(self.failed(uid));
        }
        self.backoff().succeeded(&uid.unwrap_or_default().to_owned());
        match next {
            Next::AwaitChange | Next::Forget | Next::Retry => Action::await_change(),
            Next::After(wait) => Action::requeue(lengthened(wait, jitter())),
        }
    }

    fn failed(&self, uid: Option<&str>) -> Duration {
        self.backoff().failed(uid.unwrap_or_default().to_owned(), jitter())
    }

    fn terms(&self) -> Pass {
        Pass { mode: Mode::Apply, device_rows: self.device_rows, now: jiff::Timestamp::now() }
    }

    fn api<K: Kind>(&self, meta: &ObjectMeta) -> Api<Guarded<K>> {
        Api::namespaced(self.client.clone(), meta.namespace.as_deref().unwrap_or_default())
    }

    fn backoff(&self) -> MutexGuard<'_, Backoff<String>> {
        self.backoff.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
