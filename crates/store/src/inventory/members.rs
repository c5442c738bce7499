//! Reading devices with their users and the groups that hold them.

use std::collections::BTreeMap;

use scepter_policy::identity::{DeviceId, Tenant};
use scepter_policy::inventory::{Device, GroupKind, Memberships, User};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::change::Change;
use crate::columns::{Bind, Columns, from_json};
use crate::{Store, StoreError};

/// Devices read at a time.
pub(crate) const BATCH: usize = 500;

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
