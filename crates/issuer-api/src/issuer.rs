//! The calls that reconciling needs of an issuer, apart from how they travel.

use std::future::Future;

use scepter_policy::identity::ObjectKey;

use crate::{ApiError, Changes, Cursor, DeleteOutcome, Document, Mode, ObjectReport, PutOutcome};

/// Why an issuer gave no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum IssuerError {
    /// It could not be reached, or was busy. Try again later.
    #[error(
        "the issuer at {server} could not be reached: {problem}; check that it runs and that the address is right"
    )]
    Unreachable {
        /// The address that was tried.
        server: String,
        /// What happened.
        problem: String,
    },
    /// It answered, and the answer is an error. Asking the same again gives the same.
    #[error("{0}")]
    Refused(ApiError),
    /// It answered something that this contract does not have: the versions differ.
    #[error(
        "the issuer at {server} answered in a form that this version does not know: {problem}; use the same version of scepter on both sides"
    )]
    Unintelligible {
        /// The address that was tried.
        server: String,
        /// What was not understood.
        problem: String,
    },
}

impl IssuerError {
    /// Whether asking again later can help.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused(error) => error.code.is_retryable(),
            Self::Unintelligible { .. } => false,
        }
    }
}

/// An issuer, as the reconcile core sees it. The one implementation is [`crate::client::Client`].
pub trait Issuer: Send + Sync {
    /// Declares an object.
    fn put(
        &self,
        key: &ObjectKey,
        document: &Document,
        mode: Mode,
    ) -> impl Future<Output = Result<PutOutcome, IssuerError>> + Send;

    /// Withdraws an object.
    fn delete(
        &self,
        key: &ObjectKey,
        mode: Mode,
    ) -> impl Future<Output = Result<DeleteOutcome, IssuerError>> + Send;

    /// Reads what became of an object, with at most `devices` rows; `None` when the issuer does not have it.
    fn report(
        &self,
        key: &ObjectKey,
        devices: u32,
    ) -> impl Future<Output = Result<Option<ObjectReport>, IssuerError>> + Send;

    /// Lists the objects of this client's owner.
    fn objects(&self) -> impl Future<Output = Result<Vec<ObjectKey>, IssuerError>> + Send;

    /// Waits until something changes after `cursor`, or for `wait`. `None` as a cursor asks for the current one.
    fn changes(
        &self,
        after: Option<&Cursor>,
        wait: std::time::Duration,
    ) -> impl Future<Output = Result<Changes, IssuerError>> + Send;
}
