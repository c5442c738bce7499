//! Declared objects as they were applied, and the tenants that they belong to.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use scepter_policy::identity::{ObjectKey, ObjectKind, ObjectName, Owner, Tenant};
use scepter_policy::plan::Plan;
use serde_json::json;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::change::Change;
use crate::columns::{Bind, Columns, from_json, to_json};
use crate::events::{Subject, What};
use crate::interpreter::Document;
use crate::{Mode, PutError, Store, StoreError};

/// An object to be stored.
#[derive(Clone, Debug)]
pub struct Put {
    /// The tenant.
    pub tenant: Tenant,
    /// `metadata.name`.
    pub name: ObjectName,
    /// `metadata.uid`; empty outside Kubernetes.
    pub uid: String,
    /// `metadata.generation`; 0 outside Kubernetes.
    pub generation: i64,
    /// Where it comes from.
    pub origin: Origin,
    /// The object as applied.
    pub document: Document,
}

/// The cluster and the namespace that a tenant's objects come from. Outside Kubernetes both are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// UID of the namespace `kube-system`, which names the cluster.
    pub cluster_uid: String,
    /// UID of the tenant's namespace.
    pub namespace_uid: String,
}

/// A stored object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredObject {
    /// Its name.
    pub name: ObjectName,
    /// `metadata.uid` as applied.
    pub uid: String,
    /// `metadata.generation` as applied: the generation that serves.
    pub generation: i64,
    /// Moves with every change and never repeats.
    pub revision: i64,
    /// The object as applied.
    pub document: Document,
}

/// What a put did, or would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutOutcome {
    /// Whether anything changed; an identical put changes nothing.
    pub changed: bool,
    /// The revision that serves.
    pub revision: i64,
    /// What it did to assignments and certificates.
    pub plan: Plan,
}

impl Store {
    /// Stores an `InventorySource`; its records come with [`Store::sync_inventory`].
    pub async fn put_source(&self, put: &Put, mode: Mode, now: Timestamp) -> Result<PutOutcome, PutError> {
        let mut change = self.change(now).await?;
        change.check_origin(put).await?;
        if let Some(same) = change.same_object(ObjectKind::InventorySource, put).await? {
            return Ok(same.unchanged());
        }
        let plan = nothing_planned();
        let revision = change.store_object(ObjectKind::InventorySource, put, &plan).await?;
        change.end(mode).await?;
        Ok(PutOutcome { changed: true, revision, plan })
    }

    /// One stored object.
    pub async fn object(
        &self,
        tenant: &Tenant,
        kind: ObjectKind,
        name: &ObjectName,
    ) -> Result<Option<StoredObject>, StoreError> {
        let mut reader = self.inner.reader.acquire().await?;
        read_object(&mut reader, tenant, kind, name).await
    }

    /// A tenant's objects of one kind, by name.
    pub async fn objects_of(
        &self,
        tenant: &Tenant,
        kind: ObjectKind,
    ) -> Result<Vec<StoredObject>, StoreError> {
        let mut reader = self.inner.reader.acquire().await?;
        read_objects(&mut reader, tenant, kind).await
    }

    /// Every object of an owner: what reconciling compares with what is declared, to find orphans.
    pub async fn objects(&self, owner: &Owner) -> Result<Vec<ObjectKey>, StoreError> {
        sqlx::query(
            "SELECT kind, namespace, name FROM objects WHERE owner = $1 ORDER BY kind, namespace, name",
        )
        .bind(owner.as_str())
        .fetch_all(&self.inner.reader)
        .await?
        .iter()
        .map(|row| {
            Ok(ObjectKey {
                kind: row.parsed("kind")?,
                namespace: row.parsed("namespace")?,
                name: row.parsed("name")?,
            })
        })
        .collect()
    }
}

impl StoredObject {
    pub(crate) fn unchanged(self) -> PutOutcome {
        PutOutcome { changed: false, revision: self.revision, plan: nothing_planned() }
    }
}

/// The plan of a change that touches no assignment.
pub(crate) const fn nothing_planned() -> Plan {
    Plan { held: false, create: 0, update: 0, reissue: 0, revoke: 0, remove: 0, changes: Vec::new() }
}

impl Change<'_> {
    /// Refuses an object of another cluster or of a re-created namespace (TH-44); takes the tenant where it is new.
    pub(crate) async fn check_origin(&mut self, put: &Put) -> Result<(), PutError> {
        sqlx::query(
            "INSERT INTO tenants (owner, namespace, cluster_uid, namespace_uid) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (owner, namespace) DO NOTHING",
        )
        .tenant(&put.tenant)
        .bind(put.origin.cluster_uid.as_str())
        .bind(put.origin.namespace_uid.as_str())
        .execute(self.sql())
        .await?;
        let row =
            sqlx::query("SELECT cluster_uid, namespace_uid FROM tenants WHERE owner = $1 AND namespace = $2")
                .tenant(&put.tenant)
                .fetch_one(self.sql())
                .await?;
        let stored =
            Origin { cluster_uid: row.text("cluster_uid")?, namespace_uid: row.text("namespace_uid")? };
        if stored == put.origin {
            return Ok(());
        }
        Err(PutError::ForeignOrigin {
            namespace: put.tenant.namespace.to_string(),
            stored: stored.to_string(),
            given: put.origin.to_string(),
        })
    }

    /// The stored object where a put says nothing new.
    pub(crate) async fn same_object(
        &mut self,
        kind: ObjectKind,
        put: &Put,
    ) -> Result<Option<StoredObject>, StoreError> {
        let stored = read_object(self.sql(), &put.tenant, kind, &put.name).await?;
        Ok(stored.filter(|stored| {
            stored.document == put.document && stored.uid == put.uid && stored.generation == put.generation
        }))
    }

    /// Whether an object is declared.
    pub(crate) async fn object_exists(
        &mut self,
        tenant: &Tenant,
        kind: ObjectKind,
        name: &ObjectName,
    ) -> Result<bool, StoreError> {
        Ok(read_object(self.sql(), tenant, kind, name).await?.is_some())
    }

    /// Stores an object under a new revision, notes it and tells it.
    pub(crate) async fn store_object(
        &mut self,
        kind: ObjectKind,
        put: &Put,
        plan: &Plan,
    ) -> Result<i64, StoreError> {
        let revision = self.revision().await?;
        sqlx::query(
            "INSERT INTO objects (owner, namespace, kind, name, uid, generation, revision, manifest, bytes) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (owner, namespace, kind, name) DO UPDATE \
             SET uid = excluded.uid, generation = excluded.generation, revision = excluded.revision, \
             manifest = excluded.manifest, bytes = excluded.bytes",
        )
        .tenant(&put.tenant)
        .bind(kind.as_str())
        .bind(put.name.as_str())
        .bind(put.uid.as_str())
        .bind(put.generation)
        .bind(revision)
        .bind(put.document.manifest.as_str())
        .bind(bytes_to_json(&put.document.bytes)?)
        .execute(self.sql())
        .await?;
        let detail = json!({ "generation": put.generation, "revision": revision, "plan": plan });
        self.event(Subject::object(&put.tenant, kind, &put.name), What::ObjectApplied, &detail).await?;
        self.touched(&put.tenant, kind, &put.name);
        Ok(revision)
    }

    /// Removes an object, notes it and tells it. The tenant goes with its last object.
    pub(crate) async fn remove_object(
        &mut self,
        tenant: &Tenant,
        kind: ObjectKind,
        name: &ObjectName,
        detail: &serde_json::Value,
    ) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM objects WHERE owner = $1 AND namespace = $2 AND kind = $3 AND name = $4")
            .tenant(tenant)
            .bind(kind.as_str())
            .bind(name.as_str())
            .execute(self.sql())
            .await?;
        sqlx::query(
            "DELETE FROM tenants WHERE owner = $1 AND namespace = $2 AND NOT EXISTS (SELECT 1 FROM objects o \
             WHERE o.owner = tenants.owner AND o.namespace = tenants.namespace)",
        )
        .tenant(tenant)
        .execute(self.sql())
        .await?;
        self.event(Subject::object(tenant, kind, name), What::ObjectDeleted, detail).await?;
        self.touched(tenant, kind, name);
        Ok(())
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = |uid: &str| if uid.is_empty() { "none".to_owned() } else { uid.to_owned() };
        write!(f, "{} in cluster {}", shown(&self.namespace_uid), shown(&self.cluster_uid))
    }
}

pub(crate) async fn read_object(
    sql: &mut AnyConnection,
    tenant: &Tenant,
    kind: ObjectKind,
    name: &ObjectName,
) -> Result<Option<StoredObject>, StoreError> {
    let row = sqlx::query(
        "SELECT name, uid, generation, revision, manifest, bytes FROM objects \
         WHERE owner = $1 AND namespace = $2 AND kind = $3 AND name = $4",
    )
    .tenant(tenant)
    .bind(kind.as_str())
    .bind(name.as_str())
    .fetch_optional(sql)
    .await?;
    row.as_ref().map(read).transpose()
}

pub(crate) async fn read_objects(
    sql: &mut AnyConnection,
    tenant: &Tenant,
    kind: ObjectKind,
) -> Result<Vec<StoredObject>, StoreError> {
    sqlx::query(
        "SELECT name, uid, generation, revision, manifest, bytes FROM objects \
         WHERE owner = $1 AND namespace = $2 AND kind = $3 ORDER BY name",
    )
    .tenant(tenant)
    .bind(kind.as_str())
    .fetch_all(sql)
    .await?
    .iter()
    .map(read)
    .collect()
}

fn read(row: &AnyRow) -> Result<StoredObject, StoreError> {
    Ok(StoredObject {
        name: row.parsed("name")?,
        uid: row.text("uid")?,
        generation: row.integer("generation")?,
        revision: row.integer("revision")?,
        document: read_document(row)?,
    })
}

/// The columns manifest and bytes.
pub(crate) fn read_document(row: &impl Columns) -> Result<Document, StoreError> {
    Ok(Document { manifest: row.text("manifest")?, bytes: bytes_from_json(&row.text("bytes")?)? })
}

fn bytes_to_json(bytes: &BTreeMap<String, Vec<u8>>) -> Result<String, StoreError> {
    let encoded: BTreeMap<&str, String> =
        bytes.iter().map(|(key, value)| (key.as_str(), STANDARD.encode(value))).collect();
    to_json("bytes", &encoded)
}

fn bytes_from_json(text: &str) -> Result<BTreeMap<String, Vec<u8>>, StoreError> {
    from_json::<BTreeMap<String, String>>("bytes", text)?
        .into_iter()
        .map(|(key, value)| match STANDARD.decode(value) {
            Ok(bytes) => Ok((key, bytes)),
            Err(problem) => Err(StoreError::unreadable("bytes", problem.to_string())),
        })
        .collect()
}
