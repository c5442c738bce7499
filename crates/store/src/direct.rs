//! SQLite on the caller's own thread, for what every enrolment asks of it (decision 0281).
//!
//! sqlx gives every connection a thread, and going there and back costs more than most statements do. The texts are the
//! same; only the way there is another.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use rusqlite::types::{FromSql, ToSql, ToSqlOutput};
use rusqlite::{Connection, OpenFlags, Row, TransactionBehavior};

use crate::StoreError;
use crate::columns::{Columns, Parameter};
use crate::dialect::Dialect;
use crate::events::Head;
use crate::ledger::Ledger;
use crate::statement::Statement;

/// Texts that a connection keeps prepared: all that are asked here.
const PREPARED: usize = 32;

/// Connections to a SQLite file that other connections, of sqlx, read and write too.
pub(crate) struct Direct {
    path: PathBuf,
    /// `None` once closed.
    connections: Mutex<Option<Connections>>,
}

/// Those that nobody uses now.
#[derive(Default)]
struct Connections {
    writer: Option<Connection>,
    readers: Vec<Connection>,
}

impl Direct {
    /// For a file that has its schema already.
    pub(crate) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), connections: Mutex::new(Some(Connections::default())) }
    }

    /// Closes every connection; who uses one closes it in the end.
    pub(crate) fn close(&self) {
        *self.lock() = None;
    }

    /// The first row of a query, as `read` understands it. It blocks for as long as reading what is in memory takes, or on
    /// the disk: as long as a signature.
    pub(crate) fn first<T, E: From<StoreError>>(
        &self,
        query: &Statement,
        read: impl FnOnce(&Row<'_>) -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        let connection = self.reader()?;
        let found = first(&connection, query, read);
        if let Some(connections) = self.lock().as_mut() {
            connections.readers.push(connection);
        }
        found
    }

    /// Runs one transaction that writes. It blocks until it is on the disk: not for a thread of the runtime. Writers take
    /// turns; the caller has to have the turn.
    pub(crate) fn change<T>(
        &self,
        now: Timestamp,
        work: impl FnOnce(&Connection, &mut Ledger) -> Result<T, StoreError>,
    ) -> Result<(T, Ledger), StoreError> {
        let mut connection = self.writer()?;
        let changed = change(&mut connection, now, work);
        if let Some(connections) = self.lock().as_mut() {
            connections.writer = Some(connection);
        }
        changed
    }

    fn reader(&self) -> Result<Connection, StoreError> {
        let free = self.lock().as_mut().ok_or_else(closed)?.readers.pop();
        free.map_or_else(|| self.connect(), Ok)
    }

    fn writer(&self) -> Result<Connection, StoreError> {
        let free = self.lock().as_mut().ok_or_else(closed)?.writer.take();
        free.map_or_else(|| self.connect(), Ok)
    }

    fn connect(&self) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        for statement in Dialect::Sqlite.session() {
            connection.execute_batch(statement)?;
        }
        connection.set_prepared_statement_cache_capacity(PREPARED);
        Ok(connection)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Connections>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What sqlx says of a pool that is closed.
fn closed() -> StoreError {
    sqlx::Error::PoolClosed.into()
}

fn change<T>(
    connection: &mut Connection,
    now: Timestamp,
    work: impl FnOnce(&Connection, &mut Ledger) -> Result<T, StoreError>,
) -> Result<(T, Ledger), StoreError> {
    // Dropped before its commit, it rolls back.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let head = first(&transaction, &Statement::new(Dialect::Sqlite.take_turn()), |row| Head::read(row))?;
    let head = head.ok_or_else(|| StoreError::unreadable("audit", "it has no head"))?;
    let mut ledger = Ledger::new(now, head);
    let done = work(&transaction, &mut ledger)?;
    for statement in ledger.closing() {
        execute(&transaction, &statement)?;
    }
    transaction.commit()?;
    Ok((done, ledger))
}

/// Executes a statement; how many rows it changed.
pub(crate) fn execute(connection: &Connection, statement: &Statement) -> Result<usize, StoreError> {
    let mut prepared = connection.prepare_cached(statement.text)?;
    bind(&mut prepared, &statement.parameters)?;
    Ok(prepared.raw_execute()?)
}

fn first<T, E: From<StoreError>>(
    connection: &Connection,
    query: &Statement,
    read: impl FnOnce(&Row<'_>) -> Result<T, E>,
) -> Result<Option<T>, E> {
    let failed = |error: rusqlite::Error| E::from(StoreError::from(error));
    let mut prepared = connection.prepare_cached(query.text).map_err(failed)?;
    bind(&mut prepared, &query.parameters)?;
    let mut rows = prepared.raw_query();
    rows.next().map_err(failed)?.map(read).transpose()
}

/// Binds parameters by their number. For SQLite `$2` is a name: whichever stands first in a text is its first parameter.
fn bind(prepared: &mut rusqlite::Statement<'_>, parameters: &[Parameter]) -> Result<(), StoreError> {
    for index in 1..=prepared.parameter_count() {
        let number =
            prepared.parameter_name(index).and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok());
        let parameter = number.and_then(|number| parameters.get(number.checked_sub(1)?));
        let missing = || rusqlite::Error::InvalidParameterCount(parameters.len(), index);
        prepared.raw_bind_parameter(index, parameter.ok_or_else(missing)?)?;
    }
    Ok(())
}

impl ToSql for Parameter {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            Self::Integer(number) => number.to_sql(),
            Self::Text(text) => text.to_sql(),
            Self::OptionalText(text) => text.to_sql(),
            Self::Bytes(bytes) => bytes.to_sql(),
        }
    }
}

impl Columns for Row<'_> {
    fn text(&self, column: &str) -> Result<String, StoreError> {
        column_of(self, column)
    }

    fn optional_text(&self, column: &str) -> Result<Option<String>, StoreError> {
        column_of(self, column)
    }

    fn integer(&self, column: &str) -> Result<i64, StoreError> {
        column_of(self, column)
    }

    fn optional_integer(&self, column: &str) -> Result<Option<i64>, StoreError> {
        column_of(self, column)
    }

    fn bytes(&self, column: &str) -> Result<Vec<u8>, StoreError> {
        column_of(self, column)
    }

    fn optional_bytes(&self, column: &str) -> Result<Option<Vec<u8>>, StoreError> {
        column_of(self, column)
    }
}

fn column_of<T: FromSql>(row: &Row<'_>, column: &str) -> Result<T, StoreError> {
    Ok(row.get(column)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::Bind as _;

    #[test]
    fn parameters_go_where_their_numbers_say() {
        let connection = Connection::open_in_memory().unwrap();
        let query = Statement::new("SELECT $3 || $1 || $2 || $1 AS joined").text("a").text("b").text("c");
        let joined = first(&connection, &query, |row| row.text("joined")).unwrap();
        assert_eq!(joined.as_deref(), Some("caba"));
    }

    #[test]
    fn a_parameter_that_was_not_given_is_no_null() {
        let connection = Connection::open_in_memory().unwrap();
        let query = Statement::new("SELECT $1 || $2 AS joined").text("a");
        assert!(matches!(
            first(&connection, &query, |row| row.text("joined")),
            Err(StoreError::Unavailable(_))
        ));
    }

    #[test]
    fn what_is_closed_opens_nothing_more() {
        let direct = Direct::new(Path::new("/nonexistent/store.sqlite"));
        direct.close();
        let query = Statement::new("SELECT 1 AS one");
        let error = direct.first(&query, |row| row.integer("one")).unwrap_err();
        assert!(error.to_string().contains("closed"), "{error}");
    }
}
