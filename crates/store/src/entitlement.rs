//! Who is entitled to what: recomputed in the transaction that changes a profile or the inventory, so that losing an
//! entitlement voids what it allowed in that same transaction (GAP-4, decision 0063).
//!
//! The question itself is policy's; here are only the rows that it is asked for and what follows for each.

use std::collections::BTreeMap;

use scepter_policy::assign::{Aim, Assignment, concern};
use scepter_policy::identity::{Association, DeviceId, ObjectKind, ObjectName, Tenant};
use scepter_policy::plan::Counts;
use scepter_policy::revocation::RevocationReason;
use scepter_policy::vocabulary::{DeletionPolicy, DeviceState};

use crate::StoreError;
use crate::assignments::{Row, RowKey, Standing, Verdict, read};
use crate::challenges::VoidReason;
use crate::change::Change;
use crate::columns::Bind;
use crate::inventory::{BATCH, Member};

/// What is assigned: a profile or a root.
pub(crate) struct Assigned<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) kind: ObjectKind,
    pub(crate) name: &'a ObjectName,
    pub(crate) aim: Aim<'a>,
    pub(crate) associations: &'a [Association],
}

impl Assigned<'_> {
    fn row_key(&self, device: &DeviceId, association: &Association) -> RowKey {
        RowKey {
            tenant: self.tenant.clone(),
            kind: self.kind,
            profile: self.name.clone(),
            device: device.clone(),
            association: association.clone(),
        }
    }
}

/// The rows of one batch, by device and association.
type Rows = BTreeMap<(DeviceId, Association), Row>;

impl Change<'_> {
    /// Asks policy about every device of the tenant and brings the rows of one profile or root in line.
    pub(crate) async fn reassign(&mut self, assigned: &Assigned<'_>) -> Result<Counts, StoreError> {
        let mut counts = Counts::default();
        for row in self.rows_of_gone_devices(assigned).await? {
            self.end_row(&row, "the device left the inventory", &mut counts).await?;
        }
        let mut after = String::new();
        loop {
            let batch = self.members(assigned.tenant, &after).await?;
            let Some(last) = batch.last().map(|member| member.device.id.to_string()) else { break };
            let mut rows = self.rows_between(assigned, &after, &last).await?;
            for member in &batch {
                self.reassign_device(assigned, member, &mut rows, &mut counts).await?;
            }
            for row in rows.into_values() {
                self.end_row(&row, "the profile is not associated any more", &mut counts).await?;
            }
            let full = batch.len() == BATCH;
            after = last;
            if !full {
                break;
            }
        }
        Ok(counts)
    }

    /// Ends every row of a profile or root that is deleted.
    pub(crate) async fn unassign_all(
        &mut self,
        tenant: &Tenant,
        kind: ObjectKind,
        name: &ObjectName,
        deletion: DeletionPolicy,
    ) -> Result<Counts, StoreError> {
        let mut counts = Counts::default();
        let rows = sqlx::query(
            "SELECT * FROM assignment_rows a WHERE a.owner = $1 AND a.namespace = $2 AND a.kind = $3 \
             AND a.profile = $4",
        )
        .tenant(tenant)
        .bind(kind.as_str())
        .bind(name.as_str())
        .fetch_all(self.sql())
        .await?;
        for row in &rows {
            let row = read(row)?;
            match deletion {
                DeletionPolicy::Revoke => self.withdraw(&row, &mut counts).await?,
                DeletionPolicy::Retain => {
                    self.void_challenges_of(&row.key).await?;
                    counts.kept += u32::from(row.certified);
                    counts.unassigned += u32::from(!row.certified && row.standing == Standing::Targeted);
                }
            }
            self.delete_row(&row.key).await?;
        }
        Ok(counts)
    }

    async fn reassign_device(
        &mut self,
        assigned: &Assigned<'_>,
        member: &Member,
        rows: &mut Rows,
        counts: &mut Counts,
    ) -> Result<(), StoreError> {
        let (device, user) = (&member.device, member.user.as_ref());
        let assignment = concern(&assigned.aim, device, user, &member.memberships);
        for association in assigned.associations {
            let row = rows.remove(&(device.id.clone(), association.clone()));
            let key = assigned.row_key(&device.id, association);
            self.follow(&key, row, &assignment, counts).await?;
        }
        Ok(())
    }

    /// Brings one row in line with policy's answer.
    async fn follow(
        &mut self,
        key: &RowKey,
        row: Option<Row>,
        assignment: &Assignment,
        counts: &mut Counts,
    ) -> Result<(), StoreError> {
        match (assignment, row) {
            (Assignment::Targeted, None) => {
                counts.assigned += 1;
                let pending = Verdict { state: DeviceState::Pending, reason: "", message: "" };
                self.insert_row(key, Standing::Targeted, pending).await
            }
            (Assignment::Targeted, Some(row)) => self.entitle(&row, counts).await,
            (Assignment::NotTargeted(_), None) => Ok(()),
            (Assignment::NotTargeted(why), Some(row)) => self.end_row(&row, why, counts).await,
            (Assignment::NotApplicable(why), None) => {
                let verdict =
                    Verdict { state: DeviceState::NotApplicable, reason: "NotApplicable", message: why };
                self.insert_row(key, Standing::NotApplicable, verdict).await
            }
            (Assignment::NotApplicable(why), Some(row)) => self.leave_out(&row, why, counts).await,
            (Assignment::Undecidable(diagnostic), row) => {
                let verdict = Verdict {
                    state: DeviceState::Failed,
                    reason: diagnostic.rule.as_str(),
                    message: &diagnostic.message,
                };
                match row {
                    None => self.insert_row(key, Standing::Undecidable, verdict).await,
                    Some(row) => self.leave_open(&row, verdict, counts).await,
                }
            }
        }
    }

    async fn entitle(&mut self, row: &Row, counts: &mut Counts) -> Result<(), StoreError> {
        if row.standing == Standing::Targeted {
            counts.kept += u32::from(row.certified);
            return Ok(());
        }
        counts.assigned += u32::from(!row.certified);
        counts.kept += u32::from(row.certified);
        self.set_standing(&row.key, Standing::Targeted).await?;
        let state = if row.certified { row.state } else { DeviceState::Pending };
        self.set_state(&row.key, Verdict { state, reason: "", message: "" }).await?;
        Ok(())
    }

    /// Not targeted any more: challenges die and certificates are revoked, now.
    async fn end_row(&mut self, row: &Row, why: &str, counts: &mut Counts) -> Result<(), StoreError> {
        if row.standing == Standing::Ended {
            return Ok(());
        }
        let had_certificate = row.serial.is_some();
        self.withdraw(row, counts).await?;
        if !had_certificate {
            return self.delete_row(&row.key).await;
        }
        self.set_standing(&row.key, Standing::Ended).await?;
        let reason = RevocationReason::CessationOfOperation.as_str();
        let verdict = Verdict { state: DeviceState::Revoked, reason, message: why };
        self.set_state(&row.key, verdict).await?;
        Ok(())
    }

    /// Not applicable any more: as [`Self::end_row`], and the row says so.
    async fn leave_out(&mut self, row: &Row, why: &str, counts: &mut Counts) -> Result<(), StoreError> {
        if row.standing != Standing::NotApplicable {
            self.withdraw(row, counts).await?;
            self.set_standing(&row.key, Standing::NotApplicable).await?;
        }
        let verdict = Verdict { state: DeviceState::NotApplicable, reason: "NotApplicable", message: why };
        self.set_state(&row.key, verdict).await?;
        Ok(())
    }

    /// Nobody can say: nothing new is issued, and what is out stands (TH-36).
    async fn leave_open(
        &mut self,
        row: &Row,
        verdict: Verdict<'_>,
        counts: &mut Counts,
    ) -> Result<(), StoreError> {
        counts.kept += u32::from(row.certified);
        if row.standing != Standing::Undecidable {
            counts.unassigned += u32::from(row.standing == Standing::Targeted && !row.certified);
            self.void_challenges_of(&row.key).await?;
            self.set_standing(&row.key, Standing::Undecidable).await?;
        }
        let state = if row.certified { row.state } else { verdict.state };
        self.set_state(&row.key, Verdict { state, ..verdict }).await?;
        Ok(())
    }

    /// Takes away what a row allowed: challenges die and certificates are revoked.
    async fn withdraw(&mut self, row: &Row, counts: &mut Counts) -> Result<(), StoreError> {
        self.void_challenges_of(&row.key).await?;
        let revoked = match row.key.assignment() {
            Some(key) => self.revoke_of(&key, None, RevocationReason::CessationOfOperation).await?,
            None => 0,
        };
        counts.revoked += revoked;
        counts.unassigned += u32::from(revoked == 0 && row.standing == Standing::Targeted);
        Ok(())
    }

    async fn void_challenges_of(&mut self, key: &RowKey) -> Result<(), StoreError> {
        match key.assignment() {
            Some(key) => self.void_challenges(&key, VoidReason::Unassigned).await,
            None => Ok(()),
        }
    }

    async fn rows_of_gone_devices(&mut self, assigned: &Assigned<'_>) -> Result<Vec<Row>, StoreError> {
        sqlx::query(
            "SELECT * FROM assignment_rows a WHERE a.owner = $1 AND a.namespace = $2 AND a.kind = $3 \
             AND a.profile = $4 AND a.standing <> 'Ended' AND NOT EXISTS (SELECT 1 FROM devices d \
             WHERE d.owner = a.owner AND d.namespace = a.namespace AND d.id = a.device)",
        )
        .tenant(assigned.tenant)
        .bind(assigned.kind.as_str())
        .bind(assigned.name.as_str())
        .fetch_all(self.sql())
        .await?
        .iter()
        .map(read)
        .collect()
    }

    async fn rows_between(
        &mut self,
        assigned: &Assigned<'_>,
        after: &str,
        last: &str,
    ) -> Result<Rows, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM assignment_rows a WHERE a.owner = $1 AND a.namespace = $2 AND a.kind = $3 \
             AND a.profile = $4 AND a.device > $5 AND a.device <= $6",
        )
        .tenant(assigned.tenant)
        .bind(assigned.kind.as_str())
        .bind(assigned.name.as_str())
        .bind(after)
        .bind(last)
        .fetch_all(self.sql())
        .await?;
        rows.iter()
            .map(|row| read(row).map(|row| ((row.key.device.clone(), row.key.association.clone()), row)))
            .collect()
    }

    async fn insert_row(
        &mut self,
        key: &RowKey,
        standing: Standing,
        verdict: Verdict<'_>,
    ) -> Result<(), StoreError> {
        let (revision, now) = (self.revision().await?, self.now());
        let query = sqlx::query(
            "INSERT INTO assignments (owner, namespace, kind, profile, device, association, standing, state, reason, \
             message, reissue, version, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11, $12)",
        );
        key.bind(query)
            .bind(standing.as_str())
            .bind(verdict.state.as_str())
            .bind(verdict.reason)
            .bind(crate::assignments::cut(verdict.message))
            .bind(revision)
            .time(now)
            .execute(self.sql())
            .await?;
        self.touched(&key.tenant, key.kind, &key.profile);
        Ok(())
    }

    async fn set_standing(&mut self, key: &RowKey, standing: Standing) -> Result<(), StoreError> {
        let revision = self.revision().await?;
        let query = sqlx::query(
            "UPDATE assignments SET standing = $7, version = $8 WHERE owner = $1 AND namespace = $2 AND kind = $3 \
             AND profile = $4 AND device = $5 AND association = $6",
        );
        key.bind(query).bind(standing.as_str()).bind(revision).execute(self.sql()).await?;
        self.touched(&key.tenant, key.kind, &key.profile);
        Ok(())
    }

    async fn delete_row(&mut self, key: &RowKey) -> Result<(), StoreError> {
        let query = sqlx::query(
            "DELETE FROM assignments WHERE owner = $1 AND namespace = $2 AND kind = $3 AND profile = $4 \
             AND device = $5 AND association = $6",
        );
        key.bind(query).execute(self.sql()).await?;
        self.touched(&key.tenant, key.kind, &key.profile);
        Ok(())
    }
}
