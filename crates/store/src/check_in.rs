//! What a check-in needs to know of a device, and what devices report.

use jiff::Timestamp;
use scepter_policy::identity::{AssignmentKey, DeviceId, ObjectName, SerialNumber, Tenant};
use scepter_policy::profile::Profile;
use scepter_policy::revocation::RevocationReason;
use scepter_policy::root::TrustedRoot;
use scepter_policy::vocabulary::DeviceState;
use serde_json::json;
use sqlx::AnyConnection;

use crate::assignments::{Row, RowKey, Standing, Verdict, read};
use crate::change::Change;
use crate::columns::{Bind, Columns};
use crate::events::{Subject, What};
use crate::inventory::{Member, member};
use crate::objects::read_object;
use crate::{Store, StoreError};

/// A device and all that is assigned to it, as of one moment.
#[derive(Clone, Debug)]
pub struct CheckIn {
    /// The device, its user and groups.
    pub member: Member,
    /// Roots to trust, by name.
    pub roots: Vec<AssignedRoot>,
    /// Profiles to enroll with, by name and association.
    pub profiles: Vec<AssignedProfile>,
}

/// A root that is assigned to a device.
#[derive(Clone, Debug)]
pub struct AssignedRoot {
    /// The root.
    pub root: TrustedRoot,
    /// `Pending`, `Issued` (delivered), `Installed` or `Failed`.
    pub state: DeviceState,
    /// Since when.
    pub since: Timestamp,
}

/// A profile that is assigned to a device.
#[derive(Clone, Debug)]
pub struct AssignedProfile {
    /// The row.
    pub key: AssignmentKey,
    /// The profile.
    pub profile: Profile,
    /// What became of it so far.
    pub state: DeviceState,
    /// The current certificate, where one stands.
    pub current: Option<CurrentCertificate>,
    /// Whether a request of the device waits for approval, or was approved and not answered yet: it polls, and needs no
    /// new challenge.
    pub awaits_approval: bool,
}

/// The certificate that a device has under a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurrentCertificate {
    /// Its serial number.
    pub serial: SerialNumber,
    /// When it begins.
    pub not_before: Timestamp,
    /// When it ends.
    pub not_after: Timestamp,
    /// Whether the profile has changed so that it asks for another one.
    pub outdated: bool,
}

/// What a device says became of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Installed.
    Installed,
    /// Not installed; the device's own words.
    Failed(String),
}

impl Store {
    /// A device and what is assigned to it. `None` where the inventory does not have it.
    pub async fn check_in(
        &self,
        tenant: &Tenant,
        device: &DeviceId,
        now: Timestamp,
    ) -> Result<Option<CheckIn>, StoreError> {
        let mut reader = self.snapshot().await?;
        let Some(member) = member(&mut reader, tenant, device).await? else { return Ok(None) };
        let mut check_in = CheckIn { member, roots: Vec::new(), profiles: Vec::new() };
        for row in targeted_rows(&mut reader, tenant, device).await? {
            let stored = read_object(&mut reader, tenant, row.key.kind, &row.key.profile).await?;
            let Some(stored) = stored else { continue };
            if let Some(key) = row.key.assignment() {
                let Some(profile) = self.profile_of(&stored) else { continue };
                let current = current_certificate(&mut reader, &row).await?;
                let awaits_approval = awaits_approval(&mut reader, &key, now).await?;
                let state = row.state;
                check_in.profiles.push(AssignedProfile { key, profile, state, current, awaits_approval });
            } else if let Some(root) = self.root_of(&stored, now) {
                check_in.roots.push(AssignedRoot { root, state: row.state, since: row.changed_at });
            }
        }
        Ok(Some(check_in))
    }

    /// Notes that a root was handed to a device.
    pub async fn root_delivered(
        &self,
        tenant: &Tenant,
        root: &ObjectName,
        device: &DeviceId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut change = self.change(now).await?;
        let row = change.row(&RowKey::root(tenant, root, device)).await?;
        let Some(row) = row.filter(|row| row.standing == Standing::Targeted) else { return Ok(()) };
        match row.state {
            DeviceState::Installed | DeviceState::Issued => return Ok(()),
            DeviceState::Failed
            | DeviceState::Expired
            | DeviceState::RevocationHeld
            | DeviceState::RenewalDue
            | DeviceState::Pending
            | DeviceState::ChallengeIssued
            | DeviceState::NotApplicable
            | DeviceState::Revoked => {}
        }
        change.set_state(&row.key, Verdict { state: DeviceState::Issued, reason: "", message: "" }).await?;
        change.commit().await
    }

    /// Notes that what a device was handed or has installed is no longer the root's certificate: it waits for another.
    pub async fn root_replaced(
        &self,
        tenant: &Tenant,
        root: &ObjectName,
        device: &DeviceId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut change = self.change(now).await?;
        let key = RowKey::root(tenant, root, device);
        change.set_state(&key, Verdict { state: DeviceState::Pending, reason: "", message: "" }).await?;
        change.commit().await
    }

    /// Takes a device's report about a root. Whether the root is assigned to it.
    pub async fn report_root(
        &self,
        tenant: &Tenant,
        root: &ObjectName,
        device: &DeviceId,
        outcome: &Outcome,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut change = self.change(now).await?;
        let row = change.row(&RowKey::root(tenant, root, device)).await?;
        let Some(row) = row.filter(|row| row.standing == Standing::Targeted) else { return Ok(false) };
        if change.set_state(&row.key, outcome.verdict()).await? {
            let subject = Subject::root(tenant, root, device);
            change.event(subject, What::DeviceReported, &outcome.detail(None)).await?;
        }
        change.commit().await?;
        Ok(true)
    }

    /// Takes a device's report about a certificate. A report of another serial than the current one changes nothing.
    /// Once the current one is installed, older ones of the row are revoked. Whether the report fits a row.
    pub async fn report_certificate(
        &self,
        key: &AssignmentKey,
        serial: Option<SerialNumber>,
        outcome: &Outcome,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut change = self.change(now).await?;
        let Some(row) = change.row(&RowKey::from(key)).await? else { return Ok(false) };
        if !row.takes(serial, outcome) {
            return Ok(false);
        }
        if change.set_state(&row.key, outcome.verdict()).await? {
            change.event(Subject::assignment(key), What::DeviceReported, &outcome.detail(serial)).await?;
        }
        if *outcome == Outcome::Installed {
            change.revoke_older(key, &row).await?;
        }
        change.commit().await?;
        Ok(true)
    }
}

impl Row {
    /// Whether a report is about what this row has now. Without a certificate only a failure can be reported.
    fn takes(&self, serial: Option<SerialNumber>, outcome: &Outcome) -> bool {
        let entitled = match self.standing {
            Standing::Targeted | Standing::Undecidable => true,
            Standing::NotApplicable | Standing::Ended => false,
        };
        let is_current = serial.is_none_or(|serial| self.serial == Some(serial.to_string()));
        let possible = match outcome {
            Outcome::Installed => self.certified,
            Outcome::Failed(_) => true,
        };
        entitled && is_current && possible
    }
}

impl Outcome {
    fn verdict(&self) -> Verdict<'_> {
        match self {
            Self::Installed => Verdict { state: DeviceState::Installed, reason: "", message: "" },
            Self::Failed(message) => {
                Verdict { state: DeviceState::Failed, reason: "DeviceReportedFailure", message }
            }
        }
    }

    fn detail(&self, serial: Option<SerialNumber>) -> serde_json::Value {
        match self {
            Self::Installed => json!({ "outcome": "installed", "serialNumber": serial }),
            Self::Failed(message) => {
                json!({ "outcome": "failed", "serialNumber": serial, "message": crate::assignments::cut(message) })
            }
        }
    }
}

impl Change<'_> {
    async fn revoke_older(&mut self, key: &AssignmentKey, row: &Row) -> Result<(), StoreError> {
        let current = row.serial.as_deref().and_then(|serial| serial.parse().ok());
        if current.is_some() {
            self.revoke_of(key, current, RevocationReason::Superseded).await?;
        }
        Ok(())
    }
}

/// The rows that entitle a device, roots first.
async fn targeted_rows(
    sql: &mut AnyConnection,
    tenant: &Tenant,
    device: &DeviceId,
) -> Result<Vec<Row>, StoreError> {
    let rows = sqlx::query(
        "SELECT * FROM assignment_rows a WHERE a.owner = $1 AND a.namespace = $2 AND a.device = $3 \
         AND a.standing = 'Targeted' ORDER BY a.kind DESC, a.profile, a.association",
    )
    .tenant(tenant)
    .bind(device.as_str())
    .fetch_all(sql)
    .await?;
    rows.iter().map(read).collect()
}

async fn current_certificate(
    sql: &mut AnyConnection,
    row: &Row,
) -> Result<Option<CurrentCertificate>, StoreError> {
    let found = sqlx::query(
        "SELECT serial, not_before, not_after FROM certificates WHERE serial = $1 AND revoked_at IS NULL",
    )
    .bind(row.serial.as_deref())
    .fetch_optional(sql)
    .await?;
    let Some(found) = found else { return Ok(None) };
    Ok(Some(CurrentCertificate {
        serial: found.parsed("serial")?,
        not_before: found.time("not_before")?,
        not_after: found.time("not_after")?,
        outdated: row.reissue,
    }))
}

async fn awaits_approval(
    sql: &mut AnyConnection,
    key: &AssignmentKey,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let found = sqlx::query(
        "SELECT id FROM challenges WHERE owner = $1 AND namespace = $2 AND profile = $3 AND device = $4 \
         AND association = $5 AND state IN ('Waiting', 'Approved') AND expires_at > $6 LIMIT 1",
    )
    .assignment(key)
    .time(now)
    .fetch_optional(sql)
    .await?;
    Ok(found.is_some())
}
