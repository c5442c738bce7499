//! Credentials, each spent once: challenges, which belong to one device under one profile, expire, and die with the
//! assignment; and certificates that were presented to be renewed.

use std::sync::Arc;

use jiff::Timestamp;
use scepter_policy::identity::{AssignmentKey, ObjectKind, SerialNumber};
use scepter_policy::issuance::{ChallengeId, CredentialId, CredentialState, RefusalReason, Secret};
use scepter_policy::request::RequestFingerprint;
use scepter_policy::vocabulary::DeviceState;
use serde_json::json;
use sqlx::AnyConnection;

use crate::change::Change;
use crate::columns::{Bind, Columns};
use crate::events::{Subject, What};
use crate::group::Work;
use crate::ledger::Ledger;
use crate::secrets::Purpose;
use crate::statement::{Statement, Step};
use crate::{IssuanceError, MintError, Store, StoreError};

/// A challenge to be handed out.
#[derive(Clone, Debug)]
pub struct NewChallenge {
    /// The public half, random and unique.
    pub id: ChallengeId,
    /// The secret half, at least 128 random bits. Only its MAC is stored.
    pub secret: Secret,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// How far a challenge has come in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Open,
    Waiting,
    Approved,
    Reserved,
    Used,
    Void,
}

impl Stage {
    const ALL: [Self; 6] =
        [Self::Open, Self::Waiting, Self::Approved, Self::Reserved, Self::Used, Self::Void];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Waiting => "Waiting",
            Self::Approved => "Approved",
            Self::Reserved => "Reserved",
            Self::Used => "Used",
            Self::Void => "Void",
        }
    }
}

impl std::str::FromStr for Stage {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|stage| stage.as_str() == text);
        found.ok_or_else(|| format!("{text:?} is no stage of a challenge"))
    }
}

/// Why a challenge works no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VoidReason {
    /// The assignment ended.
    Unassigned,
    /// A newer challenge was handed out for the same row, or its certificate was renewed.
    Superseded,
    /// Somebody denied the request.
    Denied,
    /// The certificate that was to be renewed was revoked.
    Revoked,
}

impl VoidReason {
    const ALL: [Self; 4] = [Self::Unassigned, Self::Superseded, Self::Denied, Self::Revoked];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Unassigned => "Unassigned",
            Self::Superseded => "Superseded",
            Self::Denied => "Denied",
            Self::Revoked => "Revoked",
        }
    }
}

impl std::str::FromStr for VoidReason {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|reason| reason.as_str() == text);
        found.ok_or_else(|| format!("{text:?} is no reason that voids a challenge"))
    }
}

impl Store {
    /// Stores a challenge for a row that is targeted. Older ones of that row die, reservations included: one live
    /// challenge a row (TH-31).
    pub async fn mint(
        &self,
        key: &AssignmentKey,
        challenge: &NewChallenge,
        now: Timestamp,
    ) -> Result<(), MintError> {
        let mint = Arc::new(Mint {
            key: key.clone(),
            id: challenge.id.clone(),
            mac: self.inner.mac_key.mac(Purpose::Challenge, &challenge.id.0, &challenge.secret),
            expires_at: challenge.expires_at,
        });
        if self.in_group(Work::Mint(Arc::clone(&mint)), now).await {
            return Ok(());
        }
        let mut change = self.change(now).await?;
        if !change.carry_out(mint.as_ref()).await? {
            change.abandon().await?;
            return Err(MintError::NotAssigned(Box::new(key.clone())));
        }
        Ok(change.commit().await?)
    }
}

/// A challenge on its way into the store (decision 0285).
pub(crate) struct Mint {
    key: AssignmentKey,
    id: ChallengeId,
    mac: Vec<u8>,
    expires_at: Timestamp,
}

impl Step for Mint {
    /// Stores it where its row is targeted.
    fn condition(&self, now: Timestamp) -> Statement {
        Statement::new(
            "INSERT INTO challenges (owner, namespace, profile, device, association, id, mac, state, created_at, \
             expires_at) \
             SELECT a.owner, a.namespace, a.profile, a.device, a.association, $6, $7, 'Open', $8, $9 \
             FROM assignments a WHERE a.owner = $1 AND a.namespace = $2 AND a.kind = 'ScepProfile' \
             AND a.profile = $3 AND a.device = $4 AND a.association = $5 AND a.standing = 'Targeted'",
        )
        .assignment(&self.key)
        .text(self.id.0.as_str())
        .bytes(&self.mac)
        .time(now)
        .time(self.expires_at)
    }

    fn consequence(&self, ledger: &mut Ledger) -> Result<Vec<Statement>, StoreError> {
        let supersede = void_challenges_but(&self.key, &self.id.0, VoidReason::Superseded);
        let detail = json!({ "challenge": self.id.0, "expiresAt": self.expires_at });
        let event = ledger.append(Subject::assignment(&self.key), What::ChallengeMinted, &detail)?;
        Ok(vec![supersede, note_challenge(&self.key, ledger.now()), event])
    }
}

macro_rules! is_certified {
    () => {
        "EXISTS (SELECT 1 FROM certificates c WHERE c.serial = assignments.serial AND c.revoked_at IS NULL)"
    };
}

/// Says on a row that a challenge was handed out. A row with a certificate keeps its state while it renews.
fn note_challenge(key: &AssignmentKey, now: Timestamp) -> Statement {
    Statement::new(concat!(
        "UPDATE assignments SET reason = '', message = '', state = CASE WHEN ",
        is_certified!(),
        " THEN state ELSE $6 END, changed_at = CASE WHEN state = $6 OR ",
        is_certified!(),
        " THEN changed_at ELSE $7 END \
         WHERE owner = $1 AND namespace = $2 AND kind = 'ScepProfile' AND profile = $3 AND device = $4 \
         AND association = $5 AND (reason <> '' OR message <> '' OR (state <> $6 AND NOT ",
        is_certified!(),
        "))",
    ))
    .assignment(key)
    .text(DeviceState::ChallengeIssued.as_str())
    .time(now)
    .touching((key.tenant.clone(), ObjectKind::ScepProfile, key.profile.clone()))
}

impl Change<'_> {
    /// Voids every credential of an assignment that can still become a certificate.
    pub(crate) async fn void_challenges(
        &mut self,
        key: &AssignmentKey,
        reason: VoidReason,
    ) -> Result<(), StoreError> {
        self.execute(vec![void_challenges_but(key, "", reason)]).await
    }

    /// Voids what would renew a certificate that is revoked: one that waits, and one whose serial is reserved (TH-11).
    pub(crate) async fn void_renewal(&mut self, revoked: SerialNumber) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE challenges SET state = 'Void', void_reason = $1 WHERE id = $2 \
             AND state IN ('Open', 'Waiting', 'Approved', 'Reserved')",
        )
        .bind(VoidReason::Revoked.as_str())
        .bind(CredentialId::Certificate(revoked).to_string())
        .execute(self.sql())
        .await?;
        Ok(())
    }
}

/// Voids every credential of an assignment that can still become a certificate, but for one.
pub(crate) fn void_challenges_but(key: &AssignmentKey, spared: &str, reason: VoidReason) -> Statement {
    Statement::new(
        "UPDATE challenges SET state = 'Void', void_reason = $6 WHERE owner = $1 AND namespace = $2 \
         AND profile = $3 AND device = $4 AND association = $5 AND id <> $7 \
         AND state IN ('Open', 'Waiting', 'Approved', 'Reserved')",
    )
    .assignment(key)
    .text(reason.as_str())
    .text(spared)
}

/// A stored credential. A certificate has a row here once it was presented, without a secret.
pub(crate) struct Challenge {
    pub(crate) id: CredentialId,
    pub(crate) mac: Vec<u8>,
    pub(crate) key: AssignmentKey,
    stage: Stage,
    void_reason: Option<VoidReason>,
    pub(crate) expires_at: Timestamp,
    fingerprint: Option<RequestFingerprint>,
    serial: Option<SerialNumber>,
}

impl Challenge {
    /// How far it has come, unless it is void.
    pub(crate) fn state(&self) -> Result<CredentialState, IssuanceError> {
        match self.stage {
            Stage::Open => Ok(CredentialState::Open),
            Stage::Waiting => Ok(CredentialState::Waiting(self.fingerprint()?)),
            Stage::Approved => Ok(CredentialState::Approved(self.fingerprint()?)),
            Stage::Reserved => Ok(CredentialState::Reserved(self.fingerprint()?)),
            Stage::Used => Ok(CredentialState::Used(self.fingerprint()?)),
            Stage::Void => Err(self.void()),
        }
    }

    fn void(&self) -> IssuanceError {
        match self.void_reason {
            Some(VoidReason::Unassigned) | None => IssuanceError::no_longer_targeted(&self.key),
            Some(VoidReason::Superseded) => {
                let message = "a newer challenge or certificate of this device took its place; use that one";
                IssuanceError::refused(&self.key, RefusalReason::ChallengeExpired, message)
            }
            Some(VoidReason::Denied) => {
                let message = "the request was denied; ask whoever approves requests";
                IssuanceError::refused(&self.key, RefusalReason::ApprovalDenied, message)
            }
            Some(VoidReason::Revoked) => IssuanceError::signer_revoked(),
        }
    }

    fn fingerprint(&self) -> Result<RequestFingerprint, StoreError> {
        self.fingerprint.ok_or_else(|| StoreError::unreadable("challenge", "it is claimed by no request"))
    }

    pub(crate) fn serial(&self) -> Result<SerialNumber, StoreError> {
        self.serial.ok_or_else(|| StoreError::unreadable("challenge", "it is claimed without a serial"))
    }
}

/// The credential with that id.
pub(crate) async fn read_challenge(
    sql: &mut AnyConnection,
    id: &CredentialId,
) -> Result<Option<Challenge>, StoreError> {
    let row = sqlx::query("SELECT * FROM challenges WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(sql)
        .await?;
    row.as_ref().map(read).transpose()
}

pub(crate) fn read(row: &impl Columns) -> Result<Challenge, StoreError> {
    Ok(Challenge {
        id: row.parsed("id")?,
        mac: row.bytes("mac")?,
        key: row.assignment()?,
        stage: row.parsed("state")?,
        void_reason: row.optional_parsed("void_reason")?,
        expires_at: row.time("expires_at")?,
        fingerprint: match row.optional_bytes("fingerprint")? {
            Some(_) => Some(RequestFingerprint(row.digest("fingerprint")?)),
            None => None,
        },
        serial: row.optional_parsed("serial")?,
    })
}
