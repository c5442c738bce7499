//! A namespace as the core wants it: every declared object, the bytes they name, and where it lives.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use k8s_openapi::api::core::v1::Namespace;
use kube::core::PartialObjectMeta;
use kube::runtime::reflector::Store;
use kube::{Api, Client};
use scepter_crd::{InventorySource, ScepProfile, TrustedRootProfile};
use scepter_issuer_api::{KeyRef, Origin, ReferenceKind};
use scepter_policy::identity::ObjectKey;
use scepter_reconcile::{Kind, Manifests};

use crate::config_maps::ConfigMaps;
use crate::guard::{Guarded, key};
use crate::watch::Place;

/// The stores of the three kinds, which the watches keep.
#[derive(Clone, Debug)]
pub(crate) struct Stores {
    pub(crate) profiles: Store<Guarded<ScepProfile>>,
    pub(crate) roots: Store<Guarded<TrustedRootProfile>>,
    pub(crate) sources: Store<Guarded<InventorySource>>,
}

impl Stores {
    /// The keys of all objects, malformed ones included: what cannot be read is declared all the same.
    pub(crate) fn keys(&self) -> BTreeSet<ObjectKey> {
        let mut keys = keys(&self.profiles);
        keys.extend(self::keys(&self.roots));
        keys.extend(self::keys(&self.sources));
        keys
    }
}

fn keys<K: Kind>(store: &Store<Guarded<K>>) -> BTreeSet<ObjectKey> {
    store.state().iter().filter_map(|object| key::<K>(kube::Resource::meta(&**object))).collect()
}

/// The objects of a store that can be read.
pub(crate) fn sound<K: Kind>(store: &Store<Guarded<K>>) -> impl Iterator<Item = Arc<K>> {
    store.state().into_iter().filter_map(|object| object.sound().cloned())
}

fn in_namespace<K: Kind>(store: &Store<Guarded<K>>, namespace: &str) -> impl Iterator<Item = Arc<K>> {
    sound(store).filter(move |object| object.meta().namespace.as_deref() == Some(namespace))
}

/// Every namespace, each made once for each change in it.
pub(crate) struct World {
    client: Client,
    cluster_uid: String,
    stores: Stores,
    config_maps: ConfigMaps,
    made: Mutex<HashMap<String, Made>>,
}

/// What was made of a namespace, and how often it has changed.
#[derive(Debug, Default)]
struct Made {
    changes: u64,
    manifests: Option<Arc<Manifests>>,
}

impl World {
    /// A world over stores. The cluster is named by the UID of `kube-system`.
    pub(crate) fn new(client: Client, cluster_uid: String, stores: Stores, config_maps: ConfigMaps) -> Self {
        Self { client, cluster_uid, stores, config_maps, made: Mutex::new(HashMap::new()) }
    }

    /// The stores behind it.
    pub(crate) fn stores(&self) -> &Stores {
        &self.stores
    }

    /// Something in the namespace has changed: it is made anew when it is asked for next.
    pub(crate) fn forget(&self, namespace: &str) {
        let mut made = self.made();
        let made = made.entry(namespace.to_owned()).or_default();
        made.changes += 1;
        made.manifests = None;
    }

    /// A whole namespace.
    pub(crate) async fn manifests(&self, namespace: &str) -> Result<Arc<Manifests>, kube::Error> {
        let changes = {
            let mut made = self.made();
            let made = made.entry(namespace.to_owned()).or_default();
            if let Some(manifests) = &made.manifests {
                return Ok(Arc::clone(manifests));
            }
            made.changes
        };
        let manifests = Arc::new(self.make(namespace).await?);
        // What changed in the meantime may be missing from it; then it serves this once.
        if let Some(made) = self.made().get_mut(namespace).filter(|made| made.changes == changes) {
            made.manifests = Some(Arc::clone(&manifests));
        }
        Ok(manifests)
    }

    async fn make(&self, namespace: &str) -> Result<Manifests, kube::Error> {
        let mut manifests = Manifests::new(Some(self.origin(namespace).await?));
        let mut reads = BTreeSet::new();
        for root in in_namespace(&self.stores.roots, namespace) {
            reads.extend(root.reads());
            manifests.declare_root(root);
        }
        for source in in_namespace(&self.stores.sources, namespace) {
            reads.extend(source.reads());
            manifests.declare_source(source);
        }
        for profile in in_namespace(&self.stores.profiles, namespace) {
            reads.extend(profile.reads());
            manifests.declare_profile(profile);
        }
        self.supply(&mut manifests, namespace, reads).await?;
        Ok(manifests)
    }

    async fn supply(
        &self,
        manifests: &mut Manifests,
        namespace: &str,
        reads: BTreeSet<KeyRef>,
    ) -> Result<(), kube::Error> {
        for reference in reads {
            match reference.kind {
                ReferenceKind::ConfigMap => {
                    let place = Place { namespace: namespace.to_owned(), name: reference.name.clone() };
                    let files = self.config_maps.get(&place).await?;
                    if let Some(bytes) = files.and_then(|files| files.get(&reference.key).cloned()) {
                        manifests.supply(reference, bytes);
                    }
                }
                // Credentials are for a fetch, never for a judgement.
                ReferenceKind::Secret => {}
            }
        }
        Ok(())
    }

    /// Asked anew for each change: a re-created namespace has the old name and another UID, and must not pass for the
    /// old one.
    async fn origin(&self, namespace: &str) -> Result<Origin, kube::Error> {
        let namespace_uid = namespace_uid(&self.client, namespace).await?;
        Ok(Origin { cluster_uid: self.cluster_uid.clone(), namespace_uid })
    }

    fn made(&self) -> MutexGuard<'_, HashMap<String, Made>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The UID of a namespace.
pub(crate) async fn namespace_uid(client: &Client, namespace: &str) -> Result<String, kube::Error> {
    let namespace = Api::<PartialObjectMeta<Namespace>>::all(client.clone()).get(namespace).await?;
    Ok(namespace.metadata.uid.unwrap_or_default())
}
