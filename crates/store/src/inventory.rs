//! Inventory: users, devices and groups as their sources declare them, and membership with nested groups followed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use scepter_policy::identity::{DeviceId, GroupId, ObjectKind, ObjectName, Tenant, UserId};
use scepter_policy::inventory::{Device, Group, GroupKind, Inventory, Memberships, User, flatten};
use scepter_policy::plan::Counts;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::change::Change;
use crate::columns::{Bind, Columns, from_json, to_json};
use crate::events::{Subject, What};
use crate::{Mode, Store, StoreError, SyncError};

mod records;

use records::Kind;

/// Devices read at a time.
pub(crate) const BATCH: usize = 500;

/// The most refused records that are kept and told (`InventorySource.status.rejected`).
const MAX_REJECTED: usize = 20;

/// An inventory to take in: everything that one source declares.
#[derive(Clone, Debug)]
pub struct Sync<'a> {
    /// The tenant.
    pub tenant: &'a Tenant,
    /// The `InventorySource`.
    pub source: &'a ObjectName,
    /// What it declares.
    pub inventory: &'a Inventory,
    /// Whether records that it does not declare any more are removed.
    pub prune: bool,
}

/// What a sync brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncOutcome {
    /// Whether anything changed.
    pub changed: bool,
    /// The source as it stands now.
    pub source: SourceSync,
    /// What it did to assignments, over all profiles.
    pub counts: Counts,
}

/// The last sync of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceSync {
    /// Users of this source.
    pub users: i64,
    /// Devices of this source.
    pub devices: i64,
    /// Groups of this source.
    pub groups: i64,
    /// When it was last taken in.
    pub synced_at: Timestamp,
    /// Records that were refused, at most 20.
    pub rejected: Vec<Rejected>,
}

/// A record that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejected {
    /// Which, such as `device laptop-7`.
    pub record: String,
    /// Why, as a word.
    pub reason: String,
    /// Why, as a sentence.
    pub message: String,
}

/// A device with its user and the groups that hold them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The device.
    pub device: Device,
    /// Its user, where the inventory has one.
    pub user: Option<User>,
    /// The groups.
    pub memberships: Memberships,
    /// Moves when the device's record, its user or the user's record does.
    pub revision: i64,
}

impl Store {
    /// Takes in what a source declares, in one transaction: records, membership, and every assignment that follows. An
    /// id that another source has, or that stands twice, is refused and named; the rest goes on.
    pub async fn sync_inventory(
        &self,
        sync: &Sync<'_>,
        mode: Mode,
        now: Timestamp,
    ) -> Result<SyncOutcome, SyncError> {
        let mut change = self.change(now).await?;
        // The first dry run of a source comes before it is declared.
        let declared = change.object_exists(sync.tenant, ObjectKind::InventorySource, sync.source).await?;
        if !declared && mode == Mode::Apply {
            return Err(SyncError::UnknownSource(sync.source.clone()));
        }
        let mut rejected = Vec::new();
        let mut changed = false;
        changed |= change.take_users(sync, &mut rejected).await?;
        changed |= change.take_devices(sync, &mut rejected).await?;
        changed |= change.take_groups(sync, &mut rejected).await?;
        let counts = if changed { change.follow_inventory(sync.tenant).await? } else { Counts::default() };
        let rejected = rejected.into_iter().take(MAX_REJECTED).collect();
        let source = change.note_sync(sync, rejected).await?;
        if changed {
            change.touched(sync.tenant, ObjectKind::InventorySource, sync.source);
            let detail = json!({ "counts": counts, "users": source.users, "devices": source.devices });
            let subject = Subject::object(sync.tenant, ObjectKind::InventorySource, sync.source);
            change.event(subject, What::InventorySynced, &detail).await?;
        }
        change.end(mode).await?;
        Ok(SyncOutcome { changed, source, counts })
    }

    /// What the last sync of a source brought.
    pub async fn last_sync(
        &self,
        tenant: &Tenant,
        source: &ObjectName,
    ) -> Result<Option<SourceSync>, StoreError> {
        let row = sqlx::query(
            "SELECT users, devices, groups, synced_at, rejected FROM source_syncs \
             WHERE owner = $1 AND namespace = $2 AND source = $3",
        )
        .tenant(tenant)
        .bind(source.as_str())
        .fetch_optional(&self.inner.reader)
        .await?;
        row.as_ref().map(read_sync).transpose()
    }

    /// One device with its user and groups.
    pub async fn device(&self, tenant: &Tenant, id: &DeviceId) -> Result<Option<Member>, StoreError> {
        let mut reader = self.snapshot().await?;
        member(&mut reader, tenant, id).await
    }

    /// A tenant's devices with ids after `after`, by id; a page holds at most 500.
    pub async fn devices(
        &self,
        tenant: &Tenant,
        after: Option<&DeviceId>,
    ) -> Result<Vec<Member>, StoreError> {
        let mut reader = self.snapshot().await?;
        members(&mut reader, tenant, after.map_or("", DeviceId::as_str)).await
    }
}

impl Change<'_> {
    /// The next batch of devices, by id.
    pub(crate) async fn members(&mut self, tenant: &Tenant, after: &str) -> Result<Vec<Member>, StoreError> {
        members(self.sql(), tenant, after).await
    }

    /// Removes everything that a source declared. Whether there was anything.
    pub(crate) async fn forget_source(
        &mut self,
        tenant: &Tenant,
        source: &ObjectName,
    ) -> Result<bool, StoreError> {
        let nothing = Inventory::default();
        let sync = Sync { tenant, source, inventory: &nothing, prune: true };
        let mut rejected = Vec::new();
        let mut changed = false;
        changed |= self.take_users(&sync, &mut rejected).await?;
        changed |= self.take_devices(&sync, &mut rejected).await?;
        changed |= self.take_groups(&sync, &mut rejected).await?;
        sqlx::query("DELETE FROM source_syncs WHERE owner = $1 AND namespace = $2 AND source = $3")
            .tenant(tenant)
            .bind(source.as_str())
            .execute(self.sql())
            .await?;
        Ok(changed)
    }

    /// What follows from a changed inventory: membership, leavers' certificates, assignments.
    pub(crate) async fn follow_inventory(&mut self, tenant: &Tenant) -> Result<Counts, StoreError> {
        self.follow_groups(tenant).await?;
        let mut counts = self.reassign_all(tenant).await?;
        counts.revoked += self.revoke_leavers(tenant).await?;
        Ok(counts)
    }

    async fn follow_groups(&mut self, tenant: &Tenant) -> Result<(), StoreError> {
        let groups = self.groups(tenant).await?;
        let wanted: BTreeSet<(GroupKind, String, GroupId)> = flatten(&groups)
            .into_iter()
            .flat_map(|(id, (kind, members))| {
                members.into_iter().map(move |member| (kind, member, id.clone()))
            })
            .collect();
        let stored = self.stored_memberships(tenant).await?;
        for gone in stored.difference(&wanted) {
            self.change_membership(
                "DELETE FROM memberships WHERE owner = $1 AND namespace = $2 AND kind = $3 AND member = $4 \
                 AND group_id = $5",
                tenant,
                gone,
            )
            .await?;
        }
        for new in wanted.difference(&stored) {
            self.change_membership(
                "INSERT INTO memberships (owner, namespace, kind, member, group_id) VALUES ($1, $2, $3, $4, $5)",
                tenant,
                new,
            )
            .await?;
        }
        Ok(())
    }

    async fn groups(&mut self, tenant: &Tenant) -> Result<Vec<Group>, StoreError> {
        sqlx::query("SELECT record FROM inventory_groups WHERE owner = $1 AND namespace = $2 ORDER BY id")
            .tenant(tenant)
            .fetch_all(self.sql())
            .await?
            .iter()
            .map(|row| row.json("record"))
            .collect()
    }

    async fn stored_memberships(
        &mut self,
        tenant: &Tenant,
    ) -> Result<BTreeSet<(GroupKind, String, GroupId)>, StoreError> {
        sqlx::query("SELECT kind, member, group_id FROM memberships WHERE owner = $1 AND namespace = $2")
            .tenant(tenant)
            .fetch_all(self.sql())
            .await?
            .iter()
            .map(|row| Ok((row.parsed("kind")?, row.text("member")?, row.parsed("group_id")?)))
            .collect()
    }

    async fn change_membership(
        &mut self,
        statement: &'static str,
        tenant: &Tenant,
        (kind, member, group): &(GroupKind, String, GroupId),
    ) -> Result<(), StoreError> {
        sqlx::query(statement)
            .tenant(tenant)
            .bind(kind.as_str())
            .bind(member.as_str())
            .bind(group.as_str())
            .execute(self.sql())
            .await?;
        Ok(())
    }

    async fn note_sync(
        &mut self,
        sync: &Sync<'_>,
        rejected: Vec<Rejected>,
    ) -> Result<SourceSync, StoreError> {
        let noted = SourceSync {
            users: self.count(sync, Kind::User).await?,
            devices: self.count(sync, Kind::Device).await?,
            groups: self.count(sync, Kind::Group).await?,
            synced_at: self.now(),
            rejected,
        };
        sqlx::query(
            "INSERT INTO source_syncs (owner, namespace, source, users, devices, groups, synced_at, rejected) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (owner, namespace, source) DO UPDATE \
             SET users = excluded.users, devices = excluded.devices, groups = excluded.groups, \
             synced_at = excluded.synced_at, rejected = excluded.rejected",
        )
        .tenant(sync.tenant)
        .bind(sync.source.as_str())
        .bind(noted.users)
        .bind(noted.devices)
        .bind(noted.groups)
        .time(noted.synced_at)
        .bind(to_json("rejected records", &noted.rejected)?)
        .execute(self.sql())
        .await?;
        Ok(noted)
    }
}

fn read_sync(row: &AnyRow) -> Result<SourceSync, StoreError> {
    Ok(SourceSync {
        users: row.integer("users")?,
        devices: row.integer("devices")?,
        groups: row.integer("groups")?,
        synced_at: row.time("synced_at")?,
        rejected: row.json("rejected")?,
    })
}

/// One device with its user and groups.
pub(crate) async fn member(
    sql: &mut AnyConnection,
    tenant: &Tenant,
    id: &DeviceId,
) -> Result<Option<Member>, StoreError> {
    let row = sqlx::query(
        "SELECT d.id, d.record, d.revision, u.record AS user_record FROM devices d LEFT JOIN users u \
         ON u.owner = d.owner AND u.namespace = d.namespace AND u.id = d.user_id \
         WHERE d.owner = $1 AND d.namespace = $2 AND d.id = $3",
    )
    .tenant(tenant)
    .bind(id.as_str())
    .fetch_optional(&mut *sql)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let mut groups = memberships(sql, tenant, id.as_str(), id.as_str()).await?;
    Ok(Some(read_member(&row, &mut groups)?))
}

/// A batch of devices with ids after `after`, by id.
async fn members(sql: &mut AnyConnection, tenant: &Tenant, after: &str) -> Result<Vec<Member>, StoreError> {
    let rows = sqlx::query(
        "SELECT d.id, d.record, d.revision, u.record AS user_record FROM devices d LEFT JOIN users u \
         ON u.owner = d.owner AND u.namespace = d.namespace AND u.id = d.user_id \
         WHERE d.owner = $1 AND d.namespace = $2 AND d.id > $3 ORDER BY d.id LIMIT 500",
    )
    .tenant(tenant)
    .bind(after)
    .fetch_all(&mut *sql)
    .await?;
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(Vec::new()) };
    let mut groups = memberships(sql, tenant, &first.text("id")?, &last.text("id")?).await?;
    rows.iter().map(|row| read_member(row, &mut groups)).collect()
}

/// The groups of the devices from one id to another, and those of their users, by device.
async fn memberships(
    sql: &mut AnyConnection,
    tenant: &Tenant,
    first: &str,
    last: &str,
) -> Result<BTreeMap<String, Memberships>, StoreError> {
    let rows = sqlx::query(
        "SELECT d.id, m.kind, m.group_id FROM devices d JOIN memberships m ON m.owner = d.owner \
         AND m.namespace = d.namespace AND m.kind = 'Device' AND m.member = d.id \
         WHERE d.owner = $1 AND d.namespace = $2 AND d.id >= $3 AND d.id <= $4 \
         UNION ALL SELECT d.id, m.kind, m.group_id FROM devices d JOIN memberships m ON m.owner = d.owner \
         AND m.namespace = d.namespace AND m.kind = 'User' AND m.member = d.user_id \
         WHERE d.owner = $1 AND d.namespace = $2 AND d.id >= $3 AND d.id <= $4",
    )
    .tenant(tenant)
    .bind(first)
    .bind(last)
    .fetch_all(sql)
    .await?;
    let mut groups: BTreeMap<String, Memberships> = BTreeMap::new();
    for row in rows {
        let of_device = groups.entry(row.text("id")?).or_default();
        match row.parsed("kind")? {
            GroupKind::Device => of_device.device.insert(row.parsed("group_id")?),
            GroupKind::User => of_device.user.insert(row.parsed("group_id")?),
        };
    }
    Ok(groups)
}

fn read_member(row: &AnyRow, groups: &mut BTreeMap<String, Memberships>) -> Result<Member, StoreError> {
    let user = row.optional_text("user_record")?;
    Ok(Member {
        device: row.json("record")?,
        user: user.map(|record| from_json("user", &record)).transpose()?,
        memberships: groups.remove(&row.text("id")?).unwrap_or_default(),
        revision: row.integer("revision")?,
    })
}

/// A user's id as a nullable column.
fn user_column(device: &Device) -> Option<&str> {
    device.user_id.as_ref().map(UserId::as_str)
}
