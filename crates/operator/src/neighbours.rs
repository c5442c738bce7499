//! Whose judgement depends on what moved: a profile on its root, a root on its bytes and its users.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use futures::channel::mpsc::UnboundedReceiver;
use scepter_policy::identity::{ObjectKey, ObjectKind};
use scepter_reconcile::Kind;
use tokio::time::sleep;

use crate::guard::key;
use crate::queue::Queues;
use crate::watch::Place;
use crate::world::{World, sound};

/// How long movements are gathered: a `kubectl apply` of a directory moves many things at once.
const GATHER: Duration = Duration::from_millis(200);

/// Something that others may depend on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Neighbour {
    /// A declared object.
    Object(ObjectKind, Place),
    /// A `ConfigMap`.
    ConfigMap(Place),
}

/// Asks for a pass over the dependants of everything that moves.
pub(crate) async fn follow(world: Arc<World>, mut moved: UnboundedReceiver<Neighbour>, queues: Queues) {
    while let Some(first) = moved.next().await {
        sleep(GATHER).await;
        let mut gathered = Moved::default();
        gathered.add(first);
        while let Ok(next) = moved.try_recv() {
            gathered.add(next);
        }
        for key in gathered.dependants(&world) {
            queues.push(key);
        }
    }
}

/// What moved in one gathering.
#[derive(Debug, Default)]
struct Moved {
    roots: BTreeSet<Place>,
    config_maps: BTreeSet<Place>,
    /// Namespaces in which a profile moved.
    profiles: BTreeSet<String>,
    /// Namespaces in which a source moved.
    sources: BTreeSet<String>,
}

impl Moved {
    fn add(&mut self, neighbour: Neighbour) {
        match neighbour {
            Neighbour::Object(ObjectKind::TrustedRootProfile, place) => {
                self.roots.insert(place);
            }
            Neighbour::Object(ObjectKind::ScepProfile, place) => {
                self.profiles.insert(place.namespace);
            }
            Neighbour::Object(ObjectKind::InventorySource, place) => {
                self.sources.insert(place.namespace);
            }
            Neighbour::ConfigMap(place) => {
                self.config_maps.insert(place);
            }
        }
    }

    fn dependants(mut self, world: &World) -> BTreeSet<ObjectKey> {
        let stores = world.stores();
        let mut dependants = BTreeSet::new();
        for source in sound(&stores.sources) {
            if !self.moves_bytes_of(&*source) {
                continue;
            }
            self.sources.extend(source.metadata.namespace.clone());
            dependants.extend(key::<scepter_crd::InventorySource>(&source.metadata));
        }
        for root in sound(&stores.roots) {
            let bytes = self.moves_bytes_of(&*root);
            if bytes {
                self.roots.extend(place(&*root));
            }
            if bytes || root.metadata.namespace.as_ref().is_some_and(|ns| self.profiles.contains(ns)) {
                dependants.extend(key::<scepter_crd::TrustedRootProfile>(&root.metadata));
            }
        }
        for profile in sound(&stores.profiles) {
            if self.moves_root_or_groups_of(&profile) {
                dependants.extend(key::<scepter_crd::ScepProfile>(&profile.metadata));
            }
        }
        dependants
    }

    fn moves_bytes_of<K: Kind>(&self, object: &K) -> bool {
        let Some(namespace) = &object.meta().namespace else { return false };
        object.reads().into_iter().any(|reference| {
            self.config_maps.contains(&Place { namespace: namespace.clone(), name: reference.name })
        })
    }

    fn moves_root_or_groups_of(&self, profile: &scepter_crd::ScepProfile) -> bool {
        let Some(namespace) = &profile.metadata.namespace else { return false };
        let name = profile.spec.root_certificate_ref.name.clone();
        self.sources.contains(namespace) || self.roots.contains(&Place { namespace: namespace.clone(), name })
    }
}

fn place<K: Kind>(object: &K) -> Option<Place> {
    let meta = object.meta();
    Some(Place { namespace: meta.namespace.clone()?, name: meta.name.clone()? })
}
