//! Inventory: users, devices and groups as their sources declare them, and membership with nested groups followed.

use std::collections::BTreeSet;

use jiff::Timestamp;
use scepter_policy::identity::{GroupId, ObjectKind, ObjectName, Tenant};
use scepter_policy::inventory::{Group, GroupKind, Inventory, flatten};
use scepter_policy::plan::Counts;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::any::AnyRow;

use crate::change::Change;
use crate::columns::{Bind, Columns, to_json};
use crate::events::{Subject, What};
use crate::{Mode, Store, StoreError, SyncError};

mod members;
mod records;

pub use members::Member;
pub(crate) use members::{BATCH, member};
use records::Kind;

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

impl Store {
    /// Takes in what a source declares, in one transaction: records, membership, and every assignment that follows. An
    /// id that another source has, or that stands twice, is refused and named; the rest goes on. A dry run does not ask
    /// for the source to be declared: declaring it may be a dry run too.
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
        let changed = change.take_all(sync, &mut rejected).await?;
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
}

impl Change<'_> {
    /// Removes everything that a source declared. Whether there was anything.
    pub(crate) async fn forget_source(
        &mut self,
        tenant: &Tenant,
        source: &ObjectName,
    ) -> Result<bool, StoreError> {
        let nothing = Inventory::default();
        let sync = Sync { tenant, source, inventory: &nothing, prune: true };
        let changed = self.take_all(&sync, &mut Vec::new()).await?;
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
