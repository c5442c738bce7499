//! A store with a tenant in it, and short words for what happens to both.

pub(crate) mod enrolment;
mod manifest;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use scepter_policy::identity::{AssignmentKey, Association, DeviceId, ObjectKind, ObjectName, Tenant};
use scepter_policy::inventory::{Device, Group, GroupKind, Inventory, User};
use scepter_policy::issuance::{ChallengeId, Credential, Secret};
use scepter_policy::report::DeviceRow;
use scepter_policy::vocabulary::Platform;
use scepter_store::challenges::NewChallenge;
use scepter_store::inventory::{Sync, SyncOutcome};
use scepter_store::objects::{Origin, Put, PutOutcome};
use scepter_store::{Config, Location, MacKey, MintError, Mode, OpenError, Store};
use sqlx::{AnyConnection, Connection};
use tempfile::TempDir;

pub(crate) use manifest::{Manifest, Manifests, root};

/// A store under test. A behaviour takes one and does not care which database it stands on.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) now: Timestamp,
    pub(crate) location: Location,
    /// Removed with the world.
    _directory: Option<TempDir>,
}

impl World {
    /// On a database, and in a directory that goes with the world where there is one.
    pub(crate) async fn at(location: Location, directory: Option<TempDir>) -> Self {
        let store = open(location.clone(), MAC_KEY).await.unwrap();
        Self { store, now: noon(), location, _directory: directory }
    }

    /// The same database after the process that used it is gone.
    pub(crate) async fn restarted(self) -> Self {
        self.store.close().await;
        let store = open(self.location.clone(), MAC_KEY).await.unwrap();
        Self { store, ..self }
    }

    /// The same database, opened without knowing the key of its secrets.
    pub(crate) async fn with_another_mac_key(&self) -> Self {
        let store = open(self.location.clone(), [8; 32]).await.unwrap();
        Self { store, now: self.now, location: self.location.clone(), _directory: None }
    }

    /// Changes the database behind the store's back.
    pub(crate) async fn tamper(&self, statement: &'static str) {
        let mut connection = AnyConnection::connect(&self.url()).await.unwrap();
        sqlx::query(statement).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    }

    /// Asks the database for a number behind the store's back.
    pub(crate) async fn number(&self, query: &'static str) -> i64 {
        let mut connection = AnyConnection::connect(&self.url()).await.unwrap();
        let number = sqlx::query_scalar(query).fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        number
    }

    /// Where to find the database without the store.
    pub(crate) fn url(&self) -> String {
        match &self.location {
            Location::Sqlite(path) => format!("sqlite://{}", path.display()),
            Location::Postgres(url) => url.to_string(),
        }
    }

    pub(crate) async fn put(&self, manifest: &Manifest) -> PutOutcome {
        self.put_in(&tenant("team-a"), manifest).await
    }

    pub(crate) async fn put_in(&self, tenant: &Tenant, manifest: &Manifest) -> PutOutcome {
        self.try_put(tenant, manifest, Mode::Apply).await
    }

    pub(crate) async fn try_put(&self, tenant: &Tenant, manifest: &Manifest, mode: Mode) -> PutOutcome {
        let put = put(tenant, manifest);
        self.store.put_profile(&put, &manifest.profile(), mode, self.now).await.unwrap()
    }

    pub(crate) async fn sync(&self, inventory: &Inventory) -> SyncOutcome {
        self.sync_in(&tenant("team-a"), "directory", inventory).await
    }

    /// Declares the source where it is new, and takes in what it declares now.
    pub(crate) async fn sync_in(&self, tenant: &Tenant, source: &str, inventory: &Inventory) -> SyncOutcome {
        let manifest = Manifest { name: source.into(), ..Manifest::default() };
        self.store.put_source(&put(tenant, &manifest), Mode::Apply, self.now).await.unwrap();
        let source = &name(source);
        let sync = Sync { tenant, source, inventory, prune: true };
        self.store.sync_inventory(&sync, Mode::Apply, self.now).await.unwrap()
    }

    /// Mints a challenge that lives for an hour.
    pub(crate) async fn mint(&self, key: &AssignmentKey, id: &str) -> Result<Credential, MintError> {
        let credential = Self::credential(id);
        let Credential::Challenge(id, secret) = credential.clone() else { panic!("not a challenge") };
        let expires_at = self.now + SignedDuration::from_hours(1);
        let challenge = NewChallenge { id, secret, expires_at };
        self.store.mint(key, &challenge, self.now).await?;
        Ok(credential)
    }

    /// The credential of a minted challenge.
    pub(crate) fn credential(id: &str) -> Credential {
        Credential::Challenge(ChallengeId(id.into()), Secret::new(format!("secret-of-{id}")))
    }

    /// The row of a device in a report about the profile `wifi`.
    pub(crate) async fn row(&self, device: &str) -> Option<DeviceRow> {
        let report = self.store.report(&tenant("team-a"), ObjectKind::ScepProfile, &name("wifi"), 100).await;
        report.unwrap().devices.into_iter().find(|row| row.device == device_id(device))
    }
}

/// The key of the secrets of every world's own store.
pub(crate) const MAC_KEY: [u8; 32] = [7; 32];

pub(crate) async fn open(location: Location, mac_key: [u8; 32]) -> Result<Store, OpenError> {
    let config = Config { location, mac_key: MacKey::new(&mac_key) };
    Store::open(config, Arc::new(Manifests)).await
}

pub(crate) fn put(tenant: &Tenant, manifest: &Manifest) -> Put {
    Put {
        tenant: tenant.clone(),
        name: name(&manifest.name),
        uid: "uid".into(),
        generation: 1,
        origin: Origin { cluster_uid: "cluster".into(), namespace_uid: "namespace".into() },
        document: manifest.document(),
    }
}

/// 2026-01-01, noon.
pub(crate) fn noon() -> Timestamp {
    "2026-01-01T12:00:00Z".parse().unwrap()
}

pub(crate) fn tenant(namespace: &str) -> Tenant {
    Tenant { owner: "cluster-1".parse().unwrap(), namespace: namespace.parse().unwrap() }
}

pub(crate) fn name(text: &str) -> ObjectName {
    text.parse().unwrap()
}

pub(crate) fn device_id(text: &str) -> DeviceId {
    text.parse().unwrap()
}

/// The row of the profile `wifi` on a device of `team-a`.
pub(crate) fn key(device: &str) -> AssignmentKey {
    key_in(&tenant("team-a"), device)
}

pub(crate) fn key_in(tenant: &Tenant, device: &str) -> AssignmentKey {
    AssignmentKey {
        tenant: tenant.clone(),
        profile: name("wifi"),
        device: device_id(device),
        association: Association::Own,
    }
}

/// A Windows device with a name, and a user where one is given.
pub(crate) fn device(id: &str, user: Option<&str>) -> Device {
    Device {
        device_name: Some(id.to_uppercase()),
        user_id: user.map(|user| user.parse().unwrap()),
        ..bare_device(id, Platform::Windows10AndLater)
    }
}

pub(crate) fn bare_device(id: &str, platform: Platform) -> Device {
    serde_json::from_value(serde_json::json!({ "id": id, "platform": platform })).unwrap()
}

pub(crate) fn user(id: &str) -> User {
    serde_json::from_value(serde_json::json!({ "id": id, "userName": id })).unwrap()
}

pub(crate) fn group(id: &str, kind: GroupKind, members: &[&str]) -> Group {
    Group {
        id: id.parse().unwrap(),
        kind,
        members: members.iter().map(|&member| member.to_owned()).collect(),
    }
}

/// Windows devices without users, all in the device group `fleet`.
pub(crate) fn fleet(ids: &[&str]) -> Inventory {
    Inventory {
        devices: ids.iter().map(|id| device(id, None)).collect(),
        groups: vec![group("fleet", GroupKind::Device, ids)],
        ..Inventory::default()
    }
}
