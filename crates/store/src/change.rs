//! One transaction: what it changes, what it notes in the audit, and whom it tells.

use std::collections::BTreeSet;

use jiff::Timestamp;
use scepter_policy::identity::{ObjectKind, ObjectName, Tenant};
use sqlx::{Any, AnyConnection, Transaction};

use crate::batch::{Statement, execute};
use crate::columns::{Bind, Columns};
use crate::events::Head;
use crate::{Mode, Store, StoreError};

/// A transaction that writes. Dropped without [`Change::commit`], it leaves nothing behind.
pub(crate) struct Change<'a> {
    store: &'a Store,
    transaction: Transaction<'static, Any>,
    now: Timestamp,
    revision: Option<i64>,
    /// Where the audit ends, with what this transaction noted.
    head: Head,
    has_noted: bool,
    changed: BTreeSet<(Tenant, ObjectKind, ObjectName)>,
}

impl Store {
    /// Begins a transaction that writes, when it is its turn.
    pub(crate) async fn change(&self, now: Timestamp) -> Result<Change<'_>, StoreError> {
        let dialect = self.inner.dialect;
        let mut transaction = self.inner.writer.begin_with(dialect.begin_write()).await?;
        let head = sqlx::query(dialect.take_turn()).fetch_one(&mut *transaction).await?;
        let head = Head::read(&head)?;
        let changed = BTreeSet::new();
        Ok(Change { store: self, transaction, now, revision: None, head, has_noted: false, changed })
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

    /// Executes statements in their order. None may need to know what another did.
    pub(crate) async fn execute(&mut self, statements: Vec<Statement>) -> Result<(), StoreError> {
        execute(self.store.inner.dialect, &mut self.transaction, statements).await
    }

    /// The time of this change.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// The store.
    pub(crate) fn store(&self) -> &'a Store {
        self.store
    }

    /// Where the audit ends with what this transaction noted.
    pub(crate) fn audit_head(&self) -> &Head {
        &self.head
    }

    /// Moves the end of the audit, which the commit writes down.
    pub(crate) fn extend_audit(&mut self, head: Head) {
        self.head = head;
        self.has_noted = true;
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
        self.changed.insert((tenant.clone(), kind, name.clone()));
    }

    /// Ends the transaction as the mode says.
    pub(crate) async fn end(self, mode: Mode) -> Result<(), StoreError> {
        match mode {
            Mode::Apply => self.commit().await,
            Mode::DryRun => Ok(self.transaction.rollback().await?),
        }
    }

    /// Commits. Everything is on the disk when this returns, and then those who wait for changes are told.
    pub(crate) async fn commit(mut self) -> Result<(), StoreError> {
        let changed = std::mem::take(&mut self.changed);
        let head = self.has_noted.then(|| self.head.write());
        let fed = changed.iter().flat_map(|(tenant, kind, name)| feed(tenant, *kind, name));
        let last = head.into_iter().chain(fed).collect();
        self.execute(last).await?;
        self.transaction.commit().await?;
        if !changed.is_empty() {
            self.store.inner.changed.send_replace(());
        }
        Ok(())
    }
}

/// Moves a key to the end of the feed.
fn feed(tenant: &Tenant, kind: ObjectKind, name: &ObjectName) -> [Statement; 2] {
    let delete = "DELETE FROM feed WHERE owner = $1 AND namespace = $2 AND kind = $3 AND name = $4";
    let insert = "INSERT INTO feed (owner, namespace, kind, name) VALUES ($1, $2, $3, $4)";
    [delete, insert].map(|text| Statement::new(text).tenant(tenant).text(kind.as_str()).text(name.as_str()))
}
