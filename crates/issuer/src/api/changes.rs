//! The feed: waits until something changes.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{FromRef, Query, State};
use scepter_issuer_api::{Changes, Cursor, ErrorCode};
use scepter_store::feed;
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::caller::{Caller, Right};
use super::error::Failure;
use crate::issuer::Issuer;

/// Changed keys in one answer.
const PAGE: u32 = 500;

/// The longest wait that is granted.
const MAX_WAIT: Duration = Duration::from_mins(1);

/// What waiting needs: the issuer, and to be told when it stops.
#[derive(Clone)]
pub(super) struct Waiting {
    pub(super) issuer: Arc<Issuer>,
    pub(super) stop: CancellationToken,
}

impl FromRef<Waiting> for Arc<Issuer> {
    fn from_ref(waiting: &Waiting) -> Self {
        Arc::clone(&waiting.issuer)
    }
}

/// `?after=CURSOR&wait=30s`.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    after: Option<String>,
    wait: Option<String>,
}

/// What changed after a cursor; without one, the current cursor and nothing.
pub(super) async fn changes(
    State(Waiting { issuer, stop }): State<Waiting>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Changes>, Failure> {
    caller.require(Right::Administer)?;
    let Some(after) = wanted.after else { return end_of_feed(&issuer, &caller).await.map(Json) };
    let deadline = tokio::time::Instant::now() + wait(wanted.wait.as_deref())?;
    let mut cursor = after.parse()?;
    let mut changed = issuer.store.subscribe();
    loop {
        let page = page(&issuer, &caller, cursor).await?;
        if !page.changed.is_empty() {
            return Ok(Json(page));
        }
        let next = page.cursor.0.parse()?;
        if next != cursor {
            // A page of other namespaces' keys: the next one may have ours.
            cursor = next;
            continue;
        }
        tokio::select! {
            _ = changed.changed() => {}
            () = tokio::time::sleep_until(deadline) => return Ok(Json(page)),
            () = stop.cancelled() => return Ok(Json(page)),
        }
    }
}

/// The changes after a cursor that a caller may see.
async fn page(issuer: &Issuer, caller: &Caller, after: feed::Cursor) -> Result<Changes, Failure> {
    let found = issuer.store.changes(caller.owner(), after, PAGE).await?;
    let changed = found.keys.into_iter().filter(|key| caller.reaches(&key.namespace)).collect();
    Ok(Changes { cursor: Cursor(found.cursor.to_string()), changed })
}

async fn end_of_feed(issuer: &Issuer, caller: &Caller) -> Result<Changes, Failure> {
    let mut cursor = feed::Cursor::default();
    loop {
        let found = issuer.store.changes(caller.owner(), cursor, PAGE).await?;
        if found.keys.is_empty() {
            return Ok(Changes { cursor: Cursor(cursor.to_string()), changed: Vec::new() });
        }
        cursor = found.cursor;
    }
}

/// `30s`; absent means not at all.
fn wait(text: Option<&str>) -> Result<Duration, Failure> {
    let Some(text) = text else { return Ok(Duration::ZERO) };
    let seconds = text.strip_suffix('s').and_then(|number| number.parse().ok());
    let invalid = || {
        let message = format!("wait={text:?} is no time");
        Failure::new(ErrorCode::BadRequest, message, "write seconds, such as 30s")
    };
    seconds.map(|seconds| Duration::from_secs(seconds).min(MAX_WAIT)).ok_or_else(invalid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_written_in_seconds_and_never_longer_than_a_minute() {
        assert_eq!(wait(None).unwrap(), Duration::ZERO);
        assert_eq!(wait(Some("30s")).unwrap(), Duration::from_secs(30));
        assert_eq!(wait(Some("9999s")).unwrap(), MAX_WAIT);
        assert!(wait(Some("soon")).is_err());
    }
}
