//! Taking in records: what is new, what changed, what is gone, and what is refused.

use std::collections::BTreeMap;

use scepter_policy::identity::UserId;
use scepter_policy::inventory::{Device, Group, User};
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

    /// A device has one parameter more, its user.
    const fn upsert(self) -> &'static str {
        match self {
            Self::User => {
                "INSERT INTO users (owner, namespace, id, source, record, revision) \
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (owner, namespace, id) DO UPDATE \
                 SET record = excluded.record, revision = excluded.revision"
            }
            Self::Device => {
                "INSERT INTO devices (owner, namespace, id, source, record, revision, user_id) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (owner, namespace, id) DO UPDATE \
                 SET record = excluded.record, revision = excluded.revision, user_id = excluded.user_id"
            }
            Self::Group => {
                "INSERT INTO inventory_groups (owner, namespace, id, source, record, revision) \
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (owner, namespace, id) DO UPDATE \
                 SET record = excluded.record, revision = excluded.revision"
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

/// A record of one of the kinds.
trait Entry: Serialize + std::marker::Sync {
    const KIND: Kind;

    fn id(&self) -> &str;

    /// The user that a device belongs to.
    fn user(&self) -> Option<&str> {
        None
    }
}

impl Entry for User {
    const KIND: Kind = Kind::User;

    fn id(&self) -> &str {
        self.id.as_str()
    }
}

impl Entry for Device {
    const KIND: Kind = Kind::Device;

    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn user(&self) -> Option<&str> {
        self.user_id.as_ref().map(UserId::as_str)
    }
}

impl Entry for Group {
    const KIND: Kind = Kind::Group;

    fn id(&self) -> &str {
        self.id.as_str()
    }
}

/// A stored record: who declares it, and what it says.
struct Stored {
    source: String,
    record: String,
}

/// A record that is new or says something new.
struct Upsert<'a, T> {
    record: &'a T,
    json: String,
}

impl Change<'_> {
    /// Takes in a source's records. Whether anything changed.
    pub(super) async fn take_all(
        &mut self,
        sync: &Sync<'_>,
        rejected: &mut Vec<Rejected>,
    ) -> Result<bool, StoreError> {
        let users = self.take(sync, &sync.inventory.users, rejected).await?;
        let devices = self.take(sync, &sync.inventory.devices, rejected).await?;
        let groups = self.take(sync, &sync.inventory.groups, rejected).await?;
        Ok(users || devices || groups)
    }

    async fn take<T: Entry>(
        &mut self,
        sync: &Sync<'_>,
        records: &[T],
        rejected: &mut Vec<Rejected>,
    ) -> Result<bool, StoreError> {
        let stored = self.stored(sync, T::KIND).await?;
        let (upserts, gone) = compare(sync, &stored, records, rejected)?;
        for upsert in &upserts {
            self.upsert(sync, upsert).await?;
            self.touch_dependants(sync, T::KIND, upsert.record.id()).await?;
        }
        for id in &gone {
            self.delete_record(sync, T::KIND, id).await?;
            self.touch_dependants(sync, T::KIND, id).await?;
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

    async fn upsert<T: Entry>(
        &mut self,
        sync: &Sync<'_>,
        Upsert { record, json }: &Upsert<'_, T>,
    ) -> Result<(), StoreError> {
        let revision = self.revision().await?;
        let statement = sqlx::query(T::KIND.upsert())
            .tenant(sync.tenant)
            .bind(record.id())
            .bind(sync.source.as_str())
            .bind(json.as_str())
            .bind(revision);
        let statement = match T::KIND {
            Kind::Device => statement.bind(record.user()),
            Kind::User | Kind::Group => statement,
        };
        statement.execute(self.sql()).await?;
        Ok(())
    }

    async fn delete_record(&mut self, sync: &Sync<'_>, kind: Kind, id: &str) -> Result<(), StoreError> {
        sqlx::query(kind.delete()).tenant(sync.tenant).bind(id).execute(self.sql()).await?;
        Ok(())
    }

    /// A device's revision covers its user's record: what was judged with the old one is out of date (GAP-4).
    async fn touch_dependants(&mut self, sync: &Sync<'_>, kind: Kind, id: &str) -> Result<(), StoreError> {
        match kind {
            Kind::User => {}
            Kind::Device | Kind::Group => return Ok(()),
        }
        let revision = self.revision().await?;
        sqlx::query("UPDATE devices SET revision = $4 WHERE owner = $1 AND namespace = $2 AND user_id = $3")
            .tenant(sync.tenant)
            .bind(id)
            .bind(revision)
            .execute(self.sql())
            .await?;
        Ok(())
    }
}

/// What must be written and what removed, of one kind. The first record with an id counts; others are refused.
fn compare<'a, T: Entry>(
    sync: &Sync<'_>,
    stored: &BTreeMap<String, Stored>,
    records: &'a [T],
    rejected: &mut Vec<Rejected>,
) -> Result<(Vec<Upsert<'a, T>>, Vec<String>), StoreError> {
    let kind = T::KIND;
    let mut wanted = BTreeMap::new();
    for record in records {
        let id = record.id();
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
            upserts.push(Upsert { record, json });
        }
    }
    Ok((upserts, gone))
}

fn refused(kind: Kind, id: &str, reason: &str, message: &str) -> Rejected {
    let record = format!("{} {id}", kind.as_str());
    Rejected { record, reason: reason.to_owned(), message: message.to_owned() }
}
