//! What a transaction has to write down before it commits: where the audit ends, and whose status may have changed.

use std::collections::BTreeSet;

use jiff::Timestamp;
use scepter_policy::identity::{ObjectKind, ObjectName, Tenant};

use crate::columns::Bind as _;
use crate::events::Head;
use crate::statement::Statement;

/// An object whose status may have changed.
pub(crate) type Touched = (Tenant, ObjectKind, ObjectName);

/// The notes of one transaction.
pub(crate) struct Ledger {
    now: Timestamp,
    /// Where the audit ends, with what this transaction noted.
    head: Head,
    has_noted: bool,
    changed: BTreeSet<Touched>,
}

impl Ledger {
    /// Of a transaction that found this end of the audit.
    pub(crate) fn new(now: Timestamp, head: Head) -> Self {
        Self { now, head, has_noted: false, changed: BTreeSet::new() }
    }

    /// The time of the transaction.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    /// Where the audit ends with what the transaction noted.
    pub(crate) fn audit_head(&self) -> &Head {
        &self.head
    }

    /// Moves the end of the audit.
    pub(crate) fn extend_audit(&mut self, head: Head) {
        self.head = head;
        self.has_noted = true;
    }

    /// Marks an object whose status may have changed.
    pub(crate) fn touched(&mut self, tenant: &Tenant, kind: ObjectKind, name: &ObjectName) {
        self.changed.insert((tenant.clone(), kind, name.clone()));
    }

    /// Notes what a statement touches, where it changed a row.
    pub(crate) fn note(&mut self, touches: Option<Touched>, changed_rows: u64) {
        self.changed.extend(touches.filter(|_| changed_rows > 0));
    }

    /// Whether somebody has to be told once the transaction is committed.
    pub(crate) fn has_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    /// The last statements of the transaction.
    pub(crate) fn closing(&self) -> Vec<Statement> {
        let head = self.has_noted.then(|| self.head.write());
        let fed = self.changed.iter().flat_map(|(tenant, kind, name)| feed(tenant, *kind, name));
        head.into_iter().chain(fed).collect()
    }
}

/// Moves a key to the end of the feed.
fn feed(tenant: &Tenant, kind: ObjectKind, name: &ObjectName) -> [Statement; 2] {
    let delete = "DELETE FROM feed WHERE owner = $1 AND namespace = $2 AND kind = $3 AND name = $4";
    let insert = "INSERT INTO feed (owner, namespace, kind, name) VALUES ($1, $2, $3, $4)";
    [delete, insert].map(|text| Statement::new(text).tenant(tenant).text(kind.as_str()).text(name.as_str()))
}
