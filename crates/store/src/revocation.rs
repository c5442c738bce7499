//! Revocation: what a CRL lists, and its number.

use jiff::Timestamp;
use scepter_policy::identity::{AssignmentKey, AuthorityName, SerialNumber, Tenant};
use scepter_policy::revocation::{RevocationReason, Revoked};
use scepter_policy::vocabulary::DeviceState;
use serde_json::json;

use crate::certificates::{Certificate, of_assignment, read};
use crate::challenges::VoidReason;
use crate::change::Change;
use crate::columns::{Bind, Columns};
use crate::events::{Subject, What};
use crate::{Store, StoreError};

/// An authority's revoked certificates after one of them. `IS NOT NULL` has to stand here literally for the index of those.
pub(crate) const AFTER: &str = "SELECT serial, revoked_at, revocation_reason FROM certificates \
     WHERE authority = $1 AND revoked_at IS NOT NULL AND (revoked_at, serial) > ($2, $3) AND not_after > $4 \
     ORDER BY revoked_at, serial LIMIT $5";

impl Store {
    /// What an authority's CRL lists: every revoked certificate that ends after `still_valid_at`, in the order of their
    /// revocation, at most `limit` of those after `last`. Give a time before the last CRL's: an entry stays for one CRL
    /// after its certificate's end (RFC 5280 §3.3).
    pub async fn revoked(
        &self,
        authority: &AuthorityName,
        still_valid_at: Timestamp,
        last: Option<&Revoked>,
        limit: u32,
    ) -> Result<Vec<Revoked>, StoreError> {
        let (last_time, last_serial) = last
            .map_or((i64::MIN, String::new()), |last| (last.at.as_microsecond(), last.serial.to_string()));
        sqlx::query(AFTER)
            .bind(authority.as_str())
            .bind(last_time)
            .bind(last_serial)
            .time(still_valid_at)
            .bind(i64::from(limit))
            .fetch_all(&self.inner.reader)
            .await?
            .iter()
            .map(|row| {
                Ok(Revoked {
                    serial: row.parsed("serial")?,
                    at: row.time("revoked_at")?,
                    reason: row.parsed("revocation_reason")?,
                })
            })
            .collect()
    }

    /// How many certificates of an authority were ever revoked: a CRL made at another count is out of date.
    pub async fn revocation_count(&self, authority: &AuthorityName) -> Result<i64, StoreError> {
        let row = sqlx::query(
            "SELECT COUNT(*) AS revoked FROM certificates WHERE authority = $1 AND revoked_at IS NOT NULL",
        )
        .bind(authority.as_str())
        .fetch_one(&self.inner.reader)
        .await?;
        row.integer("revoked")
    }

    /// The next CRL number of an authority. It only rises, whatever becomes of the CRL it was taken for.
    pub async fn next_crl_number(
        &self,
        authority: &AuthorityName,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let mut change = self.change(now).await?;
        let row = sqlx::query(
            "INSERT INTO crl_numbers (authority, number) VALUES ($1, 1) \
             ON CONFLICT (authority) DO UPDATE SET number = crl_numbers.number + 1 RETURNING number",
        )
        .bind(authority.as_str())
        .fetch_one(change.sql())
        .await?;
        let number = row.integer("number")?;
        change.commit().await?;
        Ok(number)
    }
}

impl Change<'_> {
    /// Revokes a certificate, and with it what would renew it. Whether it was alive until now.
    pub(crate) async fn revoke(
        &mut self,
        certificate: &Certificate,
        reason: RevocationReason,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let revoked = sqlx::query(
            "UPDATE certificates SET revoked_at = $1, revocation_reason = $2 WHERE serial = $3 AND revoked_at IS NULL",
        )
        .time(now)
        .bind(reason.as_str())
        .bind(certificate.serial.to_string())
        .execute(self.sql())
        .await?
        .rows_affected();
        if revoked == 0 {
            return Ok(false);
        }
        self.void_renewal(certificate.serial).await?;
        let detail = json!({ "serialNumber": certificate.serial, "reason": reason.as_str() });
        self.event(Subject::assignment(&certificate.key), What::CertificateRevoked, &detail).await?;
        Ok(true)
    }

    /// Revokes every live certificate of an assignment but one. How many there were.
    pub(crate) async fn revoke_of(
        &mut self,
        key: &AssignmentKey,
        but: Option<SerialNumber>,
        reason: RevocationReason,
    ) -> Result<u32, StoreError> {
        let mut revoked = 0;
        for certificate in of_assignment(self.sql(), key).await? {
            if Some(certificate.serial) != but && self.revoke(&certificate, reason).await? {
                revoked += 1;
            }
        }
        Ok(revoked)
    }

    /// Revokes what nobody is left for: certificates of devices that are gone, and of users who left or whose device
    /// passed to another. Retained certificates too (TH-45). How many there were.
    pub(crate) async fn revoke_leavers(&mut self, tenant: &Tenant) -> Result<u32, StoreError> {
        let leavers = sqlx::query(
            "SELECT c.* FROM certificates c WHERE c.owner = $1 AND c.namespace = $2 AND c.revoked_at IS NULL \
             AND NOT EXISTS (SELECT 1 FROM devices d WHERE d.owner = c.owner AND d.namespace = c.namespace \
             AND d.id = c.device AND (c.user_id IS NULL OR (d.user_id = c.user_id AND EXISTS (SELECT 1 FROM users u \
             WHERE u.owner = c.owner AND u.namespace = c.namespace AND u.id = c.user_id))))",
        )
        .tenant(tenant)
        .fetch_all(self.sql())
        .await?;
        for row in &leavers {
            let certificate = read(row)?;
            let reason = RevocationReason::AffiliationChanged;
            self.void_challenges(&certificate.key, VoidReason::Unassigned).await?;
            self.revoke(&certificate, reason).await?;
            self.set_state_of(&certificate, DeviceState::Pending, reason.as_str()).await?;
        }
        Ok(u32::try_from(leavers.len()).unwrap_or(u32::MAX))
    }
}
