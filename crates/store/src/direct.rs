//! SQLite on the caller's own thread, for what every enrolment asks of it (decision 0281).
//!
//! sqlx gives every connection a thread, and going there and back costs more than most statements do. The texts are the
//! same; only the way there is another.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::types::{FromSql, ToSql, ToSqlOutput};
use rusqlite::{Connection, OpenFlags, Row, TransactionBehavior};
use tokio::sync::OwnedSemaphorePermit;

use crate::StoreError;
use crate::columns::{Columns, Parameter};
use crate::dialect::Dialect;
use crate::events::Head;
use crate::ledger::Ledger;
use crate::statement::{Statement, Step};

/// Texts that a connection keeps prepared: all that are asked here.
const PREPARED: usize = 32;

/// Readers that stay open while nobody uses them; each keeps pages in memory.
const IDLE_READERS: usize = 4;

/// What the writer alone keeps in memory of the file: its pages stay right from one change to the next, those of a reader
/// only until somebody writes.
const WRITER_CACHE: &str = "PRAGMA cache_size = -8000";

/// How long a reader waits for the file. In WAL mode it waits for nobody but who opens or closes it, and it may be a thread
/// of the runtime that waits.
const READER_PATIENCE: Duration = Duration::from_millis(100);

/// Connections to a SQLite file that other connections, of sqlx, read and write too.
pub(crate) struct Direct {
    path: PathBuf,
    /// `None` once closed.
    connections: Mutex<Option<Connections>>,
}

/// Those that nobody uses now.
struct Connections {
    writer: Option<Connection>,
    readers: Vec<Connection>,
}

impl Direct {
    /// For a file that has its schema already. Opens what enrolments will use.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let direct = Self { path: path.to_owned(), connections: Mutex::new(None) };
        let connections =
            Connections { writer: Some(direct.connect_writer()?), readers: vec![direct.connect_reader()?] };
        *direct.lock() = Some(connections);
        Ok(direct)
    }

    /// Closes every connection; who uses one closes it in the end.
    pub(crate) fn close(&self) {
        *self.lock() = None;
    }

    /// The first row of a query, as `read` understands it. It blocks, and may be called on the runtime's threads all the same:
    /// for as long as it takes to find a row by its key, much less than a signature.
    pub(crate) fn first<T, E: From<StoreError>>(
        &self,
        query: &Statement,
        read: impl FnOnce(&Found<'_>) -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        let free = self.lock().as_mut().ok_or_else(closed)?.readers.pop();
        let connection = free.map_or_else(|| self.connect_reader(), Ok)?;
        let found = first_row(&connection, query, read);
        if let Some(connections) = self.lock().as_mut()
            && connections.readers.len() < IDLE_READERS
        {
            connections.readers.push(connection);
        }
        found
    }

    /// Runs one transaction that writes. It blocks until it is on the disk: not for a thread of the runtime. The turn is given
    /// back after its end.
    pub(crate) fn change<T>(
        &self,
        turn: OwnedSemaphorePermit,
        now: Timestamp,
        work: impl FnOnce(&Connection, &mut Ledger) -> Result<T, StoreError>,
    ) -> Result<(T, Ledger), StoreError> {
        let free = self.lock().as_mut().ok_or_else(closed)?.writer.take();
        let mut connection = free.map_or_else(|| self.connect_writer(), Ok)?;
        let changed = transact(&mut connection, now, work);
        self.put_back(connection);
        drop(turn);
        changed
    }

    /// Keeps a writer for the next change, or closes it. One whose rollback failed is worth nothing: closing it ends its
    /// transaction.
    fn put_back(&self, writer: Connection) {
        let sound = writer.is_autocommit().then_some(writer);
        if let Some(connections) = self.lock().as_mut() {
            connections.writer = sound;
        }
    }

    fn connect_writer(&self) -> Result<Connection, StoreError> {
        let connection = self.connect()?;
        connection.execute_batch(WRITER_CACHE)?;
        Ok(connection)
    }

    fn connect_reader(&self) -> Result<Connection, StoreError> {
        let connection = self.connect()?;
        connection.busy_timeout(READER_PATIENCE)?;
        Ok(connection)
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

fn transact<T>(
    connection: &mut Connection,
    now: Timestamp,
    work: impl FnOnce(&Connection, &mut Ledger) -> Result<T, StoreError>,
) -> Result<(T, Ledger), StoreError> {
    // Dropped before its commit, it rolls back.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let head = first_row(&transaction, &Statement::new(Dialect::Sqlite.take_turn()), |row| Head::read(row))?;
    let head = head.ok_or_else(|| StoreError::unreadable("audit", "it has no head"))?;
    let mut ledger = Ledger::new(now, head);
    let done = work(&transaction, &mut ledger)?;
    for statement in ledger.closing() {
        execute(&transaction, &statement)?;
    }
    transaction.commit()?;
    Ok((done, ledger))
}

/// Carries a step out, as a change through sqlx does.
pub(crate) fn carry_out(sql: &Connection, ledger: &mut Ledger, step: &impl Step) -> Result<bool, StoreError> {
    if execute(sql, &step.condition(ledger.now()))? != 1 {
        return Ok(false);
    }
    for mut statement in step.consequence(ledger)? {
        let changed = execute(sql, &statement)?;
        ledger.note(statement.touches.take(), changed);
    }
    Ok(true)
}

/// Executes a statement; how many rows it changed.
fn execute(connection: &Connection, statement: &Statement) -> Result<u64, StoreError> {
    let mut prepared = connection.prepare_cached(statement.text)?;
    bind(&mut prepared, &statement.parameters)?;
    Ok(prepared.raw_execute()? as u64)
}

fn first_row<T, E: From<StoreError>>(
    connection: &Connection,
    query: &Statement,
    read: impl FnOnce(&Found<'_>) -> Result<T, E>,
) -> Result<Option<T>, E> {
    let failed = |error: rusqlite::Error| E::from(StoreError::from(error));
    let mut prepared = connection.prepare_cached(query.text).map_err(failed)?;
    bind(&mut prepared, &query.parameters)?;
    let mut rows = prepared.raw_query();
    rows.next().map_err(failed)?.map(|row| read(&Found::new(row))).transpose()
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

/// A row, whose columns have distinct names. Each is looked for after the last one: most are asked for in the order of their
/// query.
pub(crate) struct Found<'row> {
    row: &'row Row<'row>,
    next: Cell<usize>,
}

impl<'row> Found<'row> {
    fn new(row: &'row Row<'row>) -> Self {
        Self { row, next: Cell::new(0) }
    }

    fn column<T: FromSql>(&self, name: &str) -> Result<T, StoreError> {
        let statement: &rusqlite::Statement<'_> = self.row.as_ref();
        let next = self.next.get();
        let index = (next..statement.column_count())
            .chain(0..next)
            .find(|index| statement.column_name(*index).is_ok_and(|column| column == name))
            .ok_or_else(|| rusqlite::Error::InvalidColumnName(name.to_owned()))?;
        self.next.set(index + 1);
        Ok(self.row.get(index)?)
    }
}

impl Columns for Found<'_> {
    fn text(&self, column: &str) -> Result<String, StoreError> {
        self.column(column)
    }

    fn optional_text(&self, column: &str) -> Result<Option<String>, StoreError> {
        self.column(column)
    }

    fn integer(&self, column: &str) -> Result<i64, StoreError> {
        self.column(column)
    }

    fn optional_integer(&self, column: &str) -> Result<Option<i64>, StoreError> {
        self.column(column)
    }

    fn bytes(&self, column: &str) -> Result<Vec<u8>, StoreError> {
        self.column(column)
    }

    fn optional_bytes(&self, column: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.column(column)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tempfile::TempDir;
    use tokio::sync::Semaphore;

    use super::*;
    use crate::columns::Bind as _;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    /// A file with the head of an audit, and a way to it.
    fn direct() -> (TempDir, Direct) {
        let directory = TempDir::new().unwrap();
        let path = directory.path().join("store.sqlite");
        let schema = "CREATE TABLE audit_head (id INTEGER PRIMARY KEY, sequence INTEGER, hash BLOB); \
                      INSERT INTO audit_head VALUES (1, 7, x'07'); CREATE TABLE noted (word TEXT)";
        Connection::open(&path).unwrap().execute_batch(schema).unwrap();
        let direct = Direct::open(&path).unwrap();
        (directory, direct)
    }

    fn turn() -> OwnedSemaphorePermit {
        Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap()
    }

    fn note(sql: &Connection) -> Result<u64, StoreError> {
        execute(sql, &Statement::new("INSERT INTO noted VALUES ($1)").text("one"))
    }

    fn noted(direct: &Direct) -> Option<i64> {
        let query = Statement::new("SELECT count(*) AS count FROM noted");
        direct.first::<_, StoreError>(&query, |row| row.integer("count")).unwrap()
    }

    #[test]
    fn a_transaction_that_ends_well_is_seen_by_the_next_reader() {
        let (_directory, direct) = direct();
        direct.change(turn(), NOW, |sql, _| note(sql)).unwrap();
        assert_eq!(noted(&direct), Some(1));
    }

    #[test]
    fn a_transaction_that_fails_leaves_nothing_and_the_next_one_begins() {
        let (_directory, direct) = direct();
        let failing = |sql: &Connection, _: &mut Ledger| {
            note(sql)?;
            execute(sql, &Statement::new("INSERT INTO nowhere VALUES (1)"))
        };
        assert!(matches!(direct.change(turn(), NOW, failing), Err(StoreError::Unavailable(_))));
        assert_eq!(noted(&direct), Some(0));
        direct.change(turn(), NOW, |sql, _| note(sql)).unwrap();
        assert_eq!(noted(&direct), Some(1));
    }

    #[test]
    fn a_transaction_that_panics_leaves_nothing_and_the_next_one_begins() {
        let (_directory, direct) = direct();
        let panicking = |sql: &Connection, _: &mut Ledger| -> Result<(), StoreError> {
            note(sql).unwrap();
            panic!("as a bug would");
        };
        let change = std::panic::AssertUnwindSafe(|| direct.change(turn(), NOW, panicking).map(|_| ()));
        assert!(std::panic::catch_unwind(change).is_err());
        assert_eq!(noted(&direct), Some(0));
        direct.change(turn(), NOW, |sql, _| note(sql)).unwrap();
        assert_eq!(noted(&direct), Some(1));
    }

    #[test]
    fn parameters_go_where_their_numbers_say() {
        let (_directory, direct) = direct();
        let query = Statement::new("SELECT $3 || $1 || $2 || $1 AS joined").text("a").text("b").text("c");
        let joined = direct.first::<_, StoreError>(&query, |row| row.text("joined")).unwrap();
        assert_eq!(joined.as_deref(), Some("caba"));
    }

    #[test]
    fn columns_are_found_by_name_in_whatever_order_they_are_asked_for() {
        let (_directory, direct) = direct();
        let query = Statement::new("SELECT 'a' AS first, 'b' AS second, 'c' AS third");
        let joined = direct.first::<_, StoreError>(&query, |row| {
            ["third", "first", "second", "second"]
                .iter()
                .map(|column| row.text(column))
                .collect::<Result<String, _>>()
        });
        assert_eq!(joined.unwrap().as_deref(), Some("cabb"));
        let missing = direct.first(&query, |row| row.text("fourth"));
        assert!(matches!(missing, Err(StoreError::Unreadable { .. })), "{missing:?}");
    }

    #[test]
    fn a_parameter_that_was_not_given_is_no_null() {
        let (_directory, direct) = direct();
        let query = Statement::new("SELECT $1 || $2 AS joined").text("a");
        let joined = direct.first(&query, |row| row.text("joined"));
        assert!(matches!(joined, Err(StoreError::Unavailable(_))), "{joined:?}");
    }

    #[test]
    fn the_writer_alone_keeps_many_pages_and_nobody_writes_temporary_files() {
        let (_directory, direct) = direct();
        let setting = |connection: &Connection, name| -> i64 {
            connection.pragma_query_value(None, name, |row| row.get(0)).unwrap()
        };
        let (writer, reader) = (direct.connect_writer().unwrap(), direct.connect_reader().unwrap());
        assert_eq!([&writer, &reader].map(|connection| setting(connection, "cache_size")), [-8000, -2000]);
        // 2: in memory.
        assert_eq!([&writer, &reader].map(|connection| setting(connection, "temp_store")), [2, 2]);
    }

    #[test]
    fn what_is_closed_opens_nothing_more() {
        let (_directory, direct) = direct();
        direct.close();
        let query = Statement::new("SELECT 1 AS one");
        let error = direct.first(&query, |row| row.integer("one")).unwrap_err();
        assert!(error.to_string().contains("closed"), "{error}");
    }
}
