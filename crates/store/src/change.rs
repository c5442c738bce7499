//! One transaction: what it changes, what it notes in the audit, and whom it tells.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use scepter_policy::identity::{ObjectKind, ObjectName, Tenant};
use sqlx::{Any, AnyConnection, Transaction};
use tokio::sync::OwnedSemaphorePermit;

use crate::columns::Columns as _;
use crate::events::Head;
use crate::ledger::Ledger;
use crate::statement::{Statement, Step};
use crate::{Mode, Store, StoreError};

/// How long a writer waits for its turn, as one that waits for a connection of sqlx does.
const PATIENCE: Duration = Duration::from_secs(30);

/// A transaction that writes. Dropped without [`Change::commit`], it leaves nothing behind.
pub(crate) struct Change<'a> {
    store: &'a Store,
    transaction: Transaction<'static, Any>,
    revision: Option<i64>,
    pub(crate) ledger: Ledger,
    /// Given back after the transaction, whose end the database may still be told of where it was only dropped.
    _turn: OwnedSemaphorePermit,
}

impl Store {
    /// Begins a transaction that writes, when it is its turn.
    pub(crate) async fn change(&self, now: Timestamp) -> Result<Change<'_>, StoreError> {
        let (dialect, turn) = (self.inner.dialect, self.turn().await?);
        let mut transaction = self.inner.writer.begin_with(dialect.begin_write()).await?;
        let head = sqlx::query(dialect.take_turn()).fetch_one(&mut *transaction).await?;
        let ledger = Ledger::new(now, Head::read(&head)?);
        Ok(Change { store: self, transaction, revision: None, ledger, _turn: turn })
    }

    /// The turn to write. Who writes to SQLite has it alone, by whichever connection: in the database a waiter would sleep
    /// and look again.
    pub(crate) async fn turn(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        let turn = Arc::clone(&self.inner.turns).acquire_owned();
        match tokio::time::timeout(PATIENCE, turn).await {
            Ok(turn) => turn.map_err(|_| sqlx::Error::PoolClosed.into()),
            Err(_) => Err(sqlx::Error::PoolTimedOut.into()),
        }
    }

    /// Tells those who wait for changes to look.
    pub(crate) fn tell(&self) {
        self.inner.changed.send_replace(());
    }

    /// Begins a transaction that sees one moment.
    pub(crate) async fn snapshot(&self) -> Result<Transaction<'static, Any>, StoreError> {
        Ok(self.inner.reader.begin_with(self.inner.dialect.begin_read()).await?)
    }
}

impl<'a> Change<'a> {
    /// The connection to run statements on.
    pub(crate) fn sql(&mut self) -> &mut AnyConnection {
        &mut self.transaction
    }

    /// Executes statements in their order.
    pub(crate) async fn execute(&mut self, statements: Vec<Statement>) -> Result<(), StoreError> {
        for mut statement in statements {
            let touches = statement.touches.take();
            let changed = statement.execute(&mut self.transaction).await?;
            self.ledger.note(touches, changed);
        }
        Ok(())
    }

    /// Carries a step out. `false`, and nothing is changed, where its condition does not hold.
    pub(crate) async fn carry_out(&mut self, step: &impl Step) -> Result<bool, StoreError> {
        if step.condition(self.now()).execute(&mut self.transaction).await? != 1 {
            return Ok(false);
        }
        let consequence = step.consequence(&mut self.ledger)?;
        self.execute(consequence).await?;
        Ok(true)
    }

    /// The time of this change.
    pub(crate) fn now(&self) -> Timestamp {
        self.ledger.now()
    }

    /// The store.
    pub(crate) fn store(&self) -> &'a Store {
        self.store
    }

    /// This transaction's revision: greater than every one before it.
    pub(crate) async fn revision(&mut self) -> Result<i64, StoreError> {
        if let Some(revision) = self.revision {
            return Ok(revision);
        }
        let row =
            sqlx::query("UPDATE counters SET value = value + 1 WHERE name = 'revision' RETURNING value")
                .fetch_one(self.sql())
                .await?;
        let revision = row.integer("value")?;
        self.revision = Some(revision);
        Ok(revision)
    }

    /// Marks an object whose status may have changed.
    pub(crate) fn touched(&mut self, tenant: &Tenant, kind: ObjectKind, name: &ObjectName) {
        self.ledger.touched(tenant, kind, name);
    }

    /// Ends the transaction as the mode says.
    pub(crate) async fn end(self, mode: Mode) -> Result<(), StoreError> {
        match mode {
            Mode::Apply => self.commit().await,
            Mode::DryRun => self.abandon().await,
        }
    }

    /// Rolls back, before the next writer begins.
    pub(crate) async fn abandon(self) -> Result<(), StoreError> {
        Ok(self.transaction.rollback().await?)
    }

    /// Commits. Everything is on the disk when this returns, and then those who wait for changes are told.
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        self.execute(self.ledger.closing()).await?;
        self.transaction.commit().await?;
        if self.ledger.has_changed() {
            self.store.tell();
        }
        Ok(())
    }
}
