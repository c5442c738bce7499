//! Errors on the wire.

use serde::{Deserialize, Serialize};

/// What kind of error it is; decides the HTTP status and whether to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ErrorCode {
    /// 400: the request cannot be read.
    BadRequest,
    /// 401: no token, or not one of ours.
    Unauthorized,
    /// 403: the token's scope or namespaces do not reach this.
    Forbidden,
    /// 404: no such thing, or it belongs to somebody else.
    NotFound,
    /// 409: what was read has moved.
    Conflict,
    /// 410: the cursor is too old; list everything.
    Gone,
    /// 413: the body is too large.
    TooLarge,
    /// 422: it can be read, but not done.
    Invalid,
    /// 429: too many requests.
    TooManyRequests,
    /// 500: a fault of ours, with a correlation id in the log.
    Internal,
    /// 503: busy, or read-only.
    Unavailable,
}

impl ErrorCode {
    /// The HTTP status.
    pub const fn status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::Gone => 410,
            Self::TooLarge => 413,
            Self::Invalid => 422,
            Self::TooManyRequests => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }

    /// Whether asking again later can help.
    pub const fn is_retryable(self) -> bool {
        match self {
            Self::Conflict | Self::TooManyRequests | Self::Internal | Self::Unavailable => true,
            Self::BadRequest
            | Self::Unauthorized
            | Self::Forbidden
            | Self::NotFound
            | Self::Gone
            | Self::TooLarge
            | Self::Invalid => false,
        }
    }
}

/// An error answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}{}{help}", if help.is_empty() { "" } else { "; " })]
pub struct ApiError {
    /// Its kind.
    pub code: ErrorCode,
    /// What happened, in one sentence.
    pub message: String,
    /// What to do next; may be empty.
    #[serde(default)]
    pub help: String,
}

impl ApiError {
    /// An error with a help.
    pub fn new(code: ErrorCode, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: help.into() }
    }
}
