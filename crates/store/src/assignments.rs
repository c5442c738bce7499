//! Assignment rows: what a device is entitled to under a profile or root, and what became of it.

use scepter_policy::diagnostics::Diagnostic;
use scepter_policy::identity::{AssignmentKey, Association, DeviceId, ObjectKind, ObjectName, Tenant};
use scepter_policy::issuance::Refusal;
use scepter_policy::rules::RuleId;
use scepter_policy::vocabulary::DeviceState;
use serde_json::json;
use sqlx::any::{AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{Any, AnyConnection};

use crate::certificates::Certificate;
use crate::change::Change;
use crate::columns::{Bind, Columns};
use crate::events::{Subject, What};
use crate::{Store, StoreError};

/// The longest message kept on a row, in characters (`policy::report::DeviceRow::message`).
const MAX_MESSAGE: usize = 256;

/// What a device is entitled to under a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It may have a certificate.
    Targeted,
    /// The question has no answer: it keeps what it has and gets nothing new.
    Undecidable,
    /// Platform or applicability leave it out.
    NotApplicable,
    /// It was entitled once and had a certificate, which is revoked.
    Ended,
}

impl Standing {
    const ALL: [Self; 4] = [Self::Targeted, Self::Undecidable, Self::NotApplicable, Self::Ended];

    /// The word in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Targeted => "Targeted",
            Self::Undecidable => "Undecidable",
            Self::NotApplicable => "NotApplicable",
            Self::Ended => "Ended",
        }
    }
}

impl std::str::FromStr for Standing {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|standing| standing.as_str() == text);
        found.ok_or_else(|| format!("{text:?} is no standing"))
    }
}

/// A row's identity: as [`AssignmentKey`], for profiles and for roots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowKey {
    pub(crate) tenant: Tenant,
    pub(crate) kind: ObjectKind,
    pub(crate) profile: ObjectName,
    pub(crate) device: DeviceId,
    pub(crate) association: Association,
}

impl RowKey {
    pub(crate) fn root(tenant: &Tenant, root: &ObjectName, device: &DeviceId) -> Self {
        Self {
            tenant: tenant.clone(),
            kind: ObjectKind::TrustedRootProfile,
            profile: root.clone(),
            device: device.clone(),
            association: Association::Own,
        }
    }

    /// The key of certificates and challenges. `None` for a root, which has neither: a profile may have its name.
    pub(crate) fn assignment(&self) -> Option<AssignmentKey> {
        (self.kind == ObjectKind::ScepProfile).then(|| AssignmentKey {
            tenant: self.tenant.clone(),
            profile: self.profile.clone(),
            device: self.device.clone(),
            association: self.association.clone(),
        })
    }

    /// Six parameters: owner, namespace, kind, profile, device, association.
    pub(crate) fn bind<'q>(&self, query: Query<'q, Any, AnyArguments>) -> Query<'q, Any, AnyArguments> {
        query
            .tenant(&self.tenant)
            .bind(self.kind.as_str())
            .bind(self.profile.to_string())
            .bind(self.device.to_string())
            .bind(self.association.to_string())
    }
}

impl From<&AssignmentKey> for RowKey {
    fn from(key: &AssignmentKey) -> Self {
        Self {
            tenant: key.tenant.clone(),
            kind: ObjectKind::ScepProfile,
            profile: key.profile.clone(),
            device: key.device.clone(),
            association: key.association.clone(),
        }
    }
}

/// A row's standing, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) key: RowKey,
    pub(crate) standing: Standing,
    pub(crate) state: DeviceState,
    pub(crate) reason: String,
    pub(crate) message: String,
    /// The current certificate.
    pub(crate) serial: Option<String>,
    /// Whether that certificate stands, unrevoked.
    pub(crate) certified: bool,
    /// Whether a newer profile asks for another certificate than the current one.
    pub(crate) reissue: bool,
    pub(crate) version: i64,
    /// When it took its state.
    pub(crate) changed_at: jiff::Timestamp,
}

/// A state and why.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Verdict<'a> {
    pub(crate) state: DeviceState,
    pub(crate) reason: &'a str,
    pub(crate) message: &'a str,
}

impl Store {
    /// Notes that a profile waits on a device, and why; for example its root has not arrived. Changes nothing where a
    /// certificate or a challenge is out, or the row says so already.
    pub async fn set_pending(
        &self,
        key: &AssignmentKey,
        reason: &str,
        message: &str,
        now: jiff::Timestamp,
    ) -> Result<(), StoreError> {
        self.note(key, now, |_| DeviceState::Pending, reason, message).await
    }

    /// Notes that a profile cannot be resolved for a device. A certificate that is out keeps its state; the reason
    /// stands beside it.
    pub async fn set_failed(
        &self,
        key: &AssignmentKey,
        diagnostic: &Diagnostic,
        now: jiff::Timestamp,
    ) -> Result<(), StoreError> {
        let message = format!("{}; {}", diagnostic.message, diagnostic.help);
        self.note(key, now, failed_unless_certified, diagnostic.rule.as_str(), &message).await
    }

    /// Notes a refused request on the row it was made for, as an event and in the row. A certificate that is out keeps
    /// its state: somebody else's bad attempt does not make it fail. Never call this for a credential that proved
    /// nothing (TH-24).
    pub async fn refuse(
        &self,
        key: &AssignmentKey,
        refusal: &Refusal,
        now: jiff::Timestamp,
    ) -> Result<(), StoreError> {
        let mut change = self.change(now).await?;
        if let Some(row) = change.row(&key.into()).await? {
            let (reason, message) = (refusal.reason.as_str(), refusal.message.as_str());
            let state = failed_unless_certified(&row);
            change.set_state(&row.key, Verdict { state, reason, message }).await?;
        }
        let detail = json!({
            "reason": refusal.reason.as_str(),
            "rule": refusal.rule.map(RuleId::as_str),
            "message": cut(&refusal.message),
            "detail": refusal.detail,
        });
        change.event(Subject::assignment(key), What::AttemptRefused, &detail).await?;
        change.commit().await
    }

    async fn note(
        &self,
        key: &AssignmentKey,
        now: jiff::Timestamp,
        state: impl Fn(&Row) -> DeviceState,
        reason: &str,
        message: &str,
    ) -> Result<(), StoreError> {
        let mut change = self.change(now).await?;
        let Some(row) = change.row(&key.into()).await? else { return Ok(()) };
        let state = state(&row);
        let outranked =
            state == DeviceState::Pending && (row.certified || row.state == DeviceState::ChallengeIssued);
        if row.standing != Standing::Targeted || outranked {
            return Ok(());
        }
        change.set_state(&row.key, Verdict { state, reason, message }).await?;
        change.commit().await
    }
}

fn failed_unless_certified(row: &Row) -> DeviceState {
    match row.standing {
        Standing::Targeted | Standing::Undecidable if !row.certified => DeviceState::Failed,
        Standing::Targeted | Standing::Undecidable | Standing::NotApplicable | Standing::Ended => row.state,
    }
}

impl Change<'_> {
    /// A row as it is now.
    pub(crate) async fn row(&mut self, key: &RowKey) -> Result<Option<Row>, StoreError> {
        read_row(self.sql(), key).await
    }

    /// Gives a row a state and a reason. Marks the profile as changed only where that says something new; the time of
    /// transition moves only with the state.
    pub(crate) async fn set_state(&mut self, key: &RowKey, verdict: Verdict<'_>) -> Result<bool, StoreError> {
        let now = self.now();
        let message = cut(verdict.message);
        let query = sqlx::query(
            "UPDATE assignments SET state = $7, reason = $8, message = $9, \
             changed_at = CASE WHEN state = $7 THEN changed_at ELSE $10 END \
             WHERE owner = $1 AND namespace = $2 AND kind = $3 AND profile = $4 AND device = $5 AND association = $6 \
             AND (state <> $7 OR reason <> $8 OR message <> $9)",
        );
        let changed = key
            .bind(query)
            .bind(verdict.state.as_str())
            .bind(verdict.reason)
            .bind(message.as_str())
            .time(now)
            .execute(self.sql())
            .await?
            .rows_affected();
        if changed > 0 {
            self.touched(&key.tenant, key.kind, &key.profile);
        }
        Ok(changed > 0)
    }

    /// Gives the row of a certificate a state, where it is the row's current one.
    pub(crate) async fn set_state_of(
        &mut self,
        certificate: &Certificate,
        state: DeviceState,
        reason: &str,
    ) -> Result<(), StoreError> {
        let key = RowKey::from(&certificate.key);
        let row = self.row(&key).await?;
        if row.is_some_and(|row| row.serial == Some(certificate.serial.to_string())) {
            self.set_state(&key, Verdict { state, reason, message: "" }).await?;
        }
        Ok(())
    }
}

pub(crate) async fn read_row(sql: &mut AnyConnection, key: &RowKey) -> Result<Option<Row>, StoreError> {
    let query = sqlx::query(
        "SELECT * FROM assignment_rows a WHERE a.owner = $1 AND a.namespace = $2 AND a.kind = $3 AND a.profile = $4 \
         AND a.device = $5 AND a.association = $6",
    );
    let row = key.bind(query).fetch_optional(sql).await?;
    row.as_ref().map(read).transpose()
}

pub(crate) fn read(row: &AnyRow) -> Result<Row, StoreError> {
    Ok(Row {
        key: RowKey {
            tenant: row.tenant()?,
            kind: row.parsed("kind")?,
            profile: row.parsed("profile")?,
            device: row.parsed("device")?,
            association: row.association()?,
        },
        standing: row.parsed("standing")?,
        state: row.parsed("state")?,
        reason: row.text("reason")?,
        message: row.text("message")?,
        serial: row.optional_text("serial")?,
        certified: row.flag("certified")?,
        reissue: row.flag("reissue")?,
        version: row.integer("version")?,
        changed_at: row.time("changed_at")?,
    })
}

/// A message cut to what a row may hold.
pub(crate) fn cut(message: &str) -> String {
    message.chars().take(MAX_MESSAGE).collect()
}
