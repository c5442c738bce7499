//! What a status shows: devices by state, failures by reason, rows worst first.

use scepter_policy::identity::{ObjectKind, ObjectName, Tenant};
use scepter_policy::report::{DeviceRow, FailureCount, Summary};
use sqlx::any::AnyRow;

use crate::columns::{Bind, Columns};
use crate::{Store, StoreError};

/// What became of one profile or root, as of one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Devices by state.
    pub summary: Summary,
    /// Failures by reason, most frequent first, at most 16.
    pub failures: Vec<FailureCount>,
    /// Rows, worst first, then by device; as many as asked for.
    pub devices: Vec<DeviceRow>,
    /// How many rows were left out.
    pub omitted_devices: i64,
}

impl Store {
    /// What became of a profile or root, with at most `limit` rows.
    pub async fn report(
        &self,
        tenant: &Tenant,
        kind: ObjectKind,
        name: &ObjectName,
        limit: u32,
    ) -> Result<Report, StoreError> {
        let mut reader = self.snapshot().await?;
        let states = sqlx::query(
            "SELECT state, COUNT(*) AS devices FROM assignments \
             WHERE owner = $1 AND namespace = $2 AND kind = $3 AND profile = $4 GROUP BY state",
        )
        .tenant(tenant)
        .bind(kind.as_str())
        .bind(name.as_str())
        .fetch_all(&mut *reader)
        .await?;
        let failures = sqlx::query(
            "SELECT reason, COUNT(*) AS devices, MIN(device) AS example FROM assignments \
             WHERE owner = $1 AND namespace = $2 AND kind = $3 AND profile = $4 AND state = 'Failed' \
             GROUP BY reason ORDER BY devices DESC, reason LIMIT 16",
        )
        .tenant(tenant)
        .bind(kind.as_str())
        .bind(name.as_str())
        .fetch_all(&mut *reader)
        .await?;
        let devices = sqlx::query(WORST_FIRST)
            .tenant(tenant)
            .bind(kind.as_str())
            .bind(name.as_str())
            .bind(i64::from(limit))
            .fetch_all(&mut *reader)
            .await?;
        let summary = summarise(&states)?;
        let devices = devices.iter().map(read_device).collect::<Result<Vec<_>, _>>()?;
        let rows = summary.assigned + summary.not_applicable + summary.revoked;
        let shown = i64::try_from(devices.len()).unwrap_or(i64::MAX);
        Ok(Report {
            summary,
            failures: failures.iter().map(read_failure).collect::<Result<_, _>>()?,
            devices,
            omitted_devices: rows - shown,
        })
    }
}

/// Rows in the order of `DeviceState`'s definition. A certificate that was revoked is shown only where the row says so.
const WORST_FIRST: &str = "SELECT a.device, a.association, a.state, a.reason, a.message, a.changed_at, d.user_id, \
     c.serial, c.sha1, c.not_after FROM assignments a \
     LEFT JOIN devices d ON d.owner = a.owner AND d.namespace = a.namespace AND d.id = a.device \
     LEFT JOIN certificates c ON c.serial = a.serial AND (c.revoked_at IS NULL OR a.state = 'Revoked') \
     WHERE a.owner = $1 AND a.namespace = $2 AND a.kind = $3 AND a.profile = $4 \
     ORDER BY CASE a.state WHEN 'Failed' THEN 0 WHEN 'Expired' THEN 1 WHEN 'RevocationHeld' THEN 2 \
     WHEN 'RenewalDue' THEN 3 WHEN 'Pending' THEN 4 WHEN 'ChallengeIssued' THEN 5 WHEN 'Issued' THEN 6 \
     WHEN 'Installed' THEN 7 WHEN 'NotApplicable' THEN 8 ELSE 9 END, a.device, a.association LIMIT $5";

fn summarise(rows: &[AnyRow]) -> Result<Summary, StoreError> {
    let mut summary = Summary::default();
    for row in rows {
        summary.add(row.parsed("state")?, row.integer("devices")?);
    }
    Ok(summary)
}

fn read_failure(row: &AnyRow) -> Result<FailureCount, StoreError> {
    Ok(FailureCount {
        reason: row.text("reason")?,
        count: row.integer("devices")?,
        example_device: row.parsed("example")?,
    })
}

fn read_device(row: &AnyRow) -> Result<DeviceRow, StoreError> {
    let unless_empty = |text: String| (!text.is_empty()).then_some(text);
    Ok(DeviceRow {
        device: row.parsed("device")?,
        user: row.optional_parsed("user_id")?,
        association: unless_empty(row.text("association")?),
        state: row.parsed("state")?,
        reason: unless_empty(row.text("reason")?),
        message: unless_empty(row.text("message")?),
        serial_number: row.optional_text("serial")?,
        sha1_thumbprint: row.optional_text("sha1")?,
        not_after: row.optional_time("not_after")?,
        last_transition_time: row.time("changed_at")?,
    })
}

#[cfg(test)]
mod tests {
    use scepter_policy::vocabulary::DeviceState;

    use super::WORST_FIRST;

    #[test]
    fn rows_are_ordered_as_the_states_are_defined() {
        let (last, ranked) = DeviceState::ALL.split_last().unwrap();
        for (rank, state) in ranked.iter().enumerate() {
            assert!(WORST_FIRST.contains(&format!("WHEN '{state}' THEN {rank} ")), "{state}");
        }
        assert_eq!(*last, DeviceState::Revoked);
        assert!(WORST_FIRST.contains(&format!("ELSE {} END", ranked.len())));
    }
}
