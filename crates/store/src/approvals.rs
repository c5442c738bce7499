//! Requests that wait until somebody approves them (RFC 8894 §3.3.2.3): what they were, who decides, and what a poll finds.

use jiff::{SignedDuration, Timestamp};
use scepter_policy::identity::{AssignmentKey, AuthorityName, Tenant};
use scepter_policy::issuance::{Authorized, CredentialId};
use scepter_policy::request::KeyFingerprint;
use scepter_policy::vocabulary::DeviceState;
use serde_json::json;

use crate::assignments::{RowKey, Verdict};
use crate::challenges::{Stage, VoidReason};
use crate::change::Change;
use crate::columns::{Bind, Columns};
use crate::events::{Subject, What};
use crate::issuance::claim::Claim;
use crate::{Store, StoreError};

/// How long a request waits for whoever approves it, and then for the device that polls.
const PATIENCE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Why a row has nothing yet.
pub const APPROVAL_PENDING: &str = "ApprovalPending";

/// How a request came: what a poll for it will name, and the request itself.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The transactionID.
    pub transaction_id: String,
    /// The key that signed the message; a poll must be signed with it too.
    pub signer_key: KeyFingerprint,
    /// The certification request as DER.
    pub request_der: Vec<u8>,
}

/// A request that waits, or waited: whoever holds one has polled with the request's own key. Made by
/// [`Store::waiting_request`] alone.
///
/// ```compile_fail,E0451
/// use scepter_policy::issuance::CredentialId;
/// use scepter_store::approvals::WaitingRequest;
///
/// fn forge(real: WaitingRequest, credential: CredentialId) -> WaitingRequest {
///     WaitingRequest { credential, ..real }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingRequest {
    pub(crate) credential: CredentialId,
    request_der: Vec<u8>,
}

impl WaitingRequest {
    /// The certification request as it came, DER.
    pub fn request_der(&self) -> &[u8] {
        &self.request_der
    }
}

/// A request that waits for a decision, as whoever decides sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndecidedRequest {
    /// What names it.
    pub id: CredentialId,
    /// Whose certificate it asks for.
    pub key: AssignmentKey,
    /// When it came.
    pub requested_at: Timestamp,
    /// When it stops waiting.
    pub expires_at: Timestamp,
    /// The certification request as DER.
    pub request_der: Vec<u8>,
}

/// What somebody decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The request may be answered with a certificate.
    Approve,
    /// It gets none.
    Deny,
}

/// A tenant's requests that wait. The state has to stand here literally for the index of those.
pub(crate) const UNDECIDED: &str = "SELECT c.id, c.owner, c.namespace, c.profile, c.device, c.association, c.expires_at, \
     w.requested_at, w.request FROM challenges c JOIN waiting_requests w ON w.credential = c.id \
     WHERE c.owner = $1 AND c.namespace = $2 AND c.state = 'Waiting' AND c.expires_at > $3 \
     ORDER BY w.requested_at, c.id LIMIT $4";

impl Store {
    /// The request that a poll asks about: of that transaction, made with that key, of that authority.
    pub async fn waiting_request(
        &self,
        authority: &AuthorityName,
        transaction_id: &str,
        signer_key: KeyFingerprint,
    ) -> Result<Option<WaitingRequest>, StoreError> {
        let row = sqlx::query(
            "SELECT credential, request FROM waiting_requests WHERE authority = $1 AND transaction_id = $2 \
             AND signer_key = $3 ORDER BY requested_at DESC LIMIT 1",
        )
        .bind(authority.as_str())
        .bind(transaction_id)
        .bind(signer_key.0.as_slice())
        .fetch_optional(&self.inner.reader)
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(WaitingRequest { credential: row.parsed("credential")?, request_der: row.bytes("request")? }))
    }

    /// A tenant's requests that wait for a decision, oldest first, at most `limit` of them.
    pub async fn undecided_requests(
        &self,
        tenant: &Tenant,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<UndecidedRequest>, StoreError> {
        let rows = sqlx::query(UNDECIDED)
            .tenant(tenant)
            .time(now)
            .bind(i64::from(limit))
            .fetch_all(&self.inner.reader)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(UndecidedRequest {
                    id: row.parsed("id")?,
                    key: row.assignment()?,
                    requested_at: row.time("requested_at")?,
                    expires_at: row.time("expires_at")?,
                    request_der: row.bytes("request")?,
                })
            })
            .collect()
    }

    /// Decides about a request of a tenant. Whether it was waiting.
    pub async fn decide(
        &self,
        tenant: &Tenant,
        id: &CredentialId,
        decision: Decision,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (stage, void_reason, what) = match decision {
            Decision::Approve => (Stage::Approved, None, What::RequestApproved),
            Decision::Deny => (Stage::Void, Some(VoidReason::Denied.as_str()), What::RequestDenied),
        };
        let mut change = self.change(now).await?;
        let row = sqlx::query(
            "UPDATE challenges SET state = $3, void_reason = $4 WHERE owner = $1 AND namespace = $2 AND id = $5 \
             AND state = 'Waiting' AND expires_at > $6 \
             RETURNING owner, namespace, profile, device, association",
        )
        .tenant(tenant)
        .bind(stage.as_str())
        .bind(void_reason)
        .bind(id.to_string())
        .time(now)
        .fetch_optional(change.sql())
        .await?;
        let Some(row) = row else { return Ok(false) };
        let key = row.assignment()?;
        change.tell_decision(&key, decision).await?;
        change.event(Subject::assignment(&key), what, &json!({ "challenge": id.to_string() })).await?;
        change.commit().await?;
        Ok(true)
    }
}

impl Change<'_> {
    /// Lets an open credential wait for approval of this request. `false` where it is not open any more.
    pub(crate) async fn await_approval(
        &mut self,
        claim: &Claim,
        authorized: &Authorized,
        asked: &Asked,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let until = now.saturating_add(PATIENCE).unwrap_or(Timestamp::MAX);
        let id = claim.credential.to_string();
        let waits = sqlx::query(
            "UPDATE challenges SET state = 'Waiting', fingerprint = $1, key_fingerprint = $2, expires_at = $3 \
             WHERE id = $4 AND state = 'Open' AND expires_at > $5",
        )
        .bind(claim.fingerprint.0.as_slice())
        .bind(claim.request_key.0.as_slice())
        .time(until)
        .bind(id.as_str())
        .time(now)
        .execute(self.sql())
        .await?
        .rows_affected();
        if waits == 0 {
            return Ok(false);
        }
        sqlx::query(
            "INSERT INTO waiting_requests (credential, authority, transaction_id, signer_key, request, requested_at) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(id.as_str())
        .bind(authorized.authority().as_str())
        .bind(asked.transaction_id.as_str())
        .bind(asked.signer_key.0.as_slice())
        .bind(asked.request_der.as_slice())
        .time(now)
        .execute(self.sql())
        .await?;
        let message = format!("the request waits for approval; decide with scepter approve {id}");
        self.note_approval(&claim.key, DeviceState::Pending, APPROVAL_PENDING, &message).await?;
        let detail = json!({ "challenge": id, "keyFingerprint": hex::encode(claim.request_key.0) });
        self.event(Subject::assignment(&claim.key), What::ApprovalRequested, &detail).await?;
        Ok(true)
    }

    async fn tell_decision(&mut self, key: &AssignmentKey, decision: Decision) -> Result<(), StoreError> {
        match decision {
            Decision::Approve => self.note_approval(key, DeviceState::ChallengeIssued, "", "").await,
            Decision::Deny => {
                let message = "the request was denied; ask whoever approves requests";
                self.note_approval(key, DeviceState::Failed, "ApprovalDenied", message).await
            }
        }
    }

    /// A row with a certificate keeps its state while its renewal waits.
    async fn note_approval(
        &mut self,
        key: &AssignmentKey,
        state: DeviceState,
        reason: &str,
        message: &str,
    ) -> Result<(), StoreError> {
        let Some(row) = self.row(&RowKey::from(key)).await? else { return Ok(()) };
        let state = if row.certified { row.state } else { state };
        self.set_state(&row.key, Verdict { state, reason, message }).await?;
        Ok(())
    }
}
