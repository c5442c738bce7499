//! What changed in the cluster, told once and only where it means something.
//!
//! The operator's own status writes come back as events; so do labels and managed fields. None of them is a reason for
//! another pass.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::pin::pin;

use futures::StreamExt as _;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::runtime::WatchStreamExt as _;
use kube::runtime::reflector::store::Writer;
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Api, Resource};
use serde::de::DeserializeOwned;

/// A namespace (empty for an object of the cluster) and a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) namespace: String,
    pub(crate) name: String,
}

impl Place {
    fn of(meta: &ObjectMeta) -> Self {
        Self {
            namespace: meta.namespace.clone().unwrap_or_default(),
            name: meta.name.clone().unwrap_or_default(),
        }
    }
}

/// An object that changed, or is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moved {
    pub(crate) place: Place,
    pub(crate) gone: bool,
}

/// Keeps a store and tells what moved, after the store has it. Ends never: a watch that breaks is begun again.
pub(crate) async fn watch<K>(api: Api<K>, store: Writer<K>, tell: impl Fn(Moved))
where
    K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + 'static,
{
    let mut meanings = Meanings::default();
    let events = watcher(api, watcher::Config::default()).default_backoff().reflect(store);
    let mut events = pin!(events);
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => meanings.take(&event).into_iter().for_each(&tell),
            Err(error) => {
                tracing::warn!(resource = %K::plural(&()), %error, "the watch broke and begins again");
            }
        }
    }
}

/// What each object meant when it was last looked at.
#[derive(Debug, Default)]
struct Meanings {
    known: HashMap<Place, Meaning>,
    /// A full list in the making. A store takes it at once, at its end; so it is told then.
    listed: HashMap<Place, Meaning>,
}

impl Meanings {
    fn take<K: Resource>(&mut self, event: &Event<K>) -> Vec<Moved> {
        match event {
            Event::Init => {
                self.listed.clear();
                Vec::new()
            }
            Event::InitApply(object) => {
                self.listed.insert(Place::of(object.meta()), Meaning::of(object.meta()));
                Vec::new()
            }
            Event::InitDone => self.replace(),
            Event::Apply(object) => {
                let (place, meaning) = (Place::of(object.meta()), Meaning::of(object.meta()));
                let before = self.known.insert(place.clone(), meaning.clone());
                if before == Some(meaning) { Vec::new() } else { vec![Moved { place, gone: false }] }
            }
            Event::Delete(object) => {
                let place = Place::of(object.meta());
                self.known.remove(&place);
                vec![Moved { place, gone: true }]
            }
        }
    }

    /// Objects that vanished while nobody watched are gone as well.
    fn replace(&mut self) -> Vec<Moved> {
        let before = std::mem::replace(&mut self.known, std::mem::take(&mut self.listed));
        let gone = before.keys().filter(|place| !self.known.contains_key(place));
        let gone = gone.map(|place| Moved { place: place.clone(), gone: true });
        let moved = self.known.iter().filter(|(place, meaning)| before.get(place) != Some(meaning));
        let moved = moved.map(|(place, _)| Moved { place: place.clone(), gone: false });
        gone.chain(moved).collect()
    }
}

/// What a pass over an object depends on, of the object itself.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Meaning {
    uid: Option<String>,
    /// Counts specs and the beginning of a deletion. Objects without one, such as a `ConfigMap`, have a revision instead.
    revision: Revision,
    deleted: bool,
    /// Those that speak to us.
    annotations: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Revision {
    Generation(i64),
    Resource(Option<String>),
}

impl Meaning {
    fn of(meta: &ObjectMeta) -> Self {
        let annotations = meta.annotations.iter().flatten();
        let ours = annotations.filter(|(name, _)| name.starts_with("scepter.dev/"));
        Self {
            uid: meta.uid.clone(),
            revision: meta
                .generation
                .map_or_else(|| Revision::Resource(meta.resource_version.clone()), Revision::Generation),
            deleted: meta.deletion_timestamp.is_some(),
            annotations: ours.map(|(name, value)| (name.clone(), value.clone())).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use k8s_openapi::api::core::v1::ConfigMap;
    use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

    use super::*;

    /// Any kind does: only metadata counts.
    fn object(name: &str, change: impl FnOnce(&mut ObjectMeta)) -> ConfigMap {
        let mut meta = ObjectMeta {
            name: Some(name.to_owned()),
            namespace: Some("it".to_owned()),
            uid: Some("uid".to_owned()),
            generation: Some(1),
            resource_version: Some("1".to_owned()),
            ..ObjectMeta::default()
        };
        change(&mut meta);
        ConfigMap { metadata: meta, ..ConfigMap::default() }
    }

    fn moved(name: &str, gone: bool) -> Moved {
        Moved { place: Place { namespace: "it".to_owned(), name: name.to_owned() }, gone }
    }

    fn list(meanings: &mut Meanings, objects: Vec<ConfigMap>) -> Vec<Moved> {
        let mut told = meanings.take(&Event::<ConfigMap>::Init);
        for object in objects {
            told.extend(meanings.take(&Event::InitApply(object)));
        }
        assert_eq!(told, [], "nothing is told before the list is whole");
        meanings.take(&Event::<ConfigMap>::InitDone)
    }

    #[test]
    fn the_first_list_tells_every_object_once() {
        let mut meanings = Meanings::default();
        assert_eq!(list(&mut meanings, vec![object("a", |_| ())]), [moved("a", false)]);
        assert_eq!(meanings.take(&Event::Apply(object("a", |_| ()))), []);
    }

    #[test]
    fn a_status_write_tells_nothing() {
        let mut meanings = Meanings::default();
        meanings.take(&Event::Apply(object("a", |_| ())));
        let written = object("a", |meta| meta.resource_version = Some("2".to_owned()));
        assert_eq!(meanings.take(&Event::Apply(written)), []);
    }

    #[test]
    fn a_new_spec_a_deletion_an_annotation_of_ours_and_a_new_incarnation_are_told() {
        let changes: [fn(&mut ObjectMeta); 4] = [
            |meta| meta.generation = Some(2),
            |meta| {
                meta.deletion_timestamp = Some(Time(jiff::Timestamp::UNIX_EPOCH));
            },
            |meta| meta.annotations = Some([("scepter.dev/approve-plan".into(), "1".into())].into()),
            |meta| meta.uid = Some("another".to_owned()),
        ];
        for change in changes {
            let mut meanings = Meanings::default();
            meanings.take(&Event::Apply(object("a", |_| ())));
            assert_eq!(meanings.take(&Event::Apply(object("a", change))), [moved("a", false)]);
        }
    }

    #[test]
    fn a_foreign_annotation_tells_nothing() {
        let mut meanings = Meanings::default();
        meanings.take(&Event::Apply(object("a", |_| ())));
        let noted = object("a", |meta| meta.annotations = Some([("team".into(), "it".into())].into()));
        assert_eq!(meanings.take(&Event::Apply(noted)), []);
    }

    #[test]
    fn an_object_without_a_generation_moves_with_every_write() {
        let mut meanings = Meanings::default();
        meanings.take(&Event::Apply(object("a", |meta| meta.generation = None)));
        let written = object("a", |meta| {
            meta.generation = None;
            meta.resource_version = Some("2".to_owned());
        });
        assert_eq!(meanings.take(&Event::Apply(written)), [moved("a", false)]);
    }

    #[test]
    fn what_vanished_while_nobody_watched_is_told_with_the_next_list() {
        let mut meanings = Meanings::default();
        list(&mut meanings, vec![object("a", |_| ()), object("b", |_| ())]);
        assert_eq!(list(&mut meanings, vec![object("b", |_| ())]), [moved("a", true)]);
    }
}
