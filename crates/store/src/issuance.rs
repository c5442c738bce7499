//! From a credential to a recorded certificate: grant, reserve, record. Between them policy judges and pki signs; neither
//! happens inside a transaction.
//!
//! Every step looks again: `reserve` and `record` compare the row versions that the request was judged by, and lose when
//! one has moved, so whatever ends an entitlement wins over an enrolment under way (GAP-4).

use jiff::Timestamp;
use scepter_policy::identity::{AssignmentKey, ObjectKind, SerialNumber};
use scepter_policy::issuance::{
    Authorized, ChallengeId, ChallengeState, Credential, Grant, Issued, Order, RefusalReason, RowVersions,
};
use scepter_policy::request::{KeyFingerprint, RequestFingerprint};
use scepter_policy::vocabulary::{CertificateType, DeviceState};
use serde_json::json;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::assignments::{RowKey, Standing, Verdict, read_row};
use crate::certificates::{Certificate, by_serial};
use crate::challenges::{Stage, VoidReason};
use crate::change::Change;
use crate::columns::{Bind, Columns};
use crate::events::{Subject, What};
use crate::inventory::member;
use crate::objects::read_object;
use crate::secrets::Purpose;
use crate::{IssuanceError, Store, StoreError};

/// What became of a request to reserve.
#[derive(Debug)]
pub enum Reservation {
    /// A serial is reserved durably: sign this. Also for an identical request whose first attempt ended before its
    /// certificate was recorded; it goes on under the same serial.
    Fresh(Order),
    /// The identical request has its certificate already: answer with it.
    Replay(Recorded),
}

/// A certificate that is durably recorded; the only thing that a SUCCESS reply can be made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    der: Vec<u8>,
    serial: SerialNumber,
    key: AssignmentKey,
}

impl Recorded {
    /// The certificate as DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Its serial number.
    pub fn serial(&self) -> SerialNumber {
        self.serial
    }

    /// Whose it is.
    pub fn key(&self) -> &AssignmentKey {
        &self.key
    }

    fn new(certificate: Certificate) -> Self {
        Self { der: certificate.der, serial: certificate.serial, key: certificate.key }
    }
}

impl Store {
    /// What the store knows about a credential and a request's key, read in one moment. An unknown challenge and a wrong
    /// secret are one answer.
    pub async fn grant(&self, credential: &Credential, key: KeyFingerprint) -> Result<Grant, IssuanceError> {
        let Credential::Challenge(id, secret) = credential;
        let mut reader = self.snapshot().await?;
        let challenge = read_challenge(&mut reader, id).await?;
        let challenge = challenge.ok_or_else(IssuanceError::unknown_challenge)?;
        if !self.inner.mac_key.verifies(Purpose::Challenge, &id.0, secret, &challenge.mac) {
            return Err(IssuanceError::unknown_challenge());
        }
        self.grant_of(&mut reader, challenge, key).await
    }

    async fn grant_of(
        &self,
        reader: &mut AnyConnection,
        challenge: Challenge,
        request_key: KeyFingerprint,
    ) -> Result<Grant, IssuanceError> {
        let state = challenge.state()?;
        let key = &challenge.key;
        let row = read_row(reader, &RowKey::from(key)).await?;
        let Some(row) = row.filter(|row| row.standing == Standing::Targeted) else {
            return Err(no_longer_targeted(key));
        };
        let stored = read_object(reader, &key.tenant, ObjectKind::ScepProfile, &key.profile).await?;
        let stored = stored.ok_or_else(|| no_longer_targeted(key))?;
        let member = member(reader, &key.tenant, &key.device).await?;
        let member = member.ok_or_else(|| no_longer_targeted(key))?;
        let profile = self.inner.interpreter.profile(&stored.document);
        let versions =
            RowVersions { profile: stored.revision, inventory: member.revision, assignment: row.version };
        Ok(Grant {
            state,
            expires_at: challenge.expires_at,
            profile: profile.map_err(|problem| StoreError::unreadable("profile", problem))?,
            device: member.device,
            user: member.user,
            memberships: member.memberships,
            key_seen_for: key_seen_by_another(reader, request_key, &challenge.id).await?,
            versions,
            key: challenge.key,
            challenge: challenge.id,
        })
    }

    /// Reserves a serial for an authorised request and spends its challenge on it. `serial` is used where the request
    /// has none yet.
    pub async fn reserve(
        &self,
        authorized: Authorized,
        serial: SerialNumber,
        now: Timestamp,
    ) -> Result<Reservation, IssuanceError> {
        let mut change = self.change(now).await?;
        let claim = Claim {
            key: authorized.key(),
            challenge: authorized.challenge(),
            fingerprint: authorized.fingerprint(),
            request_key: authorized.key_fingerprint(),
            versions: authorized.versions(),
        };
        if change.claim(&claim, serial).await? {
            change.check_versions(claim.key, claim.versions).await?;
            change.claim_key(&claim).await?;
            let detail = json!({
                "serialNumber": serial,
                "challenge": claim.challenge.0,
                "keyFingerprint": hex::encode(claim.request_key.0),
            });
            change.event(Subject::assignment(claim.key), What::SerialReserved, &detail).await?;
            change.commit().await?;
            return Ok(Reservation::Fresh(authorized.into_order(serial)));
        }
        match change.earlier_claim(&claim, now).await? {
            Earlier::Reserved(serial) => {
                change.check_versions(claim.key, claim.versions).await?;
                change.renew_claim(&claim).await?;
                change.commit().await?;
                Ok(Reservation::Fresh(authorized.into_order(serial)))
            }
            Earlier::Recorded(certificate) => Ok(Reservation::Replay(Recorded::new(certificate))),
        }
    }

    /// Records a certificate durably. Fails where the entitlement ended since the serial was reserved; then the
    /// certificate must never leave the process. Where the identical request was recorded meanwhile, that certificate is
    /// the answer.
    pub async fn record(&self, issued: Issued, now: Timestamp) -> Result<Recorded, IssuanceError> {
        let order = issued.order();
        let mut change = self.change(now).await?;
        let reserved = change.spend(order).await?;
        let Some(versions) = reserved else {
            return change.recorded_meanwhile(order).await.map(Recorded::new);
        };
        change.check_versions(order.key(), versions).await?;
        let user = self.certified_user(&mut change, order.key()).await?;
        let certificate = change.insert_certificate(&issued, user.as_deref()).await?;
        change.make_current(&certificate).await?;
        change.commit().await?;
        Ok(Recorded::new(certificate))
    }

    /// The user whom a certificate names: it dies when they leave.
    async fn certified_user(
        &self,
        change: &mut Change<'_>,
        key: &AssignmentKey,
    ) -> Result<Option<String>, StoreError> {
        let stored = read_object(change.sql(), &key.tenant, ObjectKind::ScepProfile, &key.profile).await?;
        let Some(profile) = stored.and_then(|stored| self.profile_of(&stored)) else { return Ok(None) };
        match profile.certificate_type {
            CertificateType::Device => Ok(None),
            CertificateType::User => {
                let member = member(change.sql(), &key.tenant, &key.device).await?;
                Ok(member.and_then(|member| member.device.user_id).map(String::from))
            }
        }
    }
}

/// A request that claims a challenge.
struct Claim<'a> {
    key: &'a AssignmentKey,
    challenge: &'a ChallengeId,
    fingerprint: RequestFingerprint,
    request_key: KeyFingerprint,
    versions: RowVersions,
}

/// What an identical earlier request came to.
enum Earlier {
    Reserved(SerialNumber),
    Recorded(Certificate),
}

impl Change<'_> {
    /// Claims an open challenge. `false` where it is not open any more.
    async fn claim(&mut self, claim: &Claim<'_>, serial: SerialNumber) -> Result<bool, StoreError> {
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
    async fn earlier_claim(&mut self, claim: &Claim<'_>, now: Timestamp) -> Result<Earlier, IssuanceError> {
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
                Ok(Earlier::Recorded(certificate))
            }
            ChallengeState::Reserved(_) | ChallengeState::Used(_) => Err(used(claim.key)),
        }
    }

    /// The recorded certificate, unless it was revoked.
    async fn standing_certificate(
        &mut self,
        key: &AssignmentKey,
        serial: SerialNumber,
    ) -> Result<Certificate, IssuanceError> {
        let certificate = by_serial(self.sql(), serial).await?;
        certificate.filter(|certificate| certificate.revoked.is_none()).ok_or_else(|| no_longer_targeted(key))
    }

    /// Fails where a row that the request was judged by has moved. Touching the assignment makes whoever ends it at the
    /// same time wait for this transaction, or this one for them.
    async fn check_versions(
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
            return Err(no_longer_targeted(key));
        }
        let message = "the profile or the inventory changed while the request was judged; try again";
        Err(IssuanceError::refused(key, RefusalReason::Outdated, message))
    }

    /// Takes the request's key for this challenge, for ever.
    async fn claim_key(&mut self, claim: &Claim<'_>) -> Result<(), IssuanceError> {
        sqlx::query(
            "INSERT INTO request_keys (owner, namespace, profile, device, association, fingerprint, challenge) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (fingerprint) DO NOTHING",
        )
        .assignment(claim.key)
        .bind(claim.request_key.0.as_slice())
        .bind(claim.challenge.0.as_str())
        .execute(self.sql())
        .await?;
        match key_seen_by_another(self.sql(), claim.request_key, claim.challenge).await? {
            None => Ok(()),
            Some(_) => {
                let message = "a certificate was requested for this key before; make a new key";
                Err(IssuanceError::refused(claim.key, RefusalReason::KeyReused, message))
            }
        }
    }

    /// A reservation that goes on is bound to what was judged now.
    async fn renew_claim(&mut self, claim: &Claim<'_>) -> Result<(), StoreError> {
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
    async fn spend(&mut self, order: &Order) -> Result<Option<RowVersions>, StoreError> {
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
    async fn recorded_meanwhile(&mut self, order: &Order) -> Result<Certificate, IssuanceError> {
        let challenge = read_challenge(self.sql(), order.challenge()).await?;
        let challenge = challenge.ok_or_else(IssuanceError::unknown_challenge)?;
        match challenge.state()? {
            ChallengeState::Used(fingerprint) if fingerprint == order.fingerprint() => {
                self.standing_certificate(order.key(), challenge.serial()?).await
            }
            ChallengeState::Open | ChallengeState::Reserved(_) | ChallengeState::Used(_) => {
                Err(used(order.key()))
            }
        }
    }

    /// Makes a certificate its row's current one.
    async fn make_current(&mut self, certificate: &Certificate) -> Result<(), StoreError> {
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

/// A stored challenge.
struct Challenge {
    id: ChallengeId,
    mac: Vec<u8>,
    key: AssignmentKey,
    stage: Stage,
    void_reason: Option<VoidReason>,
    expires_at: Timestamp,
    fingerprint: Option<RequestFingerprint>,
    serial: Option<SerialNumber>,
}

impl Challenge {
    /// How far it has come, unless it is void.
    fn state(&self) -> Result<ChallengeState, IssuanceError> {
        match self.stage {
            Stage::Open => Ok(ChallengeState::Open),
            Stage::Reserved => Ok(ChallengeState::Reserved(self.fingerprint()?)),
            Stage::Used => Ok(ChallengeState::Used(self.fingerprint()?)),
            Stage::Void => Err(self.void()),
        }
    }

    fn void(&self) -> IssuanceError {
        match self.void_reason {
            Some(VoidReason::Unassigned) | None => no_longer_targeted(&self.key),
            Some(VoidReason::Superseded) => {
                let message = "a newer challenge was handed out for this device; use that one";
                IssuanceError::refused(&self.key, RefusalReason::ChallengeExpired, message)
            }
        }
    }

    fn fingerprint(&self) -> Result<RequestFingerprint, StoreError> {
        self.fingerprint.ok_or_else(|| StoreError::unreadable("challenge", "it is claimed by no request"))
    }

    fn serial(&self) -> Result<SerialNumber, StoreError> {
        self.serial.ok_or_else(|| StoreError::unreadable("challenge", "it is claimed without a serial"))
    }
}

async fn read_challenge(sql: &mut AnyConnection, id: &ChallengeId) -> Result<Option<Challenge>, StoreError> {
    let row =
        sqlx::query("SELECT * FROM challenges WHERE id = $1").bind(id.0.as_str()).fetch_optional(sql).await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &AnyRow) -> Result<Challenge, StoreError> {
    let fingerprint = match row.optional_bytes("fingerprint")? {
        Some(_) => Some(RequestFingerprint(row.digest("fingerprint")?)),
        None => None,
    };
    Ok(Challenge {
        id: ChallengeId(row.text("id")?),
        mac: row.bytes("mac")?,
        key: row.assignment()?,
        stage: row.parsed("state")?,
        void_reason: row.optional_parsed("void_reason")?,
        expires_at: row.time("expires_at")?,
        fingerprint,
        serial: row.optional_parsed("serial")?,
    })
}

/// The assignment that a key was used for under another challenge.
async fn key_seen_by_another(
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

fn no_longer_targeted(key: &AssignmentKey) -> IssuanceError {
    let message = format!("profile {} does not reach device {} any more", key.profile, key.device);
    IssuanceError::refused(key, RefusalReason::ScepProfileNoLongerTargetedToTheClient, message)
}

fn used(key: &AssignmentKey) -> IssuanceError {
    let message = "the challenge was used by another request; check in again for a new one";
    IssuanceError::refused(key, RefusalReason::ChallengeUsed, message)
}
