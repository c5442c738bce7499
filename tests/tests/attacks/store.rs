//! The issuer's store, read past the issuer.

use std::path::Path;

use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

/// The database in a data directory.
pub(crate) struct Database(SqliteConnection);

impl Database {
    pub(crate) async fn open(data: &Path) -> Self {
        let options = SqliteConnectOptions::new().filename(data.join("store.sqlite"));
        Self(SqliteConnection::connect_with(&options).await.unwrap())
    }

    /// Adds so many revoked certificates of an authority, of a tenant that is nobody else's. They are rows for its CRL alone: there
    /// is nothing in their place in the audit, and no certificate in them.
    pub(crate) async fn add_revoked(&mut self, authority: &str, count: i64) {
        let added = sqlx::query(
            "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < $2)
             INSERT INTO certificates (serial, authority, owner, namespace, profile, device, association, challenge,
             fingerprint, der, sha1, not_before, not_after, recorded_at, revoked_at, revocation_reason)
             SELECT printf('7%031x', n), $1, 'x', 'x', 'x', 'x', '', 'x', x'', x'', '', now - n, now + day * 30, now - n, now - n, 'cessationOfOperation'
             FROM numbers, (SELECT CAST(unixepoch() AS INTEGER) * 1000000 AS now, 86400000000 AS day)",
        )
        .bind(authority)
        .bind(count)
        .execute(&mut self.0)
        .await
        .unwrap();
        assert_eq!(added.rows_affected(), u64::try_from(count).unwrap());
    }

    /// The serial, in hex, that the audit says was reserved for a device and never recorded, if there is one.
    pub(crate) async fn reserved(&mut self, device: &str) -> Option<String> {
        let events: Vec<(String, String)> = sqlx::query_as(
            "SELECT what, detail ->> 'serialNumber' FROM events
             WHERE device = $1 AND what IN ('SerialReserved', 'CertificateRecorded') ORDER BY sequence",
        )
        .bind(device)
        .fetch_all(&mut self.0)
        .await
        .unwrap();
        match events.as_slice() {
            [.., (what, serial)] if what == "SerialReserved" => Some(serial.clone()),
            _ => None,
        }
    }

    /// Why requests of a device were refused, as the audit has it, oldest first.
    pub(crate) async fn refusals(&mut self, device: &str) -> Vec<String> {
        sqlx::query_scalar(
            "SELECT detail ->> 'reason' FROM events WHERE device = $1 AND what = 'AttemptRefused' ORDER BY sequence",
        )
        .bind(device)
        .fetch_all(&mut self.0)
        .await
        .unwrap()
    }
}
