//! `ConfigMap`s are watched as metadata, and read only where an object refers to one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use k8s_openapi::api::core::v1::ConfigMap;
use kube::core::PartialObjectMeta;
use kube::runtime::reflector::{ObjectRef, Store};
use kube::{Api, Client};

use crate::watch::Place;

/// The bytes of `ConfigMap`s, read once for each of their revisions.
pub(crate) struct ConfigMaps {
    client: Client,
    known: Store<PartialObjectMeta<ConfigMap>>,
    read: Mutex<HashMap<Place, Revision>>,
}

#[derive(Clone, Debug)]
struct Revision {
    resource_version: Option<String>,
    files: Arc<Files>,
}

/// The values of a `ConfigMap` by key.
pub(crate) type Files = HashMap<String, Arc<[u8]>>;

impl ConfigMaps {
    /// Reads through `client` what `known` says is there.
    pub(crate) fn new(client: Client, known: Store<PartialObjectMeta<ConfigMap>>) -> Self {
        Self { client, known, read: Mutex::new(HashMap::new()) }
    }

    /// The values of a `ConfigMap`; `None` where there is none.
    pub(crate) async fn get(&self, place: &Place) -> Result<Option<Arc<Files>>, kube::Error> {
        let known = self.known.get(&ObjectRef::new(&place.name).within(&place.namespace));
        let Some(known) = known else {
            self.cache().remove(place);
            return Ok(None);
        };
        let wanted = &known.metadata.resource_version;
        let cached = self.cache().get(place).filter(|read| read.resource_version == *wanted).cloned();
        if let Some(cached) = cached {
            return Ok(Some(cached.files));
        }
        let api = Api::<ConfigMap>::namespaced(self.client.clone(), &place.namespace);
        let Some(config_map) = api.get_opt(&place.name).await? else { return Ok(None) };
        let resource_version = config_map.metadata.resource_version.clone();
        let files = Arc::new(files(config_map));
        self.cache().insert(place.clone(), Revision { resource_version, files: Arc::clone(&files) });
        Ok(Some(files))
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, HashMap<Place, Revision>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn files(config_map: ConfigMap) -> Files {
    let text = config_map.data.into_iter().flatten();
    let text = text.map(|(key, value)| (key, Arc::from(value.into_bytes())));
    let binary = config_map.binary_data.into_iter().flatten();
    text.chain(binary.map(|(key, value)| (key, Arc::from(value.0)))).collect()
}
