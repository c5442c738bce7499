//! What time alone changes: certificates come into their renewal window, and run out.

use jiff::Timestamp;
use scepter_policy::identity::{ObjectKind, ObjectName, Tenant};
use scepter_policy::vocabulary::DeviceState;
use sqlx::any::AnyRow;

use crate::assignments::{Verdict, read};
use crate::change::Change;
use crate::columns::{Bind, Columns};
use crate::objects::read_object;
use crate::{Store, StoreError};

impl Store {
    /// Turns rows whose certificate has ended `Expired`, and those whose renewal is due `RenewalDue`. How many changed;
    /// at most some thousand a call, so call it again.
    pub async fn turn_calendar(&self, now: Timestamp) -> Result<u32, StoreError> {
        let mut change = self.change(now).await?;
        let mut turned = change.expire().await?;
        for (tenant, name) in change.profiles_with_certificates().await? {
            let stored = read_object(change.sql(), &tenant, ObjectKind::ScepProfile, &name).await?;
            let Some(profile) = stored.and_then(|stored| self.profile_of(&stored)) else { continue };
            turned += change.renew(&tenant, &name, profile.renewal_threshold_percent).await?;
        }
        change.commit().await?;
        Ok(turned)
    }
}

impl Change<'_> {
    async fn expire(&mut self) -> Result<u32, StoreError> {
        let now = self.now();
        let rows = sqlx::query(
            "SELECT a.* FROM assignment_rows a JOIN certificates c ON c.serial = a.serial \
             WHERE a.certified = 1 AND a.state IN ('Issued', 'Installed', 'RenewalDue') AND c.not_after <= $1 \
             ORDER BY c.not_after LIMIT 1000",
        )
        .time(now)
        .fetch_all(self.sql())
        .await?;
        self.turn(&rows, DeviceState::Expired).await
    }

    /// Renewal begins when so many per cent of the lifetime remain (RNW-02).
    async fn renew(&mut self, tenant: &Tenant, name: &ObjectName, percent: u8) -> Result<u32, StoreError> {
        let now = self.now();
        let rows = sqlx::query(
            "SELECT a.* FROM assignment_rows a JOIN certificates c ON c.serial = a.serial \
             WHERE a.owner = $1 AND a.namespace = $2 AND a.kind = 'ScepProfile' AND a.profile = $3 \
             AND a.certified = 1 AND a.state IN ('Issued', 'Installed') \
             AND c.not_after - (c.not_after - c.not_before) / 100 * $4 <= $5 ORDER BY c.not_after LIMIT 1000",
        )
        .tenant(tenant)
        .bind(name.as_str())
        .bind(i64::from(percent))
        .time(now)
        .fetch_all(self.sql())
        .await?;
        self.turn(&rows, DeviceState::RenewalDue).await
    }

    async fn turn(&mut self, rows: &[AnyRow], state: DeviceState) -> Result<u32, StoreError> {
        let mut turned = 0;
        for row in rows {
            let key = read(row)?.key;
            turned += u32::from(self.set_state(&key, Verdict { state, reason: "", message: "" }).await?);
        }
        Ok(turned)
    }

    async fn profiles_with_certificates(&mut self) -> Result<Vec<(Tenant, ObjectName)>, StoreError> {
        sqlx::query(
            "SELECT DISTINCT owner, namespace, profile FROM assignments \
             WHERE kind = 'ScepProfile' AND state IN ('Issued', 'Installed')",
        )
        .fetch_all(self.sql())
        .await?
        .iter()
        .map(|row| Ok((row.tenant()?, row.parsed("profile")?)))
        .collect()
    }
}
