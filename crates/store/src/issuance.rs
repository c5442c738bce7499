//! From a credential to a recorded certificate: grant, reserve, record. Between them policy judges and pki signs; neither
//! happens inside a transaction.
//!
//! Every step looks again: `reserve` and `record` compare the row versions that the request was judged by, and lose when
//! one has moved, so whatever ends an entitlement wins over an enrolment under way (GAP-4).

use jiff::Timestamp;
use scepter_policy::identity::{AssignmentKey, ObjectKind, SerialNumber};
use scepter_policy::issuance::{Authorized, Credential, Grant, Issued, Order, RowVersions};
use scepter_policy::request::KeyFingerprint;
use scepter_policy::vocabulary::CertificateType;
use serde_json::json;
use sqlx::AnyConnection;

use crate::assignments::{RowKey, Standing, read_row};
use crate::certificates::Certificate;
use crate::challenges::{Challenge, read_challenge};
use crate::change::Change;
use crate::events::{Subject, What};
use crate::inventory::member;
use crate::objects::read_object;
use crate::secrets::Purpose;
use crate::{IssuanceError, Store, StoreError};

mod claim;

use claim::{Claim, Earlier, key_seen_by_another};

/// What became of a request to reserve.
#[derive(Debug)]
pub enum Reservation {
    /// A serial is reserved durably: sign this. Also for an identical request whose first attempt ended before its
    /// certificate was recorded; it goes on under the same serial.
    Fresh(Box<Order>),
    /// The identical request has its certificate already: answer with it.
    Replay(Recorded),
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
            return Err(IssuanceError::no_longer_targeted(key));
        };
        let stored = read_object(reader, &key.tenant, ObjectKind::ScepProfile, &key.profile).await?;
        let stored = stored.ok_or_else(|| IssuanceError::no_longer_targeted(key))?;
        let member = member(reader, &key.tenant, &key.device).await?;
        let member = member.ok_or_else(|| IssuanceError::no_longer_targeted(key))?;
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
            return Ok(Reservation::Fresh(Box::new(authorized.into_order(serial))));
        }
        match change.earlier_claim(&claim, now).await? {
            Earlier::Reserved(serial) => {
                change.check_versions(claim.key, claim.versions).await?;
                change.renew_claim(&claim).await?;
                change.commit().await?;
                Ok(Reservation::Fresh(Box::new(authorized.into_order(serial))))
            }
            Earlier::Recorded(certificate) => Ok(Reservation::Replay(Recorded::new(*certificate))),
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
