//! Revocation lists: signed again soon after a revocation, and well before the current one ends (TH-18).

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use scepter_pki::crl::{CrlError, CrlSpool, CrlTerms};
use scepter_policy::identity::AuthorityName;
use scepter_store::StoreError;
use tokio_util::sync::CancellationToken;

use crate::authorities::Served;
use crate::issuer::Issuer;
use crate::revocation_list::SignedList;

/// How long a list is good for.
const LIFETIME: SignedDuration = SignedDuration::from_hours(24);

/// The age at which a list is replaced although nothing was revoked.
const REPLACED_AFTER: SignedDuration = SignedDuration::from_hours(12);

/// How often the store is asked when it says nothing by itself: another process may have revoked.
const PATROL: Duration = Duration::from_secs(20);

/// Revocations within this time share a list.
const GATHERING: Duration = Duration::from_millis(500);

/// How many entries are taken from the store at once.
const PAGE: u32 = 5000;

/// After a list that took long to make, the next one waits four times as long, so that revocations one by one do not
/// keep a processor busy; never longer than this.
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// Why a list was not signed.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The list could not be made.
    #[error(transparent)]
    Crl(#[from] CrlError),
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
        let began = Instant::now();
        if let Err(error) = refresh_all(&issuer).await {
            tracing::error!(%error, "a revocation list could not be replaced; the current one goes on serving");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep((began.elapsed() * 4).min(LONGEST_PAUSE)) => {}
        }
    }
}

/// Replaces the lists that are out of date.
pub(crate) async fn refresh_all(issuer: &Issuer) -> Result<(), RefreshError> {
    for served in issuer.authorities.standing(issuer.clock.now()) {
        refresh(issuer, served).await?;
    }
    Ok(())
}

async fn refresh(issuer: &Issuer, served: &Arc<Served>) -> Result<(), RefreshError> {
    let now = issuer.clock.now();
    let name = served.authority.name();
    // Counted before they are read: what is revoked in between makes the next list, at the latest.
    let revoked = issuer.store.revocation_count(name).await?;
    let current = served.revocation_list.current();
    if current.as_ref().is_some_and(|list| list.is_fresh(revoked, now)) {
        return Ok(());
    }
    let still_valid_at = current.map_or(now, |list| list.terms.this_update).min(now);
    let spool = spool_entries(issuer, name, still_valid_at).await?;
    let number = issuer.store.next_crl_number(name, now).await?;
    let terms = CrlTerms {
        number: number.unsigned_abs(),
        this_update: now,
        next_update: now.checked_add(LIFETIME).map_err(|_| RefreshError::Clock)?,
    };
    let authority = Arc::clone(served);
    let unsigned = off_the_runtime(move || spool.finish(&authority.authority, &terms)).await?;
    let crl = served.authority.sign_crl(unsigned).await?;
    tracing::info!(authority = %name, number, length = crl.length(), "signed a revocation list");
    served.revocation_list.replace(SignedList { crl, revoked, terms });
    Ok(())
}

/// Takes the entries from the store page by page to a file that has no name: it goes with the list.
async fn spool_entries(
    issuer: &Issuer,
    authority: &AuthorityName,
    still_valid_at: Timestamp,
) -> Result<CrlSpool, RefreshError> {
    let directory = issuer.authorities.directory().to_owned();
    let mut spool = off_the_runtime(move || Ok(CrlSpool::new(tempfile::tempfile_in(directory)?))).await?;
    let mut last = None;
    loop {
        let page = issuer.store.revoked(authority, still_valid_at, last.as_ref(), PAGE).await?;
        let Some(end) = page.last() else { return Ok(spool) };
        last = Some(*end);
        spool = off_the_runtime(move || spool.extend(&page).map(|()| spool)).await?;
    }
}

/// Works on a file where waiting for the disk holds nobody up.
async fn off_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CrlError> + Send + 'static,
) -> Result<T, CrlError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| CrlError::Spool(io::Error::other(error)))?
}

impl SignedList {
    fn is_fresh(&self, revoked: i64, now: Timestamp) -> bool {
        self.revoked == revoked && now.duration_since(self.terms.this_update) < REPLACED_AFTER
    }
}
