//! What can go wrong between the store and its database, and what refuses a change.

use std::error::Error;

use scepter_policy::identity::{AssignmentKey, ObjectName};
use scepter_policy::issuance::{CredentialId, Refusal, RefusalReason};
use tokio::task::JoinError;

/// The database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database could not be reached, was busy too long, or failed. Nothing was changed; trying again may help.
    #[error("the store is not available: {0}; try again, and look at the database if it stays so")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// A row says something that this version cannot read. Trying again will not help.
    #[error(
        "the store holds a {what} that cannot be read: {problem}; was it written by another version or changed by hand?"
    )]
    Unreadable {
        /// What was read, such as `device`.
        what: &'static str,
        /// What is wrong with it.
        problem: String,
    },
}

impl StoreError {
    /// Whether the same call may succeed later.
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::Unavailable(_) => true,
            Self::Unreadable { .. } => false,
        }
    }

    /// The runtime ended, or what it ran panicked.
    pub(crate) fn interrupted(error: JoinError) -> Self {
        Self::Unavailable(error.into())
    }

    pub(crate) fn unreadable(what: &'static str, problem: impl Into<String>) -> Self {
        Self::Unreadable { what, problem: problem.into() }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::ColumnDecode { ref index, .. } => {
                let problem = format!("column {index}: {error}");
                Self::Unreadable { what: "row", problem }
            }
            sqlx::Error::ColumnNotFound(column) => {
                Self::unreadable("row", format!("column {column} is missing"))
            }
            other => Self::Unavailable(other.into()),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::Utf8Error(..)
            | rusqlite::Error::InvalidColumnName(_)
            | rusqlite::Error::InvalidColumnType(..) => Self::unreadable("row", error.to_string()),
            other => Self::Unavailable(other.into()),
        }
    }
}

/// A change of a declared object that was not made.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The tenant belongs to another cluster or to an earlier namespace of the same name (TH-44).
    #[error(
        "namespace {namespace} of this owner belongs to namespace UID {stored}, the request comes from {given}; \
         a re-created namespace inherits nothing: remove the old one's objects first"
    )]
    ForeignOrigin {
        /// The namespace.
        namespace: String,
        /// `cluster/namespace` UIDs that the tenant was made with.
        stored: String,
        /// `cluster/namespace` UIDs of the request.
        given: String,
    },
}

/// An inventory that was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The source is not declared.
    #[error("there is no InventorySource {0} in this namespace; apply it first")]
    UnknownSource(ObjectName),
}

/// A challenge that was not minted.
#[derive(Debug, thiserror::Error)]
pub enum MintError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The profile does not reach the device.
    #[error("profile {} does not reach device {}; check the assignments and the device's groups", .0.profile, .0.device)]
    NotAssigned(Box<AssignmentKey>),
}

/// Why a request gets no certificate.
#[derive(Debug, thiserror::Error)]
pub enum IssuanceError {
    /// The database failed; the device may try again.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The request is refused.
    #[error("{refusal}")]
    Refused {
        /// Why.
        refusal: Refusal,
        /// Whose row the attempt is noted on. `None` where the credential proved nothing (TH-24).
        key: Option<Box<AssignmentKey>>,
    },
}

impl IssuanceError {
    pub(crate) fn refused(key: &AssignmentKey, reason: RefusalReason, message: impl Into<String>) -> Self {
        Self::Refused { refusal: Refusal::new(reason, message), key: Some(Box::new(key.clone())) }
    }

    pub(crate) fn no_longer_targeted(key: &AssignmentKey) -> Self {
        let message = format!("profile {} does not reach device {} any more", key.profile, key.device);
        Self::refused(key, RefusalReason::ScepProfileNoLongerTargetedToTheClient, message)
    }

    pub(crate) fn used(key: &AssignmentKey, credential: &CredentialId) -> Self {
        let (reason, message) = match credential {
            CredentialId::Challenge(_) => (
                RefusalReason::ChallengeUsed,
                "the challenge was used by another request; check in again for a new one",
            ),
            CredentialId::Certificate(_) => (
                RefusalReason::SignerSuperseded,
                "the certificate was renewed by another request; check in for a challenge",
            ),
        };
        Self::refused(key, reason, message)
    }

    /// Told on nobody's row: its thief shall not write there.
    pub(crate) fn signer_revoked() -> Self {
        let message = "the certificate that signed the message is revoked";
        Self::anonymous(RefusalReason::SignerRevoked, message)
    }

    pub(crate) fn unknown_challenge() -> Self {
        let message = "no such challenge, or its secret is wrong";
        Self::anonymous(RefusalReason::ChallengeUnknown, message)
    }

    /// A refusal that is noted on nobody's row.
    pub(crate) fn anonymous(reason: RefusalReason, message: &str) -> Self {
        Self::Refused { refusal: Refusal::new(reason, message), key: None }
    }
}

impl From<sqlx::Error> for PutError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<sqlx::Error> for SyncError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<sqlx::Error> for MintError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<sqlx::Error> for IssuanceError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
