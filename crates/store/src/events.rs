//! The audit: events in order, each one's hash covering the one before it, never changed and never compacted.

use aws_lc_rs::digest::{Context, SHA256};
use jiff::Timestamp;
use scepter_policy::identity::{AssignmentKey, DeviceId, ObjectKind, ObjectName, Tenant};
use serde_json::Value;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use crate::change::Change;
use crate::columns::{Bind, Columns, Parameter, to_json};
use crate::ledger::Ledger;
use crate::statement::Statement;
use crate::{Store, StoreError};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A declared object was applied; the detail holds its generation, revision and plan.
    ObjectApplied,
    /// A declared object was deleted.
    ObjectDeleted,
    /// An inventory was synced; the detail holds the counts.
    InventorySynced,
    /// A challenge was handed out; the detail holds its id, never its secret.
    ChallengeMinted,
    /// A request waits for approval.
    ApprovalRequested,
    /// Somebody approved a request.
    RequestApproved,
    /// Somebody denied a request.
    RequestDenied,
    /// A serial was reserved.
    SerialReserved,
    /// A certificate was recorded.
    CertificateRecorded,
    /// A certificate was revoked; the detail holds the reason.
    CertificateRevoked,
    /// A request on a device's row was refused; the detail holds the reason.
    AttemptRefused,
    /// A device reported what became of a root or a certificate.
    DeviceReported,
    /// A token was made.
    TokenCreated,
    /// A token was deleted.
    TokenDeleted,
}

impl What {
    const ALL: [Self; 14] = [
        Self::ObjectApplied,
        Self::ObjectDeleted,
        Self::InventorySynced,
        Self::ChallengeMinted,
        Self::ApprovalRequested,
        Self::RequestApproved,
        Self::RequestDenied,
        Self::SerialReserved,
        Self::CertificateRecorded,
        Self::CertificateRevoked,
        Self::AttemptRefused,
        Self::DeviceReported,
        Self::TokenCreated,
        Self::TokenDeleted,
    ];

    /// The word in the store and in output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ObjectApplied => "ObjectApplied",
            Self::ObjectDeleted => "ObjectDeleted",
            Self::InventorySynced => "InventorySynced",
            Self::ChallengeMinted => "ChallengeMinted",
            Self::ApprovalRequested => "ApprovalRequested",
            Self::RequestApproved => "RequestApproved",
            Self::RequestDenied => "RequestDenied",
            Self::SerialReserved => "SerialReserved",
            Self::CertificateRecorded => "CertificateRecorded",
            Self::CertificateRevoked => "CertificateRevoked",
            Self::AttemptRefused => "AttemptRefused",
            Self::DeviceReported => "DeviceReported",
            Self::TokenCreated => "TokenCreated",
            Self::TokenDeleted => "TokenDeleted",
        }
    }
}

/// One event as it is stored. Texts are what the row says, so that a changed row can still be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its place in the audit, from 1 without gaps.
    pub sequence: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The owner; empty where the event concerns the whole store.
    pub owner: String,
    /// The namespace; empty where the event concerns the whole store.
    pub namespace: String,
    /// The kind of the object concerned, such as `ScepProfile`.
    pub kind: String,
    /// The object's name.
    pub name: String,
    /// The device concerned; empty where none is.
    pub device: String,
    /// What happened.
    pub what: What,
    /// More, as JSON. Never a challenge, a key or a token.
    pub detail: String,
    /// SHA-256 over the previous event's hash and every field above.
    pub hash: Vec<u8>,
}

/// The end of the audit: export it, and a restored store can be told from a current one (TH-37).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The last event's sequence, 0 before the first.
    pub sequence: i64,
    /// The last event's hash, empty before the first.
    pub hash: Vec<u8>,
}

impl Head {
    pub(crate) fn read(row: &impl Columns) -> Result<Self, StoreError> {
        Ok(Self { sequence: row.integer("sequence")?, hash: row.bytes("hash")? })
    }

    pub(crate) fn write(&self) -> Statement {
        Statement::new("UPDATE audit_head SET sequence = $1, hash = $2 WHERE id = 1")
            .parameter(Parameter::Integer(self.sequence))
            .bytes(&self.hash)
    }

    async fn current(sql: &mut AnyConnection) -> Result<Self, StoreError> {
        let row = sqlx::query("SELECT sequence, hash FROM audit_head WHERE id = 1").fetch_one(sql).await?;
        Self::read(&row)
    }
}

/// Why the audit cannot be trusted, or could not be read.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A row is missing, or does not have the hash that its content has (TH-38).
    #[error(
        "the audit was changed at event {sequence}: {problem}; restore the store from a backup before it and compare"
    )]
    Broken {
        /// The first event that does not fit.
        sequence: i64,
        /// What does not fit.
        problem: &'static str,
    },
}

/// Whom and what an event concerns.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    owner: &'a str,
    namespace: &'a str,
    kind: &'a str,
    name: &'a str,
    device: &'a str,
}

impl<'a> Subject<'a> {
    pub(crate) fn object(tenant: &'a Tenant, kind: ObjectKind, name: &'a ObjectName) -> Self {
        Self {
            owner: tenant.owner.as_str(),
            namespace: tenant.namespace.as_str(),
            kind: kind.as_str(),
            name: name.as_str(),
            device: "",
        }
    }

    pub(crate) fn assignment(key: &'a AssignmentKey) -> Self {
        Self {
            device: key.device.as_str(),
            ..Self::object(&key.tenant, ObjectKind::ScepProfile, &key.profile)
        }
    }

    pub(crate) fn root(tenant: &'a Tenant, root: &'a ObjectName, device: &'a DeviceId) -> Self {
        Self { device: device.as_str(), ..Self::object(tenant, ObjectKind::TrustedRootProfile, root) }
    }

    pub(crate) fn token(owner: &'a str, name: &'a str) -> Self {
        Self { owner, namespace: "", kind: "Token", name, device: "" }
    }
}

impl Change<'_> {
    /// Appends an event to the audit.
    pub(crate) async fn event(
        &mut self,
        subject: Subject<'_>,
        what: What,
        detail: &Value,
    ) -> Result<(), StoreError> {
        let append = self.ledger.append(subject, what, detail)?;
        self.execute(vec![append]).await
    }
}

impl Ledger {
    /// An event at the end of the audit, as a statement that has to be executed before the next one is appended.
    pub(crate) fn append(
        &mut self,
        subject: Subject<'_>,
        what: What,
        detail: &Value,
    ) -> Result<Statement, StoreError> {
        let mut event = Event {
            sequence: 0,
            recorded_at: self.now(),
            owner: subject.owner.to_owned(),
            namespace: subject.namespace.to_owned(),
            kind: subject.kind.to_owned(),
            name: subject.name.to_owned(),
            device: subject.device.to_owned(),
            what,
            detail: to_json("event", detail)?,
            hash: Vec::new(),
        };
        event.follow(self.audit_head());
        self.extend_audit(Head { sequence: event.sequence, hash: event.hash.clone() });
        Ok(event.insert())
    }
}

impl Event {
    fn insert(self) -> Statement {
        Statement::new(
            "INSERT INTO events (sequence, recorded_at, owner, namespace, kind, name, device, what, detail, hash) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .parameter(Parameter::Integer(self.sequence))
        .time(self.recorded_at)
        .text(self.owner)
        .text(self.namespace)
        .text(self.kind)
        .text(self.name)
        .text(self.device)
        .text(self.what.as_str())
        .text(self.detail)
        .bytes(&self.hash)
    }

    /// Takes its place in the chain.
    fn follow(&mut self, previous: &Head) {
        self.sequence = previous.sequence + 1;
        self.hash = hash(&previous.hash, self);
    }
}

impl Store {
    /// A tenant's events after a sequence number, oldest first, at most `limit` of them.
    pub async fn events(&self, tenant: &Tenant, after: i64, limit: u32) -> Result<Vec<Event>, StoreError> {
        sqlx::query(
            "SELECT sequence, recorded_at, owner, namespace, kind, name, device, what, detail, hash FROM events \
             WHERE owner = $1 AND namespace = $2 AND sequence > $3 ORDER BY sequence LIMIT $4",
        )
        .tenant(tenant)
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(&self.inner.reader)
        .await?
        .iter()
        .map(read)
        .collect()
    }

    /// Recomputes every hash of the audit; the head, or the first event that does not fit.
    pub async fn verify_audit(&self) -> Result<Head, AuditError> {
        let mut reader = self.snapshot().await?;
        let mut seen = Head { sequence: 0, hash: Vec::new() };
        loop {
            let rows = sqlx::query(
                "SELECT sequence, recorded_at, owner, namespace, kind, name, device, what, detail, hash \
                 FROM events WHERE sequence > $1 ORDER BY sequence LIMIT 1000",
            )
            .bind(seen.sequence)
            .fetch_all(&mut *reader)
            .await
            .map_err(StoreError::from)?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                seen = follow(&seen, &read(row)?)?;
            }
        }
        let stored = Head::current(&mut reader).await?;
        if stored == seen {
            return Ok(seen);
        }
        Err(AuditError::Broken { sequence: seen.sequence + 1, problem: "the head names another last event" })
    }

    /// When the last event was recorded: no honest clock stands before it (TH-20).
    pub async fn newest_event(&self) -> Result<Option<Timestamp>, StoreError> {
        let newest = sqlx::query("SELECT recorded_at FROM events ORDER BY sequence DESC LIMIT 1");
        newest.fetch_optional(&self.inner.reader).await?.map(|row| row.time("recorded_at")).transpose()
    }

    /// The end of the audit.
    pub async fn audit_head(&self) -> Result<Head, StoreError> {
        let mut reader = self.inner.reader.acquire().await?;
        Head::current(&mut reader).await
    }
}

fn follow(previous: &Head, event: &Event) -> Result<Head, AuditError> {
    let sequence = previous.sequence + 1;
    if event.sequence != sequence {
        return Err(AuditError::Broken { sequence, problem: "it is missing" });
    }
    if hash(&previous.hash, event) != event.hash {
        return Err(AuditError::Broken { sequence, problem: "its content does not have its hash" });
    }
    Ok(Head { sequence, hash: event.hash.clone() })
}

/// Each field goes in with its length before it, so that no two events have the same bytes.
fn hash(previous: &[u8], event: &Event) -> Vec<u8> {
    let sequence = event.sequence.to_be_bytes();
    let recorded_at = event.recorded_at.as_microsecond().to_be_bytes();
    let fields: [&[u8]; 10] = [
        previous,
        &sequence,
        &recorded_at,
        event.owner.as_bytes(),
        event.namespace.as_bytes(),
        event.kind.as_bytes(),
        event.name.as_bytes(),
        event.device.as_bytes(),
        event.what.as_str().as_bytes(),
        event.detail.as_bytes(),
    ];
    let mut context = Context::new(&SHA256);
    for field in fields {
        context.update(&(field.len() as u64).to_be_bytes());
        context.update(field);
    }
    context.finish().as_ref().to_vec()
}

fn read(row: &AnyRow) -> Result<Event, StoreError> {
    let what = row.text("what")?;
    let known = What::ALL.into_iter().find(|known| known.as_str() == what);
    Ok(Event {
        sequence: row.integer("sequence")?,
        recorded_at: row.time("recorded_at")?,
        owner: row.text("owner")?,
        namespace: row.text("namespace")?,
        kind: row.text("kind")?,
        name: row.text("name")?,
        device: row.text("device")?,
        what: known
            .ok_or_else(|| StoreError::unreadable("event", format!("{what:?} is no kind of event")))?,
        detail: row.text("detail")?,
        hash: row.bytes("hash")?,
    })
}
