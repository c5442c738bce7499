//! The one writer of statuses.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, ObjectMeta};
use kube::api::{Patch, PatchParams};
use kube::{Api, Client};
use scepter_reconcile::Kind;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::CONTROLLER;
use crate::error::PassError;
use crate::events::Events;
use crate::guard::Guarded;
use crate::pace::{Meaning, Pace, Turn};

/// Writes statuses by server-side apply, and tells of their transitions.
pub(crate) struct StatusWriter {
    client: Client,
    events: Events,
    pace: Mutex<Pace>,
}

/// A status to be written, and what stands there.
pub(crate) struct Draft<'a> {
    pub(crate) meta: &'a ObjectMeta,
    /// The status in the store.
    pub(crate) stored: Value,
    pub(crate) stored_conditions: &'a [Condition],
    /// The status that is true now.
    pub(crate) new: Value,
    pub(crate) new_conditions: &'a [Condition],
}

impl StatusWriter {
    /// A writer that tells mere news of devices at most once in `interval`.
    pub(crate) fn new(client: Client, interval: Duration) -> Self {
        let events = Events::new(client.clone());
        Self { client, events, pace: Mutex::new(Pace::new(interval)) }
    }

    /// Writes a status where it says something new. `Some` says when to look again, where it is too early to write.
    pub(crate) async fn offer<K: Kind>(&self, draft: Draft<'_>) -> Result<Option<Duration>, PassError> {
        let uid = draft.meta.uid.as_deref().unwrap_or_default();
        let meaning = Meaning::of(draft.new.clone());
        let turn = self.pace().turn(uid, &Meaning::of(draft.stored.clone()), &meaning, Instant::now());
        match turn {
            Turn::Unchanged => Ok(None),
            Turn::In(wait) => Ok(Some(wait)),
            Turn::Now => {
                self.write::<K>(&draft).await?;
                self.pace().written(uid, meaning, Instant::now());
                self.events.tell::<K>(&draft).await;
                Ok(None)
            }
        }
    }

    /// The UID keeps a late answer from landing on another object of the same name.
    async fn write<K: Kind>(&self, draft: &Draft<'_>) -> Result<(), PassError> {
        let name = draft.meta.name.as_deref().unwrap_or_default();
        let namespace = draft.meta.namespace.as_deref().unwrap_or_default();
        let patch = json!({
            "apiVersion": K::api_version(&()),
            "kind": K::kind(&()),
            "metadata": {"name": name, "namespace": namespace, "uid": draft.meta.uid},
            "status": draft.new,
        });
        let api = Api::<Guarded<K>>::namespaced(self.client.clone(), namespace);
        let written =
            api.patch_status(name, &PatchParams::apply(CONTROLLER).force(), &Patch::Apply(patch)).await;
        written.map(drop).map_err(|source| PassError::Status {
            object: format!("{} {namespace}/{name}", K::KIND),
            source: Box::new(source),
        })
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
