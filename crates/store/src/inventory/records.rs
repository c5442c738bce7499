//! Taking in records: what is new, what changed, what is gone, and what is refused.

use std::collections::BTreeMap;

use scepter_policy::identity::UserId;
use scepter_policy::inventory::Device;
use serde::Serialize;

use super::{Rejected, Sync};
use crate::StoreError;
use crate::change::Change;
use crate::columns::{Bind, Columns, to_json};

/// The three kinds of record, each with a table of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    User,
    Device,
    Group,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Device => "device",
            Self::Group => "group",
        }
    }

    const fn select(self) -> &'static str {
        match self {
            Self::User => "SELECT id, source, record FROM users WHERE owner = $1 AND namespace = $2",
            Self::Device => "SELECT id, source, record FROM devices WHERE owner = $1 AND namespace = $2",
            Self::Group => {
                "SELECT id, source, record FROM inventory_groups WHERE owner = $1 AND namespace = $2"
            }
        }
    }

    const fn count(self) -> &'static str {
        match self {
            Self::User => {
                "SELECT COUNT(*) AS records FROM users WHERE owner = $1 AND namespace = $2 AND source = $3"
            }
            Self::Device => {
                "SELECT COUNT(*) AS records FROM devices WHERE owner = $1 AND namespace = $2 AND source = $3"
            }
            Self::Group => {
                "SELECT COUNT(*) AS records FROM inventory_groups \
                 WHERE owner = $1 AND namespace = $2 AND source = $3"
            }
        }
    }

    const fn delete(self) -> &'static str {
        match self {
            Self::User => "DELETE FROM users WHERE owner = $1 AND namespace = $2 AND id = $3",
            Self::Device => "DELETE FROM devices WHERE owner = $1 AND namespace = $2 AND id = $3",
            Self::Group => "DELETE FROM inventory_groups WHERE owner = $1 AND namespace = $2 AND id = $3",
        }
    }
}

/// A stored record: who declares it, and what it says.
struct Stored {
    source: String,
    record: String,
}

/// A record that is new or says something new.
struct Upsert<'a, T> {
    id: &'a str,
    record: &'a T,
    json: String,
}

impl Change<'_> {
    /// Takes in a source's users. Whether anything changed.
    pub(super) async fn take_users(
        &mut self,
        sync: &Sync<'_>,
        rejected: &mut Vec<Rejected>,
    ) -> Result<bool, StoreError> {
        let stored = self.stored(sync, Kind::User).await?;
        let users = sync.inventory.users.iter().map(|user| (user.id.as_str(), user)).collect();
        let (upserts, gone) = compare(Kind::User, sync, &stored, users, rejected)?;
        for upsert in &upserts {
            self.upsert_user(sync, upsert.id, &upsert.json).await?;
            self.touch_devices_of(sync, upsert.id).await?;
        }
        for id in &gone {
            self.delete_record(sync, Kind::User, id).await?;
            self.touch_devices_of(sync, id).await?;
        }
        Ok(!upserts.is_empty() || !gone.is_empty())
    }

    /// Takes in a source's devices. Whether anything changed.
    pub(super) async fn take_devices(
        &mut self,
        sync: &Sync<'_>,
        rejected: &mut Vec<Rejected>,
    ) -> Result<bool, StoreError> {
        let stored = self.stored(sync, Kind::Device).await?;
        let devices = sync.inventory.devices.iter().map(|device| (device.id.as_str(), device)).collect();
        let (upserts, gone) = compare(Kind::Device, sync, &stored, devices, rejected)?;
        for upsert in &upserts {
            self.upsert_device(sync, upsert.record, &upsert.json).await?;
        }
        for id in &gone {
            self.delete_record(sync, Kind::Device, id).await?;
        }
        Ok(!upserts.is_empty() || !gone.is_empty())
    }

    /// Takes in a source's groups. Whether anything changed.
    pub(super) async fn take_groups(
        &mut self,
        sync: &Sync<'_>,
        rejected: &mut Vec<Rejected>,
    ) -> Result<bool, StoreError> {
        let stored = self.stored(sync, Kind::Group).await?;
        let groups = sync.inventory.groups.iter().map(|group| (group.id.as_str(), group)).collect();
        let (upserts, gone) = compare(Kind::Group, sync, &stored, groups, rejected)?;
        for upsert in &upserts {
            self.upsert_group(sync, upsert.id, &upsert.json).await?;
        }
        for id in &gone {
            self.delete_record(sync, Kind::Group, id).await?;
        }
        Ok(!upserts.is_empty() || !gone.is_empty())
    }

    /// How many records of a kind a source has.
    pub(super) async fn count(&mut self, sync: &Sync<'_>, kind: Kind) -> Result<i64, StoreError> {
        let row = sqlx::query(kind.count())
            .tenant(sync.tenant)
            .bind(sync.source.as_str())
            .fetch_one(self.sql())
            .await?;
        row.integer("records")
    }

    async fn stored(&mut self, sync: &Sync<'_>, kind: Kind) -> Result<BTreeMap<String, Stored>, StoreError> {
        let rows = sqlx::query(kind.select()).tenant(sync.tenant).fetch_all(self.sql()).await?;
        rows.iter()
            .map(|row| {
                Ok((row.text("id")?, Stored { source: row.text("source")?, record: row.text("record")? }))
            })
            .collect()
    }

    async fn upsert_user(&mut self, sync: &Sync<'_>, id: &str, json: &str) -> Result<(), StoreError> {
        let revision = self.revision().await?;
        sqlx::query(
            "INSERT INTO users (owner, namespace, id, source, record, revision) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (owner, namespace, id) DO UPDATE SET record = excluded.record, revision = excluded.revision",
        )
        .tenant(sync.tenant)
        .bind(id)
        .bind(sync.source.as_str())
        .bind(json)
        .bind(revision)
        .execute(self.sql())
        .await?;
        Ok(())
    }

    async fn upsert_device(
        &mut self,
        sync: &Sync<'_>,
        device: &Device,
        json: &str,
    ) -> Result<(), StoreError> {
        let revision = self.revision().await?;
        sqlx::query(
            "INSERT INTO devices (owner, namespace, id, source, user_id, record, revision) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (owner, namespace, id) DO UPDATE \
             SET user_id = excluded.user_id, record = excluded.record, revision = excluded.revision",
        )
        .tenant(sync.tenant)
        .bind(device.id.as_str())
        .bind(sync.source.as_str())
        .bind(user_column(device))
        .bind(json)
        .bind(revision)
        .execute(self.sql())
        .await?;
        Ok(())
    }

    async fn upsert_group(&mut self, sync: &Sync<'_>, id: &str, json: &str) -> Result<(), StoreError> {
        let revision = self.revision().await?;
        sqlx::query(
            "INSERT INTO inventory_groups (owner, namespace, id, source, record, revision) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (owner, namespace, id) DO UPDATE \
             SET record = excluded.record, revision = excluded.revision",
        )
        .tenant(sync.tenant)
        .bind(id)
        .bind(sync.source.as_str())
        .bind(json)
        .bind(revision)
        .execute(self.sql())
        .await?;
        Ok(())
    }

    async fn delete_record(&mut self, sync: &Sync<'_>, kind: Kind, id: &str) -> Result<(), StoreError> {
        sqlx::query(kind.delete()).tenant(sync.tenant).bind(id).execute(self.sql()).await?;
        Ok(())
    }

    /// A device's revision covers its user's record: what was judged with the old one is out of date (GAP-4).
    async fn touch_devices_of(&mut self, sync: &Sync<'_>, user: &str) -> Result<(), StoreError> {
        let revision = self.revision().await?;
        sqlx::query("UPDATE devices SET revision = $4 WHERE owner = $1 AND namespace = $2 AND user_id = $3")
            .tenant(sync.tenant)
            .bind(user)
            .bind(revision)
            .execute(self.sql())
            .await?;
        Ok(())
    }
}

/// What must be written and what removed, of one kind. The first record with an id counts; others are refused.
fn compare<'a, T: Serialize>(
    kind: Kind,
    sync: &Sync<'_>,
    stored: &BTreeMap<String, Stored>,
    records: Vec<(&'a str, &'a T)>,
    rejected: &mut Vec<Rejected>,
) -> Result<(Vec<Upsert<'a, T>>, Vec<String>), StoreError> {
    let mut wanted = BTreeMap::new();
    for (id, record) in records {
        let claimed = stored.get(id).filter(|stored| stored.source != sync.source.as_str());
        if let Some(other) = claimed {
            rejected.push(refused(
                kind,
                id,
                "IdClaimed",
                &format!("InventorySource {} declares this id", other.source),
            ));
        } else if wanted.contains_key(id) {
            rejected.push(refused(
                kind,
                id,
                "IdRepeated",
                "this id stands more than once; its first record counts",
            ));
        } else {
            wanted.insert(id, record);
        }
    }
    let own = stored.iter().filter(|(_, stored)| stored.source == sync.source.as_str());
    let gone =
        own.map(|(id, _)| id).filter(|id| sync.prune && !wanted.contains_key(id.as_str())).cloned().collect();
    let mut upserts = Vec::new();
    for (id, record) in wanted {
        let json = to_json(kind.as_str(), record)?;
        if stored.get(id).is_none_or(|stored| stored.record != json) {
            upserts.push(Upsert { id, record, json });
        }
    }
    Ok((upserts, gone))
}

fn refused(kind: Kind, id: &str, reason: &str, message: &str) -> Rejected {
    let record = format!("{} {id}", kind.as_str());
    Rejected { record, reason: reason.to_owned(), message: message.to_owned() }
}

/// A user's id as a nullable column.
fn user_column(device: &Device) -> Option<&str> {
    device.user_id.as_ref().map(UserId::as_str)
}
