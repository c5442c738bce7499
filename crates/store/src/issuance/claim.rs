//! The conditional updates that reserving and recording are made of. Each one's row count decides
//! (decision 0062).

use jiff::Timestamp;
use scepter_policy::identity::{AssignmentKey, SerialNumber};
use scepter_policy::issuance::{ChallengeId, ChallengeState, Order, RefusalReason, RowVersions};
use scepter_policy::request::{KeyFingerprint, RequestFingerprint};
use scepter_policy::vocabulary::DeviceState;
use sqlx::AnyConnection;

use crate::assignments::{RowKey, Standing, Verdict};
use crate::certificates::{Certificate, by_serial};
use crate::challenges::read_challenge;
use crate::change::Change;
use crate::columns::{Bind, Columns};
use crate::{IssuanceError, StoreError};

/// A request that claims a challenge.
pub(super) struct Claim<'a> {
    pub(super) key: &'a AssignmentKey,
    pub(super) challenge: &'a ChallengeId,
    pub(super) fingerprint: RequestFingerprint,
    pub(super) request_key: KeyFingerprint,
    pub(super) versions: RowVersions,
}

/// What an identical earlier request came to.
pub(super) enum Earlier {
    Reserved(SerialNumber),
    Recorded(Box<Certificate>),
}

impl Change<'_> {
    /// Claims an open challenge. `false` where it is not open any more.
    pub(super) async fn claim(
        &mut self,
        claim: &Claim<'_>,
        serial: SerialNumber,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let claimed = sqlx::query(
            "UPDATE challenges SET state = 'Reserved', fingerprint = $1, key_fingerprint = $2, serial = $3, \
             profile_revision = $4, inventory_revision = $5, assignment_version = $6 \
             WHERE id = $7 AND state = 'Open' AND expires_at > $8",
        )
        .bind(claim.fingerprint.0.as_slice())
        .bind(claim.request_key.0.as_slice())
        .bind(serial.to_string())
        .bind(claim.versions.profile)
        .bind(claim.versions.inventory)
        .bind(claim.versions.assignment)
        .bind(claim.challenge.0.as_str())
        .time(now)
        .execute(self.sql())
        .await?
        .rows_affected();
        Ok(claimed == 1)
    }

    /// What the identical request came to before; any other request on this challenge is refused.
    pub(super) async fn earlier_claim(
        &mut self,
        claim: &Claim<'_>,
        now: Timestamp,
    ) -> Result<Earlier, IssuanceError> {
        let challenge = read_challenge(self.sql(), claim.challenge).await?;
        let challenge = challenge.ok_or_else(IssuanceError::unknown_challenge)?;
        match challenge.state()? {
            ChallengeState::Open => {
                let message = format!("the challenge expired at {}, and it is {now}", challenge.expires_at);
                Err(IssuanceError::refused(claim.key, RefusalReason::ChallengeExpired, message))
            }
            ChallengeState::Reserved(fingerprint) if fingerprint == claim.fingerprint => {
                Ok(Earlier::Reserved(challenge.serial()?))
            }
            ChallengeState::Used(fingerprint) if fingerprint == claim.fingerprint => {
                let certificate = self.standing_certificate(claim.key, challenge.serial()?).await?;
                Ok(Earlier::Recorded(Box::new(certificate)))
            }
            ChallengeState::Reserved(_) | ChallengeState::Used(_) => Err(IssuanceError::used(claim.key)),
        }
    }

    /// The recorded certificate, unless it was revoked.
    async fn standing_certificate(
        &mut self,
        key: &AssignmentKey,
        serial: SerialNumber,
    ) -> Result<Certificate, IssuanceError> {
        let certificate = by_serial(self.sql(), serial).await?;
        certificate
            .filter(|certificate| certificate.revoked.is_none())
            .ok_or_else(|| IssuanceError::no_longer_targeted(key))
    }

    /// Fails where a row that the request was judged by has moved.
    pub(super) async fn check_versions(
        &mut self,
        key: &AssignmentKey,
        versions: RowVersions,
    ) -> Result<(), IssuanceError> {
        let current = sqlx::query(
            "UPDATE assignments SET version = version WHERE owner = $1 AND namespace = $2 AND kind = 'ScepProfile' \
             AND profile = $3 AND device = $4 AND association = $5 AND standing = 'Targeted' AND version = $6 \
             AND EXISTS (SELECT 1 FROM objects o WHERE o.owner = $1 AND o.namespace = $2 AND o.kind = 'ScepProfile' \
             AND o.name = $3 AND o.revision = $7) \
             AND EXISTS (SELECT 1 FROM devices d WHERE d.owner = $1 AND d.namespace = $2 AND d.id = $4 \
             AND d.revision = $8)",
        )
        .assignment(key)
        .bind(versions.assignment)
        .bind(versions.profile)
        .bind(versions.inventory)
        .execute(self.sql())
        .await?
        .rows_affected();
        if current == 1 {
            return Ok(());
        }
        let row = self.row(&RowKey::from(key)).await?;
        if row.is_none_or(|row| row.standing != Standing::Targeted) {
            return Err(IssuanceError::no_longer_targeted(key));
        }
        let message = "the profile or the inventory changed while the request was judged; try again";
        Err(IssuanceError::refused(key, RefusalReason::Outdated, message))
    }

    /// Takes the request's key for this challenge, for ever.
    pub(super) async fn claim_key(&mut self, claim: &Claim<'_>) -> Result<(), IssuanceError> {
        sqlx::query(
            "INSERT INTO request_keys (owner, namespace, profile, device, association, fingerprint, challenge) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (fingerprint) DO NOTHING",
        )
        .assignment(claim.key)
        .bind(claim.request_key.0.as_slice())
        .bind(claim.challenge.0.as_str())
        .execute(self.sql())
        .await?;
        if key_seen_by_another(self.sql(), claim.request_key, claim.challenge).await?.is_none() {
            return Ok(());
        }
        let message = "a certificate was requested for this key before; make a new key";
        Err(IssuanceError::refused(claim.key, RefusalReason::KeyReused, message))
    }

    /// A reservation that goes on is bound to what was judged now.
    pub(super) async fn renew_claim(&mut self, claim: &Claim<'_>) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE challenges SET profile_revision = $1, inventory_revision = $2, assignment_version = $3 \
             WHERE id = $4 AND state = 'Reserved'",
        )
        .bind(claim.versions.profile)
        .bind(claim.versions.inventory)
        .bind(claim.versions.assignment)
        .bind(claim.challenge.0.as_str())
        .execute(self.sql())
        .await?;
        Ok(())
    }

    /// Turns the order's reservation into a use. The versions it was judged by, or `None` where there is no such
    /// reservation any more.
    pub(super) async fn spend(&mut self, order: &Order) -> Result<Option<RowVersions>, StoreError> {
        let row = sqlx::query(
            "UPDATE challenges SET state = 'Used' WHERE id = $1 AND state = 'Reserved' AND fingerprint = $2 \
             AND serial = $3 RETURNING profile_revision, inventory_revision, assignment_version",
        )
        .bind(order.challenge().0.as_str())
        .bind(order.fingerprint().0.as_slice())
        .bind(order.serial().to_string())
        .fetch_optional(self.sql())
        .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(RowVersions {
            profile: row.integer("profile_revision")?,
            inventory: row.integer("inventory_revision")?,
            assignment: row.integer("assignment_version")?,
        }))
    }

    /// The certificate that the identical request was given meanwhile.
    pub(super) async fn recorded_meanwhile(&mut self, order: &Order) -> Result<Certificate, IssuanceError> {
        let challenge = read_challenge(self.sql(), order.challenge()).await?;
        let challenge = challenge.ok_or_else(IssuanceError::unknown_challenge)?;
        match challenge.state()? {
            ChallengeState::Used(fingerprint) if fingerprint == order.fingerprint() => {
                self.standing_certificate(order.key(), challenge.serial()?).await
            }
            ChallengeState::Open | ChallengeState::Reserved(_) | ChallengeState::Used(_) => {
                Err(IssuanceError::used(order.key()))
            }
        }
    }

    /// Makes a certificate its row's current one.
    pub(super) async fn make_current(&mut self, certificate: &Certificate) -> Result<(), StoreError> {
        let key = RowKey::from(&certificate.key);
        let query = sqlx::query(
            "UPDATE assignments SET serial = $7, reissue = 0 WHERE owner = $1 AND namespace = $2 AND kind = $3 \
             AND profile = $4 AND device = $5 AND association = $6",
        );
        key.bind(query).bind(certificate.serial.to_string()).execute(self.sql()).await?;
        self.set_state(&key, Verdict { state: DeviceState::Issued, reason: "", message: "" }).await?;
        self.touched(&key.tenant, key.kind, &key.profile);
        Ok(())
    }
}

/// The assignment that a key was used for under another challenge.
pub(super) async fn key_seen_by_another(
    sql: &mut AnyConnection,
    key: KeyFingerprint,
    challenge: &ChallengeId,
) -> Result<Option<AssignmentKey>, StoreError> {
    let row = sqlx::query("SELECT * FROM request_keys WHERE fingerprint = $1 AND challenge <> $2")
        .bind(key.0.as_slice())
        .bind(challenge.0.as_str())
        .fetch_optional(sql)
        .await?;
    row.as_ref().map(Columns::assignment).transpose()
}
