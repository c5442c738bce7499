//! Errors as HTTP: the one place where they become a status and an `ApiError`.

use std::any::Any;

use axum::Json;
use axum::extract::rejection::{BytesRejection, JsonRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use scepter_issuer_api::{ApiError, ErrorCode};
use scepter_policy::identity::InvalidName;
use scepter_policy::name::NotEncodable;
use scepter_store::feed::{FeedError, InvalidCursor};
use scepter_store::{MintError, PutError, StoreError, SyncError};

/// Seconds after which a busy issuer is worth another try.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("5");

/// An answer that is no result.
#[derive(Debug)]
pub(crate) struct Failure(ApiError);

impl Failure {
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self(ApiError::new(code, message, help))
    }

    /// Nothing there, or nothing that this token may know of: the same answer (TH-09).
    pub(crate) fn not_found(what: impl std::fmt::Display) -> Self {
        let help = "check the names, and the token's namespaces";
        Self::new(ErrorCode::NotFound, format!("there is no {what}"), help)
    }

    /// It can be read, but not done.
    pub(crate) fn invalid(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::new(ErrorCode::Invalid, message, help)
    }

    fn unavailable() -> Self {
        Self::new(ErrorCode::Unavailable, "the issuer is busy or its store does not answer", "try again")
    }

    /// What went wrong is ours, and stands in the log.
    fn internal(problem: &dyn std::fmt::Display) -> Self {
        tracing::error!(%problem, "a fault");
        Self::new(ErrorCode::Internal, "the issuer failed", "its log says why")
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let code = self.0.code;
        let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self.0)).into_response();
        let headers = response.headers_mut();
        if code == ErrorCode::Unavailable {
            headers.insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        if code == ErrorCode::Unauthorized {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if error.is_retryable() {
            tracing::error!(%error, "the store does not answer");
            Self::unavailable()
        } else {
            Self::internal(&error)
        }
    }
}

impl From<PutError> for Failure {
    fn from(error: PutError) -> Self {
        match error {
            PutError::Store(error) => error.into(),
            PutError::ForeignOrigin { .. } => Self::invalid(error.to_string(), ""),
        }
    }
}

impl From<SyncError> for Failure {
    fn from(error: SyncError) -> Self {
        match error {
            SyncError::Store(error) => error.into(),
            SyncError::UnknownSource(_) => Self::new(ErrorCode::Conflict, error.to_string(), ""),
        }
    }
}

impl From<MintError> for Failure {
    fn from(error: MintError) -> Self {
        match error {
            MintError::Store(error) => error.into(),
            MintError::NotAssigned(_) => Self::invalid(error.to_string(), ""),
        }
    }
}

impl From<FeedError> for Failure {
    fn from(error: FeedError) -> Self {
        match error {
            FeedError::Store(error) => error.into(),
            FeedError::Compacted => Self::new(ErrorCode::Gone, error.to_string(), ""),
        }
    }
}

impl From<InvalidCursor> for Failure {
    fn from(error: InvalidCursor) -> Self {
        Self::new(ErrorCode::BadRequest, error.to_string(), "")
    }
}

impl From<InvalidName> for Failure {
    fn from(error: InvalidName) -> Self {
        Self::new(ErrorCode::BadRequest, error.to_string(), "")
    }
}

impl From<NotEncodable> for Failure {
    fn from(error: NotEncodable) -> Self {
        Self::internal(&error)
    }
}

impl From<getrandom::Error> for Failure {
    fn from(error: getrandom::Error) -> Self {
        tracing::error!(%error, "the system gives no random bytes");
        Self::unavailable()
    }
}

impl From<JsonRejection> for Failure {
    fn from(rejection: JsonRejection) -> Self {
        let help = "send the JSON document that the path takes";
        Self::new(too_large_or_bad(rejection.status()), rejection.body_text(), help)
    }
}

impl From<BytesRejection> for Failure {
    fn from(rejection: BytesRejection) -> Self {
        Self::new(too_large_or_bad(rejection.status()), rejection.body_text(), "")
    }
}

fn too_large_or_bad(status: StatusCode) -> ErrorCode {
    if status == StatusCode::PAYLOAD_TOO_LARGE { ErrorCode::TooLarge } else { ErrorCode::BadRequest }
}

/// The answer of a path that is none of ours.
pub(super) async fn no_route() -> Failure {
    Failure::new(ErrorCode::NotFound, "there is no such path", "the paths begin with /api/v1")
}

/// The answer of a path that does not take the method.
pub(super) async fn no_method() -> Response {
    let error = ApiError::new(ErrorCode::BadRequest, "this path does not take this method", "");
    (StatusCode::METHOD_NOT_ALLOWED, Json(error)).into_response()
}

/// The answer when a handler panicked, which none should.
pub(super) fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    Failure::internal(&"a handler panicked").into_response()
}
