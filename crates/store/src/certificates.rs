//! Certificates that were recorded.

use aws_lc_rs::digest;
use jiff::Timestamp;
use scepter_policy::identity::{AssignmentKey, AuthorityName, SerialNumber, Tenant};
use scepter_policy::issuance::Issued;
use scepter_policy::revocation::RevocationReason;
use scepter_policy::vocabulary::DeviceState;
use sqlx::AnyConnection;

use crate::columns::{Bind, Columns, Parameter};
use crate::statement::Statement;
use crate::{Store, StoreError};

/// A recorded certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The serial number.
    pub serial: SerialNumber,
    /// The authority that signed it.
    pub authority: AuthorityName,
    /// Whose it is.
    pub key: AssignmentKey,
    /// The certificate as DER.
    pub der: Vec<u8>,
    /// SHA-1 thumbprint, upper-case hex.
    pub sha1_thumbprint: String,
    /// When it begins.
    pub not_before: Timestamp,
    /// When it ends.
    pub not_after: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// When and why it was revoked, if it was.
    pub revoked: Option<(Timestamp, RevocationReason)>,
}

impl Store {
    /// The certificate of an authority with that serial number.
    pub async fn certificate(
        &self,
        authority: &AuthorityName,
        serial: SerialNumber,
    ) -> Result<Option<Certificate>, StoreError> {
        let mut reader = self.inner.reader.acquire().await?;
        let found = by_serial(&mut reader, serial).await?;
        Ok(found.filter(|certificate| certificate.authority == *authority))
    }

    /// Any certificate of an authority; `None` where it never issued one.
    pub async fn some_certificate(
        &self,
        authority: &AuthorityName,
    ) -> Result<Option<Certificate>, StoreError> {
        let row = sqlx::query("SELECT * FROM certificates WHERE authority = $1 LIMIT 1")
            .bind(authority.as_str())
            .fetch_optional(&self.inner.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Whether exactly this certificate is one of an authority's; a serial alone proves nothing (GAP-1).
    pub async fn certificate_with_der(
        &self,
        authority: &AuthorityName,
        serial: SerialNumber,
        der: &[u8],
    ) -> Result<Option<Certificate>, StoreError> {
        Ok(self.certificate(authority, serial).await?.filter(|certificate| certificate.der == der))
    }

    /// A tenant's certificates, newest first, at most `limit` of them.
    pub async fn certificates(&self, tenant: &Tenant, limit: u32) -> Result<Vec<Certificate>, StoreError> {
        sqlx::query(
            "SELECT * FROM certificates WHERE owner = $1 AND namespace = $2 \
             ORDER BY recorded_at DESC, serial LIMIT $3",
        )
        .tenant(tenant)
        .bind(i64::from(limit))
        .fetch_all(&self.inner.reader)
        .await?
        .iter()
        .map(read)
        .collect()
    }

    /// Revokes one certificate of a tenant because somebody said so. Whether it was alive; `false` also where the tenant
    /// has none with that serial. Its row turns `Revoked` where it was the current one.
    pub async fn revoke(
        &self,
        tenant: &Tenant,
        serial: SerialNumber,
        reason: RevocationReason,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut change = self.change(now).await?;
        let found = by_serial(change.sql(), serial).await?.filter(|found| found.key.tenant == *tenant);
        let Some(certificate) = found else { return Ok(false) };
        let revoked = change.revoke(&certificate, reason).await?;
        if revoked {
            change.set_state_of(&certificate, DeviceState::Revoked, reason.as_str()).await?;
        }
        change.commit().await?;
        Ok(revoked)
    }
}

/// Stores a certificate that was just made.
pub(crate) fn insert(issued: &Issued, now: Timestamp) -> Statement {
    let order = issued.order();
    Statement::new(
        "INSERT INTO certificates (owner, namespace, profile, device, association, serial, authority, user_id, \
         challenge, fingerprint, der, sha1, not_before, not_after, recorded_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .assignment(order.key())
    .text(order.serial().to_string())
    .text(order.authority().as_str())
    .parameter(Parameter::OptionalText(order.user().map(ToString::to_string)))
    .text(order.credential().to_string())
    .bytes(&order.fingerprint().0)
    .bytes(issued.der())
    .text(sha1(issued.der()))
    .time(order.not_before())
    .time(order.not_after())
    .time(now)
}

/// The certificate with that serial number.
pub(crate) async fn by_serial(
    sql: &mut AnyConnection,
    serial: SerialNumber,
) -> Result<Option<Certificate>, StoreError> {
    let row = sqlx::query("SELECT * FROM certificates WHERE serial = $1")
        .bind(serial.to_string())
        .fetch_optional(sql)
        .await?;
    row.as_ref().map(read).transpose()
}

/// Every live certificate of an assignment.
pub(crate) async fn of_assignment(
    sql: &mut AnyConnection,
    key: &AssignmentKey,
) -> Result<Vec<Certificate>, StoreError> {
    sqlx::query(
        "SELECT * FROM certificates WHERE owner = $1 AND namespace = $2 AND profile = $3 AND device = $4 \
         AND association = $5 AND revoked_at IS NULL ORDER BY serial",
    )
    .assignment(key)
    .fetch_all(sql)
    .await?
    .iter()
    .map(read)
    .collect()
}

pub(crate) fn read(row: &impl Columns) -> Result<Certificate, StoreError> {
    let revoked = match row.optional_time("revoked_at")? {
        Some(at) => Some((at, row.parsed("revocation_reason")?)),
        None => None,
    };
    Ok(Certificate {
        serial: row.parsed("serial")?,
        authority: row.parsed("authority")?,
        key: row.assignment()?,
        der: row.bytes("der")?,
        sha1_thumbprint: row.text("sha1")?,
        not_before: row.time("not_before")?,
        not_after: row.time("not_after")?,
        recorded_at: row.time("recorded_at")?,
        revoked,
    })
}

/// What Windows calls a thumbprint; an identifier, not a proof.
fn sha1(der: &[u8]) -> String {
    hex::encode_upper(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, der))
}
