//! Revocation lists: signed again soon after a revocation, and well before the current one ends (TH-18).

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use scepter_pki::SigningError;
use scepter_store::StoreError;
use tokio_util::sync::CancellationToken;

use crate::authorities::{Served, SignedList};
use crate::issuer::Issuer;

/// How long a list is good for.
const LIFETIME: SignedDuration = SignedDuration::from_hours(24);

/// The age at which a list is replaced although nothing was revoked.
const REPLACED_AFTER: SignedDuration = SignedDuration::from_hours(12);

/// How often the store is asked when it says nothing by itself: another process may have revoked.
const PATROL: Duration = Duration::from_secs(20);

/// Revocations within this time share a list.
const GATHERING: Duration = Duration::from_millis(500);

/// Why a list was not signed.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The list could not be signed.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The clock stands outside the calendar.
    #[error("the clock stands at a time that no list can carry; set it")]
    Clock,
}

/// Keeps every authority's list current until `stop`.
pub(crate) async fn run(issuer: Arc<Issuer>, stop: CancellationToken) {
    let mut changes = issuer.store.subscribe();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = changes.changed() => {}
            () = tokio::time::sleep(PATROL) => {}
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(GATHERING) => {}
        }
        changes.mark_unchanged();
        if let Err(error) = refresh_all(&issuer).await {
            tracing::error!(%error, "a revocation list could not be replaced; the current one goes on serving");
        }
    }
}

/// Replaces the lists that are out of date.
pub(crate) async fn refresh_all(issuer: &Issuer) -> Result<(), RefreshError> {
    for served in issuer.authorities.iter() {
        refresh(issuer, served).await?;
    }
    Ok(())
}

async fn refresh(issuer: &Issuer, served: &Served) -> Result<(), RefreshError> {
    let now = issuer.clock.now();
    let name = served.authority.name();
    // Counted before it is read: what is revoked in between makes the next list, at the latest.
    let revoked = issuer.store.revocation_count(name).await?;
    let current = served.revocation_list.current();
    if current.as_ref().is_some_and(|list| list.is_fresh(revoked, now)) {
        return Ok(());
    }
    let still_valid_at = current.map_or(now, |list| list.this_update).min(now);
    let entries = issuer.store.revoked(name, still_valid_at).await?;
    let number = issuer.store.next_crl_number(name, now).await?;
    let next_update = now.checked_add(LIFETIME).map_err(|_| RefreshError::Clock)?;
    let der = served.authority.crl(number.unsigned_abs(), now, next_update, &entries).await?;
    tracing::info!(authority = %name, number, entries = entries.len(), "signed a revocation list");
    served.revocation_list.replace(SignedList { der, revoked, this_update: now, next_update });
    Ok(())
}

impl SignedList {
    fn is_fresh(&self, revoked: i64, now: Timestamp) -> bool {
        self.revoked == revoked && now.duration_since(self.this_update) < REPLACED_AFTER
    }
}
