//! The feed: keys of objects whose status may have changed, for the operator to look at again.
//!
//! A key stands in it once, at its latest change, so a reader that was away for a week still learns every key that it
//! has to look at (decision 0064). Positions are opaque.

use std::fmt;
use std::str::FromStr;

use scepter_policy::identity::{ObjectKey, Owner};
use tokio::sync::watch;

use crate::columns::Columns;
use crate::{Store, StoreError};

/// A position in the feed. Its text is opaque and meant for [`FromStr`] alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    transaction: i64,
    id: i64,
}

/// A text that is no cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no cursor of the feed; list everything and begin again")]
pub struct InvalidCursor;

/// What changed after a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// Where to go on.
    pub cursor: Cursor,
    /// The changed keys, oldest change first.
    pub keys: Vec<ObjectKey>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The position is older than what is kept, or newer than this store: it was restored. List everything.
    #[error("the feed does not reach back to this cursor; list everything and begin again")]
    Compacted,
}

impl Store {
    /// The keys of one owner that changed after a position, at most `limit` of them.
    pub async fn changes(&self, owner: &Owner, after: Cursor, limit: u32) -> Result<Changes, FeedError> {
        let mut reader = self.snapshot().await?;
        if after != Cursor::default() && !within(&mut reader, after).await? {
            return Err(FeedError::Compacted);
        }
        let rows = sqlx::query(self.inner.dialect.feed_after())
            .bind(owner.as_str())
            .bind(after.transaction)
            .bind(after.id)
            .bind(i64::from(limit))
            .fetch_all(&mut *reader)
            .await
            .map_err(StoreError::from)?;
        let mut changes = Changes { cursor: after, keys: Vec::with_capacity(rows.len()) };
        for row in rows {
            changes.cursor = Cursor { transaction: row.integer("transaction_id")?, id: row.integer("id")? };
            changes.keys.push(ObjectKey {
                kind: row.parsed("kind")?,
                namespace: row.parsed("namespace")?,
                name: row.parsed("name")?,
            });
        }
        Ok(changes)
    }

    /// Wakes whenever this process commits a change. Subscribe first, then read [`Store::changes`], then wait: so no
    /// change falls between.
    pub fn subscribe(&self) -> watch::Receiver<()> {
        self.inner.changed.subscribe()
    }
}

/// Whether a position lies in what this store has ever handed out and still keeps.
async fn within(reader: &mut sqlx::AnyConnection, cursor: Cursor) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "SELECT (SELECT value FROM counters WHERE name = 'feed_floor') AS lowest, \
         (SELECT MAX(id) FROM feed) AS highest",
    )
    .fetch_one(reader)
    .await?;
    let highest = row.optional_integer("highest")?.unwrap_or(0);
    Ok(row.integer("lowest")? <= cursor.id && cursor.id <= highest)
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{:x}", self.transaction, self.id)
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let (transaction, id) = text.split_once('-').ok_or(InvalidCursor)?;
        let number =
            |part| i64::from_str_radix(part, 16).ok().filter(|number| *number >= 0).ok_or(InvalidCursor);
        Ok(Self { transaction: number(transaction)?, id: number(id)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_back_from_its_text() {
        let cursor = Cursor { transaction: 7, id: 4096 };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for text in ["", "7", "-7-1", "x-y", "1--1"] {
            assert_eq!(text.parse::<Cursor>(), Err(InvalidCursor), "{text:?}");
        }
    }
}
