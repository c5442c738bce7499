//! The conditional updates that reserving and recording are made of. Each one's row count decides
//! (decision 0062).

use jiff::Timestamp;
use scepter_policy::identity::{AssignmentKey, ObjectKind, SerialNumber};
use scepter_policy::issuance::{CredentialId, CredentialState, Issued, Order, RefusalReason, RowVersions};
use scepter_policy::request::{KeyFingerprint, RequestFingerprint};
use scepter_policy::vocabulary::DeviceState;
use serde_json::json;
use sqlx::AnyConnection;

use crate::assignments::{RowKey, Standing};
use crate::certificates::{self, Certificate, by_serial};
use crate::challenges::{Stage, VoidReason, read_challenge, void_challenges_but};
use crate::change::Change;
use crate::columns::{Bind, Columns, Parameter};
use crate::events::{Subject, What};
use crate::ledger::Ledger;
use crate::statement::{Statement, Step};
use crate::{IssuanceError, StoreError};

/// Whether the assignment of a challenge still targets its device, in the version that a request was judged by, and so do
/// its profile and device stand. Writers take turns (decision 0061): what is read here stays until the commit.
macro_rules! unmoved {
    ($profile:literal, $inventory:literal, $assignment:literal) => {
        concat!(
            "EXISTS (SELECT 1 FROM assignments a \
             JOIN objects o ON o.owner = a.owner AND o.namespace = a.namespace AND o.kind = a.kind \
             AND o.name = a.profile \
             JOIN devices d ON d.owner = a.owner AND d.namespace = a.namespace AND d.id = a.device \
             WHERE a.owner = challenges.owner AND a.namespace = challenges.namespace AND a.kind = 'ScepProfile' \
             AND a.profile = challenges.profile AND a.device = challenges.device \
             AND a.association = challenges.association AND a.standing = 'Targeted' AND o.revision = ",
            $profile,
            " AND d.revision = ",
            $inventory,
            " AND a.version = ",
            $assignment,
            ")"
        )
    };
}

/// A request that claims a credential.
pub(crate) struct Claim {
    pub(crate) key: AssignmentKey,
    pub(crate) credential: CredentialId,
    pub(crate) fingerprint: RequestFingerprint,
    pub(crate) request_key: KeyFingerprint,
    pub(crate) versions: RowVersions,
    /// How far its credential has to have come.
    pub(crate) ready: Stage,
    /// The serial that it gets where it has none yet.
    pub(crate) serial: SerialNumber,
}

/// Its serial is reserved, and its credential spent on it.
impl Step for Claim {
    /// Claims a credential that is ready, or was approved, for a key that no other credential was used for.
    fn condition(&self, now: Timestamp) -> Statement {
        Statement::new(concat!(
            "UPDATE challenges SET state = 'Reserved', fingerprint = $1, key_fingerprint = $2, serial = $3, \
             profile_revision = $4, inventory_revision = $5, assignment_version = $6 \
             WHERE id = $7 AND state IN ($8, 'Approved') AND expires_at > $9 \
             AND (fingerprint IS NULL OR fingerprint = $1) \
             AND NOT EXISTS (SELECT 1 FROM request_keys k WHERE k.fingerprint = $2 AND k.challenge <> $7) AND ",
            unmoved!("$4", "$5", "$6"),
        ))
        .bytes(&self.fingerprint.0)
        .bytes(&self.request_key.0)
        .text(self.serial.to_string())
        .parameter(Parameter::Integer(self.versions.profile))
        .parameter(Parameter::Integer(self.versions.inventory))
        .parameter(Parameter::Integer(self.versions.assignment))
        .text(self.credential.to_string())
        .text(self.ready.as_str())
        .time(now)
    }

    fn consequence(&self, ledger: &mut Ledger) -> Result<Vec<Statement>, StoreError> {
        let detail = json!({
            "serialNumber": self.serial,
            "challenge": self.credential.to_string(),
            "keyFingerprint": hex::encode(self.request_key.0),
        });
        let event = ledger.append(Subject::assignment(&self.key), What::SerialReserved, &detail)?;
        Ok(self.settle().chain([event]).collect())
    }
}

impl Claim {
    /// What follows when it was let in, whichever kind it is: its key is taken for ever, and no other credential of the
    /// assignment becomes a certificate beside a renewed one (GAP-1).
    pub(super) fn settle(&self) -> impl Iterator<Item = Statement> {
        let take_key = Statement::new(
            "INSERT INTO request_keys (owner, namespace, profile, device, association, fingerprint, challenge) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (fingerprint) DO NOTHING",
        )
        .assignment(&self.key)
        .bytes(&self.request_key.0)
        .text(self.credential.to_string());
        let supersede = match self.credential {
            CredentialId::Certificate(_) => {
                Some(void_challenges_but(&self.key, &self.credential.to_string(), VoidReason::Superseded))
            }
            CredentialId::Challenge(_) => None,
        };
        [take_key].into_iter().chain(supersede)
    }
}

/// The record of a certificate, which makes it its row's current one.
pub(crate) struct Recording<'a>(pub(crate) &'a Issued);

impl Step for Recording<'_> {
    /// Turns the order's reservation into a use, while nothing that the request was judged by has moved.
    fn condition(&self, _: Timestamp) -> Statement {
        let order = self.0.order();
        Statement::new(concat!(
            "UPDATE challenges SET state = 'Used' WHERE id = $1 AND state = 'Reserved' AND fingerprint = $2 \
             AND serial = $3 AND ",
            unmoved!("profile_revision", "inventory_revision", "assignment_version"),
        ))
        .text(order.credential().to_string())
        .bytes(&order.fingerprint().0)
        .text(order.serial().to_string())
    }

    fn consequence(&self, ledger: &mut Ledger) -> Result<Vec<Statement>, StoreError> {
        let order = self.0.order();
        let detail = json!({
            "serialNumber": order.serial(),
            "authority": order.authority(),
            "keyFingerprint": hex::encode(order.key_fingerprint().0),
            "notAfter": order.not_after(),
        });
        let event = ledger.append(Subject::assignment(order.key()), What::CertificateRecorded, &detail)?;
        let insert = certificates::insert(self.0, ledger.now());
        Ok(vec![insert, event, make_current(order, ledger)])
    }
}

/// Makes an order's certificate its row's current one, and the row `Issued`.
fn make_current(order: &Order, ledger: &mut Ledger) -> Statement {
    let key = order.key();
    ledger.touched(&key.tenant, ObjectKind::ScepProfile, &key.profile);
    Statement::new(
        "UPDATE assignments SET serial = $6, reissue = 0, state = $7, reason = '', message = '', \
         changed_at = CASE WHEN state = $7 THEN changed_at ELSE $8 END \
         WHERE owner = $1 AND namespace = $2 AND kind = 'ScepProfile' AND profile = $3 AND device = $4 \
         AND association = $5",
    )
    .assignment(key)
    .text(order.serial().to_string())
    .text(DeviceState::Issued.as_str())
    .time(ledger.now())
}

/// What an identical earlier request came to.
pub(super) enum Earlier {
    Waiting,
    Reserved(SerialNumber),
    Recorded(Box<Certificate>),
}

impl Change<'_> {
    /// Reserves the claim's serial and spends its credential on it. `false` where that is not ready, was taken, or something
    /// that the request was judged by has moved; then nothing is changed, but that a certificate has an open row.
    pub(super) async fn reserve(&mut self, claim: &Claim) -> Result<bool, StoreError> {
        if let CredentialId::Certificate(serial) = claim.credential {
            self.open_certificate(serial).await?;
        }
        self.carry_out(claim).await
    }

    /// Gives a certificate that is presented for the first time a row to be spent in, while it is its assignment's current
    /// one and unrevoked.
    async fn open_certificate(&mut self, serial: SerialNumber) -> Result<(), StoreError> {
        let now = self.now();
        sqlx::query(
            "INSERT INTO challenges (id, mac, owner, namespace, profile, device, association, state, created_at, \
             expires_at) \
             SELECT $1, $2, c.owner, c.namespace, c.profile, c.device, c.association, 'Open', $3, c.not_after \
             FROM certificates c JOIN assignments a ON a.owner = c.owner AND a.namespace = c.namespace \
             AND a.kind = 'ScepProfile' AND a.profile = c.profile AND a.device = c.device \
             AND a.association = c.association AND a.serial = c.serial \
             WHERE c.serial = $4 AND c.revoked_at IS NULL ON CONFLICT (id) DO NOTHING",
        )
        .bind(CredentialId::Certificate(serial).to_string())
        .bind([0_u8; 0].as_slice())
        .time(now)
        .bind(serial.to_string())
        .execute(self.sql())
        .await?;
        Ok(())
    }

    /// What the identical request came to before; any other request on this challenge is refused.
    pub(super) async fn earlier_claim(
        &mut self,
        claim: &Claim,
        now: Timestamp,
    ) -> Result<Earlier, IssuanceError> {
        let challenge = read_challenge(self.sql(), &claim.credential).await?;
        let challenge = challenge.ok_or_else(|| unknown(&claim.credential))?;
        let state = challenge.state()?;
        if state.taken_by().is_some_and(|earlier| earlier != claim.fingerprint) {
            return Err(IssuanceError::used(&claim.key, &claim.credential));
        }
        match state {
            CredentialState::Waiting(_) if now < challenge.expires_at => Ok(Earlier::Waiting),
            CredentialState::Open | CredentialState::Approved(_) if now < challenge.expires_at => {
                Err(self.not_claimed(claim).await?)
            }
            CredentialState::Open | CredentialState::Waiting(_) | CredentialState::Approved(_) => {
                let message = format!("the credential expired at {}, and it is {now}", challenge.expires_at);
                Err(IssuanceError::refused(&claim.key, RefusalReason::ChallengeExpired, message))
            }
            CredentialState::Reserved(_) => Ok(Earlier::Reserved(challenge.serial()?)),
            CredentialState::Used(_) => {
                let certificate = self.standing_certificate(&claim.key, challenge.serial()?).await?;
                Ok(Earlier::Recorded(Box::new(certificate)))
            }
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
        Err(self.moved(key).await?)
    }

    /// Why a credential that is ready was not claimed.
    async fn not_claimed(&mut self, claim: &Claim) -> Result<IssuanceError, StoreError> {
        match self.check_key(claim).await {
            Err(IssuanceError::Store(error)) => Err(error),
            Err(refused) => Ok(refused),
            Ok(()) => self.moved(&claim.key).await,
        }
    }

    /// Fails where the request's key was used for another credential.
    pub(super) async fn check_key(&mut self, claim: &Claim) -> Result<(), IssuanceError> {
        if key_seen_by_another(self.sql(), claim.request_key, &claim.credential).await?.is_none() {
            return Ok(());
        }
        let message = "a certificate was requested for this key before; make a new key";
        Err(IssuanceError::refused(&claim.key, RefusalReason::KeyReused, message))
    }

    /// What to say where a row that a request was judged by has moved.
    async fn moved(&mut self, key: &AssignmentKey) -> Result<IssuanceError, StoreError> {
        let row = self.row(&RowKey::from(key)).await?;
        if row.is_none_or(|row| row.standing != Standing::Targeted) {
            return Ok(IssuanceError::no_longer_targeted(key));
        }
        let message = "the profile or the inventory changed while the request was judged; try again";
        Ok(IssuanceError::refused(key, RefusalReason::Outdated, message))
    }

    /// A reservation that goes on is bound to what was judged now.
    pub(super) async fn renew_claim(&mut self, claim: &Claim) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE challenges SET profile_revision = $1, inventory_revision = $2, assignment_version = $3 \
             WHERE id = $4 AND state = 'Reserved'",
        )
        .bind(claim.versions.profile)
        .bind(claim.versions.inventory)
        .bind(claim.versions.assignment)
        .bind(claim.credential.to_string())
        .execute(self.sql())
        .await?;
        Ok(())
    }

    /// Records the certificate of an order and makes it its row's current one. `false`, and nothing is changed, where the
    /// order's reservation does not stand any more.
    pub(super) async fn record(&mut self, issued: &Issued) -> Result<bool, StoreError> {
        self.carry_out(&Recording(issued)).await
    }

    /// The certificate that the identical request was given meanwhile, or why the order's reservation is worth nothing.
    pub(super) async fn recorded_meanwhile(&mut self, order: &Order) -> Result<Certificate, IssuanceError> {
        let challenge = read_challenge(self.sql(), order.credential()).await?;
        let challenge = challenge.ok_or_else(|| unknown(order.credential()))?;
        match challenge.state()? {
            CredentialState::Used(fingerprint) if fingerprint == order.fingerprint() => {
                self.standing_certificate(order.key(), challenge.serial()?).await
            }
            CredentialState::Reserved(fingerprint) if fingerprint == order.fingerprint() => {
                Err(self.moved(order.key()).await?)
            }
            CredentialState::Open
            | CredentialState::Waiting(_)
            | CredentialState::Approved(_)
            | CredentialState::Reserved(_)
            | CredentialState::Used(_) => Err(IssuanceError::used(order.key(), order.credential())),
        }
    }
}

/// There is no such credential, or none any more.
fn unknown(credential: &CredentialId) -> IssuanceError {
    match credential {
        CredentialId::Challenge(_) => IssuanceError::unknown_challenge(),
        CredentialId::Certificate(_) => {
            let message = "the certificate was revoked or replaced while its renewal was judged";
            IssuanceError::anonymous(RefusalReason::SignerSuperseded, message)
        }
    }
}

/// The assignment that a key was used for under another credential.
pub(super) async fn key_seen_by_another(
    sql: &mut AnyConnection,
    key: KeyFingerprint,
    credential: &CredentialId,
) -> Result<Option<AssignmentKey>, StoreError> {
    let row = sqlx::query("SELECT * FROM request_keys WHERE fingerprint = $1 AND challenge <> $2")
        .bind(key.0.as_slice())
        .bind(credential.to_string())
        .fetch_optional(sql)
        .await?;
    row.as_ref().map(Columns::assignment).transpose()
}
