//! From a credential to a recorded certificate: grant, reserve, record. Between them policy judges and pki signs; neither
//! happens inside a transaction. What is reserved is committed before it is signed, what is signed before it leaves, whatever
//! that costs (decision 0290).
//!
//! Every step looks again: `reserve` and `record` compare the row versions that the request was judged by, and lose when
//! one has moved, so whatever ends an entitlement wins over an enrolment under way (GAP-4).

use std::sync::Arc;

use jiff::Timestamp;
use scepter_policy::authority::Approval;
use scepter_policy::identity::{AssignmentKey, SerialNumber};
use scepter_policy::issuance::{
    Authorized, Credential, CredentialId, CredentialState, Grant, Issued, Order, Presented, RefusalReason,
    RenewableCertificate, Secret,
};
use scepter_policy::request::KeyFingerprint;
use sqlx::any::AnyRow;

use crate::approvals::{Asked, WaitingRequest};
use crate::certificates::Certificate;
use crate::challenges::{Challenge, Stage, read_challenge};
use crate::columns::Columns;
use crate::group::Work;
use crate::interpreter::Interpreter as _;
use crate::secrets::Purpose;
use crate::{IssuanceError, Store, StoreError};

pub(crate) mod claim;
mod facts;

use claim::{Claim, Earlier};
use facts::Facts;

/// What became of a request to reserve.
#[derive(Debug)]
pub enum Reservation {
    /// A serial is reserved durably: sign this. Also for an identical request whose first attempt ended before its
    /// certificate was recorded; it goes on under the same serial.
    Fresh(Box<Order>),
    /// The identical request has its certificate already: answer with it.
    Replay(Recorded),
    /// The request waits until somebody approves it: answer with PENDING.
    Waiting,
}

/// A certificate that is durably recorded; the only thing that a SUCCESS reply can be made of. Made by [`Store::record`]
/// and [`Store::reserve`] alone.
///
/// ```compile_fail,E0451
/// use scepter_store::issuance::Recorded;
///
/// fn forge(real: Recorded, der: Vec<u8>) -> Recorded {
///     Recorded { der, ..real }
/// }
/// ```
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

    /// Of a certificate whose record was committed.
    fn of(issued: &Issued) -> Self {
        let order = issued.order();
        Self { der: issued.der().to_vec(), serial: order.serial(), key: order.key().clone() }
    }
}

impl Store {
    /// What the store knows about a credential and a request's key, read in one moment. An unknown challenge and a wrong
    /// secret are one answer; so are a certificate that we do not have and one with our serial number.
    pub async fn grant(&self, credential: &Credential, key: KeyFingerprint) -> Result<Grant, IssuanceError> {
        match credential {
            Credential::Challenge(id, secret) => {
                self.grant_of_challenge(&CredentialId::Challenge(id.clone()), Proof::Secret(secret), key)
                    .await
            }
            Credential::Renewal(proven) => {
                let (row, spent) = self.row_of_certificate(proven.serial(), key).await?;
                let facts = &Facts(&row);
                let stored = facts.certificate()?;
                if stored.authority != *proven.authority() || stored.der != proven.der() {
                    return Err(unknown_signer());
                }
                self.grant_of(facts, Known::certificate(stored, spent, facts)?)
            }
        }
    }

    /// The same for a request that waits, whose credential was proven when it came.
    pub async fn grant_waiting(
        &self,
        waiting: &WaitingRequest,
        key: KeyFingerprint,
    ) -> Result<Grant, IssuanceError> {
        match &waiting.credential {
            id @ CredentialId::Challenge(_) => self.grant_of_challenge(id, Proof::Earlier, key).await,
            CredentialId::Certificate(serial) => {
                let (row, spent) = self.row_of_certificate(*serial, key).await?;
                let facts = &Facts(&row);
                self.grant_of(facts, Known::certificate(facts.certificate()?, spent, facts)?)
            }
        }
    }

    /// One statement sees one moment by itself.
    async fn grant_of_challenge(
        &self,
        id: &CredentialId,
        proof: Proof<'_>,
        key: KeyFingerprint,
    ) -> Result<Grant, IssuanceError> {
        let query = facts::query(id, key);
        let grant = if let Some(direct) = &self.inner.direct {
            direct.first(&query, |row| self.grant_by(&Facts(row), proof))?
        } else {
            let mut reader = self.inner.reader.acquire().await.map_err(StoreError::from)?;
            let row = query.first(&mut reader).await?;
            row.map(|row| self.grant_by(&Facts(&row), proof)).transpose()?
        };
        grant.ok_or_else(IssuanceError::unknown_challenge)
    }

    fn grant_by(&self, facts: &Facts<'_, impl Columns>, proof: Proof<'_>) -> Result<Grant, IssuanceError> {
        let stored = facts.challenge()?;
        match proof {
            Proof::Secret(secret) => {
                let id = stored.id.to_string();
                if !self.inner.mac_key.verifies(Purpose::Challenge, &id, secret, &stored.mac) {
                    return Err(IssuanceError::unknown_challenge());
                }
            }
            Proof::Earlier => {}
        }
        self.grant_of(facts, Known::challenge(stored)?)
    }

    async fn row_of_certificate(
        &self,
        serial: SerialNumber,
        key: KeyFingerprint,
    ) -> Result<(AnyRow, Option<Challenge>), IssuanceError> {
        let id = CredentialId::Certificate(serial);
        let mut reader = self.snapshot().await?;
        let row = facts::query(&id, key).first(&mut reader).await?.ok_or_else(unknown_signer)?;
        Ok((row, read_challenge(&mut reader, &id).await?))
    }

    fn grant_of(&self, facts: &Facts<'_, impl Columns>, known: Known) -> Result<Grant, IssuanceError> {
        let entitlement =
            facts.entitlement()?.ok_or_else(|| IssuanceError::no_longer_targeted(&known.key))?;
        let profile = self.inner.interpreter.profile(&entitlement.document);
        Ok(Grant {
            profile: profile.map_err(|problem| StoreError::unreadable("profile", problem))?,
            device: entitlement.device,
            user: entitlement.user,
            memberships: entitlement.memberships,
            key_seen_for: facts.key_seen_for()?,
            versions: entitlement.versions,
            key: known.key,
            presented: known.presented,
            state: known.state,
        })
    }

    /// Reserves a serial for an authorised request and spends its credential on it, unless it has to be approved first.
    /// `serial` is used where the request has none yet; `asked` is kept where it has to wait.
    pub async fn reserve(
        &self,
        authorized: Authorized,
        asked: &Asked,
        serial: SerialNumber,
        now: Timestamp,
    ) -> Result<Reservation, IssuanceError> {
        let claim = Arc::new(Claim {
            key: authorized.key().clone(),
            credential: authorized.credential().clone(),
            fingerprint: authorized.fingerprint(),
            request_key: authorized.key_fingerprint(),
            versions: authorized.versions(),
            ready: match authorized.approval() {
                Approval::Automatic => Stage::Open,
                Approval::Manual => Stage::Approved,
            },
            serial,
        });
        // A renewal goes alone: the row that it opens first must go with the claim, where that does not hold.
        let may_share = matches!(claim.credential, CredentialId::Challenge(_));
        if may_share && self.in_group(Work::Reserve(Arc::clone(&claim)), now).await {
            return Ok(Reservation::Fresh(Box::new(authorized.into_order(serial))));
        }
        let mut change = self.change(now).await?;
        if change.reserve(&claim).await? {
            change.commit().await?;
            return Ok(Reservation::Fresh(Box::new(authorized.into_order(serial))));
        }
        if authorized.approval() == Approval::Manual
            && change.await_approval(&claim, &authorized, asked).await?
        {
            change.check_versions(&claim.key, claim.versions).await?;
            change.check_key(&claim).await?;
            change.execute(claim.settle().collect()).await?;
            change.commit().await?;
            return Ok(Reservation::Waiting);
        }
        let earlier = match change.earlier_claim(&claim, now).await {
            Ok(Earlier::Reserved(serial)) => {
                change.check_versions(&claim.key, claim.versions).await?;
                change.renew_claim(&claim).await?;
                change.commit().await?;
                return Ok(Reservation::Fresh(Box::new(authorized.into_order(serial))));
            }
            Ok(Earlier::Waiting) => Ok(Reservation::Waiting),
            Ok(Earlier::Recorded(certificate)) => Ok(Reservation::Replay(Recorded::new(*certificate))),
            Err(error) => Err(error),
        };
        change.abandon().await?;
        earlier
    }

    /// Records a certificate durably. Fails where the entitlement ended since the serial was reserved; then the
    /// certificate must never leave the process. Where the identical request was recorded meanwhile, that certificate is
    /// the answer.
    pub async fn record(&self, issued: Issued, now: Timestamp) -> Result<Recorded, IssuanceError> {
        let issued = Arc::new(issued);
        if self.in_group(Work::Record(Arc::clone(&issued)), now).await {
            return Ok(Recorded::of(&issued));
        }
        let mut change = self.change(now).await?;
        if !change.record(&issued).await? {
            let meanwhile = change.recorded_meanwhile(issued.order()).await;
            change.abandon().await?;
            return meanwhile.map(Recorded::new);
        }
        change.commit().await?;
        Ok(Recorded::of(&issued))
    }
}

/// What proves a challenge to be its owner's.
#[derive(Clone, Copy)]
enum Proof<'a> {
    /// The secret that was presented.
    Secret(&'a Secret),
    /// The secret that was presented when the request came, which waits since.
    Earlier,
}

/// A credential that was presented and found, and whose it is.
struct Known {
    key: AssignmentKey,
    presented: Presented,
    state: CredentialState,
}

impl Known {
    fn challenge(stored: Challenge) -> Result<Self, IssuanceError> {
        let state = stored.state()?;
        let CredentialId::Challenge(id) = stored.id else { return Err(IssuanceError::unknown_challenge()) };
        let presented = Presented::Challenge { id, expires_at: stored.expires_at };
        Ok(Self { key: stored.key, presented, state })
    }

    /// A revoked certificate proves nothing any more.
    fn certificate(
        stored: Certificate,
        spent: Option<Challenge>,
        facts: &Facts<'_, impl Columns>,
    ) -> Result<Self, IssuanceError> {
        if stored.revoked.is_some() {
            return Err(IssuanceError::signer_revoked());
        }
        let certificate = RenewableCertificate {
            serial: stored.serial,
            not_before: stored.not_before,
            not_after: stored.not_after,
            is_current: facts.current_serial()? == Some(stored.serial),
            outdated: facts.outdated()?,
        };
        let state = spent.map_or(Ok(CredentialState::Open), |spent| spent.state())?;
        Ok(Self { key: stored.key, presented: Presented::Certificate(certificate), state })
    }
}

fn unknown_signer() -> IssuanceError {
    let message = "the message is signed with a certificate that is not one of this authority's";
    IssuanceError::anonymous(RefusalReason::SignerUnknown, message)
}
