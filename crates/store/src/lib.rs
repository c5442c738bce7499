//! The assignment store: objects, inventory, assignments, challenges, certificates, events and the feed.
//!
//! One job: keep the truth durably, one transaction a change. SQL stands only here. It must never sign, render, or know
//! HTTP and Kubernetes. What it keeps comes from no clock and no randomness of its own: both are arguments.
//!
//! Read it in this order: [`objects`] (what is declared), [`inventory`] (who and what there is), `entitlement` (who gets
//! what, recomputed in the transaction that changes it), [`assignments`] (what became of it), [`challenges`],
//! [`issuance`] (grant, reserve, record) and [`approvals`] (what waits in between), [`certificates`] and `revocation`, [`events`] (the audit) and [`feed`] (what
//! to look at again). A file is an aggregate and holds its SQL, which `change` executes through sqlx, and for enrolments
//! `direct` through rusqlite.

pub mod approvals;
pub mod assignments;
mod calendar;
pub mod certificates;
pub mod challenges;
mod change;
pub mod check_in;
mod columns;
mod dialect;
mod direct;
mod entitlement;
mod error;
pub mod events;
pub mod feed;
mod group;
pub mod interpreter;
pub mod inventory;
pub mod issuance;
mod ledger;
pub mod objects;
mod open;
mod profiles;
pub mod reports;
mod revocation;
mod secrets;
mod server;
mod statement;
pub mod tokens;

pub use error::{IssuanceError, MintError, PutError, StoreError, SyncError};
pub use open::{Config, Location, OpenError};
pub use secrets::MacKey;

use std::sync::Arc;

use sqlx::AnyPool;
use tokio::sync::{Semaphore, watch};

use crate::dialect::Dialect;
use crate::direct::Direct;
use crate::group::Claims;
use crate::interpreter::Remembering;

/// The store. Cheap to clone; every clone is the same store.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    dialect: Dialect,
    writer: AnyPool,
    reader: AnyPool,
    /// The way to SQLite without a thread between; there is none to PostgreSQL.
    direct: Option<Arc<Direct>>,
    /// As many as may write at the same time.
    turns: Arc<Semaphore>,
    mac_key: MacKey,
    interpreter: Remembering,
    changed: watch::Sender<()>,
    claims: Claims,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("dialect", &self.inner.dialect).finish_non_exhaustive()
    }
}

/// Whether a change is made or only computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Make it.
    Apply,
    /// Compute it, then roll back.
    DryRun,
}
