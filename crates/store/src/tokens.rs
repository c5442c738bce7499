//! Bearer tokens of the issuer's API: only their MAC is kept, with what they may do and where.

use std::collections::BTreeSet;

use jiff::Timestamp;
use scepter_policy::identity::{Namespace, Owner};
use scepter_policy::issuance::Secret;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::any::AnyRow;

use crate::columns::{Bind, Columns, to_json};
use crate::events::{Subject, What};
use crate::secrets::Purpose;
use crate::{Store, StoreError};

/// What a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Scope {
    /// Declare, mint, revoke, approve, read.
    Admin,
    /// Check devices in and take their reports: an MDM.
    Device,
    /// Read names and states, never a challenge.
    Read,
}

/// Where a token may do it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reach {
    /// In every namespace of its owner.
    AllNamespaces,
    /// In these.
    Namespaces(BTreeSet<Namespace>),
}

impl Reach {
    /// Whether it reaches a namespace.
    pub fn includes(&self, namespace: &Namespace) -> bool {
        match self {
            Self::AllNamespaces => true,
            Self::Namespaces(namespaces) => namespaces.contains(namespace),
        }
    }
}

/// A token without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The public half, unique.
    pub id: String,
    /// Whose objects and devices it acts on.
    pub owner: Owner,
    /// What people call it, unique.
    pub name: String,
    /// What it may do.
    pub scopes: BTreeSet<Scope>,
    /// Where.
    pub reach: Reach,
    /// When it stops working, if ever.
    pub expires_at: Option<Timestamp>,
}

impl Store {
    /// Stores a token. Fails where its id or name is taken.
    pub async fn create_token(
        &self,
        token: &Token,
        secret: &Secret,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mac = self.inner.mac_key.mac(Purpose::Token, &token.id, secret);
        let mut change = self.change(now).await?;
        sqlx::query(
            "INSERT INTO tokens (id, mac, owner, name, scopes, namespaces, created_at, expires_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(token.id.as_str())
        .bind(mac)
        .bind(token.owner.as_str())
        .bind(token.name.as_str())
        .bind(to_json("scopes", &token.scopes)?)
        .bind(to_json("reach", &token.reach)?)
        .time(now)
        .bind(token.expires_at.map(Timestamp::as_microsecond))
        .execute(change.sql())
        .await?;
        let detail = json!({ "id": token.id, "scopes": token.scopes, "reach": token.reach });
        change.event(Subject::token(token.owner.as_str(), &token.name), What::TokenCreated, &detail).await?;
        change.commit().await
    }

    /// The token with that id and secret, unless it has expired. Unknown, wrong and expired are one answer.
    pub async fn token(
        &self,
        id: &str,
        secret: &Secret,
        now: Timestamp,
    ) -> Result<Option<Token>, StoreError> {
        let row = sqlx::query("SELECT * FROM tokens WHERE id = $1")
            .bind(id)
            .fetch_optional(&self.inner.reader)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let genuine = self.inner.mac_key.verifies(Purpose::Token, id, secret, &row.bytes("mac")?);
        let token = read(&row)?;
        let current = token.expires_at.is_none_or(|end| now < end);
        Ok((genuine && current).then_some(token))
    }

    /// Every token, by name.
    pub async fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        let rows = sqlx::query("SELECT * FROM tokens ORDER BY name").fetch_all(&self.inner.reader).await?;
        rows.iter().map(read).collect()
    }

    /// Deletes a token by name. Whether there was one.
    pub async fn delete_token(&self, name: &str, now: Timestamp) -> Result<bool, StoreError> {
        let mut change = self.change(now).await?;
        let row = sqlx::query("DELETE FROM tokens WHERE name = $1 RETURNING *")
            .bind(name)
            .fetch_optional(change.sql())
            .await?;
        let Some(row) = row else { return Ok(false) };
        let token = read(&row)?;
        let subject = Subject::token(token.owner.as_str(), name);
        change.event(subject, What::TokenDeleted, &json!({ "id": token.id })).await?;
        change.commit().await?;
        Ok(true)
    }
}

fn read(row: &AnyRow) -> Result<Token, StoreError> {
    Ok(Token {
        id: row.text("id")?,
        owner: row.parsed("owner")?,
        name: row.text("name")?,
        scopes: row.json("scopes")?,
        reach: row.json("namespaces")?,
        expires_at: row.optional_time("expires_at")?,
    })
}
