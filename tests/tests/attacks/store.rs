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
