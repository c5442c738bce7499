//! The declared objects of one namespace, and the bytes that their references name.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use scepter_crd::inventory::{FileName, Files, Reading};
use scepter_crd::{InventorySource, Manifest, ScepProfile, TrustedRootProfile};
use scepter_issuer_api::{KeyRef, Origin, ReferenceKind};
use scepter_policy::diagnostics::Diagnostics;
use scepter_policy::identity::{GroupId, ObjectKind};
use scepter_policy::inventory::{GroupKind, Inventory};
use scepter_policy::profile::Fields;
use scepter_policy::root::TrustedRoot;
use scepter_policy::rules::requested::{self, Requested};

use crate::kind::{Kind, name};

/// The declared objects of one namespace and the bytes they name. References never leave a namespace, so this is a whole
/// world: what is not in here does not exist for the objects that are.
#[derive(Clone, Debug, Default)]
pub struct Manifests {
    profiles: BTreeMap<String, Arc<ScepProfile>>,
    roots: BTreeMap<String, Arc<TrustedRootProfile>>,
    sources: BTreeMap<String, Arc<InventorySource>>,
    bytes: BTreeMap<KeyRef, Arc<[u8]>>,
    origin: Option<Origin>,
    population: OnceLock<Population>,
}

/// What the sources hold, read once for all profiles that are judged by it.
#[derive(Clone, Debug, Default)]
struct Population {
    inventory: Inventory,
    group_kinds: BTreeMap<GroupId, GroupKind>,
}

impl Manifests {
    /// The empty namespace. `origin` says where it lives, in Kubernetes.
    pub fn new(origin: Option<Origin>) -> Self {
        Self { origin, ..Self::default() }
    }

    /// Adds an object of any kind. One of the same kind and name is replaced; true if there was none.
    pub fn declare(&mut self, manifest: Manifest) -> bool {
        match manifest {
            Manifest::ScepProfile(object) => self.declare_profile(Arc::new(*object)),
            Manifest::TrustedRootProfile(object) => self.declare_root(Arc::new(*object)),
            Manifest::InventorySource(object) => self.declare_source(Arc::new(*object)),
        }
    }

    /// Adds a profile, as [`Self::declare`] does.
    pub fn declare_profile(&mut self, profile: Arc<ScepProfile>) -> bool {
        self.profiles.insert(name(&*profile).to_owned(), profile).is_none()
    }

    /// Adds a root, as [`Self::declare`] does.
    pub fn declare_root(&mut self, root: Arc<TrustedRootProfile>) -> bool {
        self.roots.insert(name(&*root).to_owned(), root).is_none()
    }

    /// Adds a source, as [`Self::declare`] does.
    pub fn declare_source(&mut self, source: Arc<InventorySource>) -> bool {
        self.population = OnceLock::new();
        self.sources.insert(name(&*source).to_owned(), source).is_none()
    }

    /// Adds the bytes that a reference names.
    pub fn supply(&mut self, key: KeyRef, bytes: Arc<[u8]>) {
        self.population = OnceLock::new();
        self.bytes.insert(key, bytes);
    }

    /// The profiles, by name.
    pub fn profiles(&self) -> impl Iterator<Item = &Arc<ScepProfile>> {
        self.profiles.values()
    }

    /// The roots, by name.
    pub fn roots(&self) -> impl Iterator<Item = &Arc<TrustedRootProfile>> {
        self.roots.values()
    }

    /// The sources, by name.
    pub fn sources(&self) -> impl Iterator<Item = &Arc<InventorySource>> {
        self.sources.values()
    }

    /// Every finding about every object, alone and among its neighbours: `scepter lint`.
    pub fn diagnostics(&self, now: Timestamp) -> Vec<(ObjectKind, String, Diagnostics)> {
        let roots = self.roots().map(|root| self.findings_of(&**root, now));
        let profiles = self.profiles().map(|profile| self.findings_of(&**profile, now));
        let sources = self.sources().map(|source| self.findings_of(&**source, now));
        roots.chain(profiles).chain(sources).collect()
    }

    /// What the rules that were asked for say of the profiles: `scepter lint --warn`.
    pub fn advice(&self, requested: &Requested) -> Vec<(ObjectKind, String, Diagnostics)> {
        let advice = |profile: &Arc<ScepProfile>| {
            let mut findings = requested::judge_writing(&Fields::from(&**profile), requested);
            if let Ok((parsed, _)) = profile.parse() {
                findings.extend(requested::judge(&parsed, self.group_kinds(), requested));
            }
            (ObjectKind::ScepProfile, name(&**profile).to_owned(), findings)
        };
        self.profiles().map(advice).collect()
    }

    /// The root of that name, if it is there and right in itself.
    pub fn trusted_root(&self, name: &str, now: Timestamp) -> Option<TrustedRoot> {
        let declared = self.root(name)?;
        declared.parse(self.certificate_of(declared), now).ok().map(|(root, _)| root)
    }

    fn findings_of<K: Kind>(&self, object: &K, now: Timestamp) -> (ObjectKind, String, Diagnostics) {
        (K::KIND, name(object).to_owned(), object.judge(self, now).into_diagnostics())
    }

    /// Where the namespace lives.
    pub(crate) fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    pub(crate) fn root(&self, name: &str) -> Option<&TrustedRootProfile> {
        self.roots.get(name).map(AsRef::as_ref)
    }

    pub(crate) fn bytes(&self, key: &KeyRef) -> Option<&Arc<[u8]>> {
        self.bytes.get(key)
    }

    /// The bytes that a root's certificate refers to, if it refers to any that are at hand.
    pub(crate) fn certificate_of(&self, root: &TrustedRootProfile) -> Option<&[u8]> {
        root.reads().first().and_then(|key| self.bytes(key)).map(AsRef::as_ref)
    }

    /// The inventory files in a `ConfigMap`.
    pub(crate) fn files(&self, config_map: &str) -> Files {
        FileName::all()
            .filter_map(|file| {
                let key = file.to_string();
                let reference = config_map_key(config_map, &key);
                self.bytes.get(&reference).map(|bytes| (key, Arc::clone(bytes)))
            })
            .collect()
    }

    /// The kind of each group that a source of this namespace declares, as far as its records are at hand.
    pub(crate) fn group_kinds(&self) -> &BTreeMap<GroupId, GroupKind> {
        &self.population().group_kinds
    }

    /// The records of every source of this namespace, as far as they are at hand.
    pub fn inventory(&self) -> &Inventory {
        &self.population().inventory
    }

    fn population(&self) -> &Population {
        self.population.get_or_init(|| {
            let mut all = Inventory::default();
            for reading in self.sources().filter_map(|source| self.read(source).ok()) {
                let Inventory { users, devices, groups } = reading.inventory;
                all.users.extend(users);
                all.devices.extend(devices);
                all.groups.extend(groups);
            }
            let group_kinds = all.groups.iter().map(|group| (group.id.clone(), group.kind)).collect();
            Population { inventory: all, group_kinds }
        })
    }

    /// The records of a source of this namespace, its `ConfigMap` among the bytes.
    pub fn read(&self, source: &InventorySource) -> Result<Reading, Diagnostics> {
        let config_map = source.spec.source.config_map_ref.as_ref();
        let files = config_map.map(|reference| self.files(&reference.name)).unwrap_or_default();
        source.read(&files)
    }
}

/// The reference to a key of a `ConfigMap`.
pub(crate) fn config_map_key(config_map: &str, key: &str) -> KeyRef {
    KeyRef { kind: ReferenceKind::ConfigMap, name: config_map.to_owned(), key: key.to_owned() }
}
