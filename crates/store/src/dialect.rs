//! Where the two databases differ. Everything else is one text for both (decision 0060).

use std::borrow::Cow;

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// The database that a store stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// SQLite in WAL mode, one writer.
    Sqlite,
    /// PostgreSQL, READ COMMITTED.
    Postgres,
}

impl Dialect {
    /// Begins a transaction that writes. SQLite takes its write lock at once: a transaction that begins by reading and
    /// then writes could fail half way when another wrote in between.
    pub(crate) const fn begin_write(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN ISOLATION LEVEL READ COMMITTED",
        }
    }

    /// What a transaction that writes asks first: where the audit ends. Where beginning does not make it the only one,
    /// that row is its turn. Writers take turns on both databases: a profile's devices and the audit's chain are changed
    /// as one, and nothing can deadlock (decision 0061).
    pub(crate) const fn take_turn(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT sequence, hash FROM audit_head WHERE id = 1",
            Self::Postgres => "SELECT sequence, hash FROM audit_head WHERE id = 1 FOR UPDATE",
        }
    }

    /// Begins a transaction that sees one moment and writes nothing.
    pub(crate) const fn begin_read(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN DEFERRED",
            Self::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    /// What a new connection is told first. A commit is on the disk when it returns (GAP-9, TH-37). SQLite copies its log
    /// into the file every 32 MiB instead of every 4: pages that many enrolments change are then copied once. A connection
    /// keeps 2 MB of pages, which serve one query, since another one's write makes them stale; the writer of `direct` asks
    /// for more (decision 0284). No temporary files are written: nothing of ours lies in a directory of others, and there
    /// may be none to write to.
    pub(crate) const fn session(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => &[
                "PRAGMA journal_mode = WAL",
                "PRAGMA synchronous = FULL",
                "PRAGMA busy_timeout = 10000",
                "PRAGMA wal_autocheckpoint = 8000",
                "PRAGMA cache_size = -2000",
                "PRAGMA temp_store = MEMORY",
                "PRAGMA trusted_schema = OFF",
            ],
            Self::Postgres => &["SET synchronous_commit = on"],
        }
    }

    /// What to look at where it does not open.
    pub(crate) const fn remedy(self) -> &'static str {
        match self {
            Self::Sqlite => "is its directory writable?",
            Self::Postgres => {
                "is the URL right, and the CA of the server's certificate a public one or in the file of sslrootcert?"
            }
        }
    }

    /// Asks for the settings that would have the server forget, in a crash, what it has committed. Their session's value is
    /// ours already; whoever turned one off for the server, the database or the user did not think of a certificate store.
    pub(crate) const fn lossy_settings(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(
                "SELECT name FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit') AND reset_val = 'off'",
            ),
        }
    }

    /// Whether a connection is asked whether it is still there before it is used. That of SQLite is a file that is open.
    pub(crate) const fn can_lose_connections(self) -> bool {
        match self {
            Self::Sqlite => false,
            Self::Postgres => true,
        }
    }

    /// How many connections writers have; they take turns all the same.
    pub(crate) const fn writers(self) -> u32 {
        match self {
            Self::Sqlite => 1,
            Self::Postgres => 4,
        }
    }

    /// Feed entries after a position, oldest first. PostgreSQL hides entries of transactions younger than one that is
    /// still open: it could commit an entry that sorts before them.
    pub(crate) const fn feed_after(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "SELECT id, transaction_id, owner, namespace, kind, name FROM feed \
                 WHERE owner = $1 AND (transaction_id > $2 OR (transaction_id = $2 AND id > $3)) \
                 ORDER BY transaction_id, id LIMIT $4"
            }
            Self::Postgres => {
                "SELECT id, transaction_id, owner, namespace, kind, name FROM feed \
                 WHERE owner = $1 AND (transaction_id > $2 OR (transaction_id = $2 AND id > $3)) \
                 AND transaction_id < CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT) \
                 ORDER BY transaction_id, id LIMIT $4"
            }
        }
    }

    /// The schema, version by version. A database with a version that is not listed here is refused (TH-39).
    pub(crate) fn migrator(self) -> Migrator {
        let versions = match self {
            Self::Sqlite => [
                ("store", include_str!("../migrations/sqlite/0001_store.sql")),
                ("waiting requests", include_str!("../migrations/sqlite/0002_waiting_requests.sql")),
                ("indexes", include_str!("../migrations/sqlite/0003_indexes.sql")),
            ],
            Self::Postgres => [
                ("store", include_str!("../migrations/postgres/0001_store.sql")),
                ("waiting requests", include_str!("../migrations/postgres/0002_waiting_requests.sql")),
                ("indexes", include_str!("../migrations/postgres/0003_indexes.sql")),
            ],
        };
        let migration = |(number, (name, sql)): (i64, (&'static str, &'static str))| {
            Migration::new(number, Cow::Borrowed(name), MigrationType::Simple, sql.into_sql_str(), false)
        };
        Migrator::with_migrations((1..).zip(versions).map(migration).collect())
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::{approvals, revocation};

    /// A database of SQLite with the first versions of the schema.
    fn sqlite(versions: usize) -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        for migration in Dialect::Sqlite.migrator().iter().take(versions) {
            connection.execute_batch(migration.sql.as_str()).unwrap();
        }
        connection
    }

    #[test]
    fn the_few_among_many_are_found_by_an_index_that_holds_them_alone() {
        let connection = sqlite(usize::MAX);
        for (query, index) in
            [(revocation::AFTER, "certificates_revoked"), (approvals::UNDECIDED, "challenges_waiting")]
        {
            let mut explained = connection.prepare(&format!("EXPLAIN QUERY PLAN {query}")).unwrap();
            let steps: Vec<String> =
                explained.raw_query().mapped(|row| row.get("detail")).collect::<Result<_, _>>().unwrap();
            assert!(steps.iter().any(|step| step.contains(&format!("USING INDEX {index} "))), "{steps:?}");
        }
    }

    #[test]
    fn what_was_revoked_before_indexes_were_made_anew_is_found_after() {
        let connection = sqlite(2);
        let revoked = "INSERT INTO certificates VALUES ('01', 'ca', 'owner', 'default', 'wifi', 'd1', '', NULL, 'c1', \
                       x'01', x'02', '', 0, 100, 0, 10, 'keyCompromise')";
        connection.execute_batch(revoked).unwrap();
        let migrator = Dialect::Sqlite.migrator();
        for migration in migrator.iter().skip(2) {
            connection.execute_batch(migration.sql.as_str()).unwrap();
        }
        let mut after = connection.prepare(revocation::AFTER).unwrap();
        let serials: Vec<String> = after
            .query_map(("ca", i64::MIN, "", 50, 10), |row| row.get("serial"))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        assert_eq!(serials, ["01"]);
    }
}
