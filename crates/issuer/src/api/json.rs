//! JSON bodies whose errors are ours.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

use super::error::Failure;

/// A JSON body. Its Content-Type is not looked at: `curl -d @file` sends another one.
pub(super) struct Body<T>(pub(super) T);

impl<T, S> FromRequest<S> for Body<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let bytes = Bytes::from_request(request, state).await?;
        let Json(value) = Json::from_bytes(&bytes)?;
        Ok(Self(value))
    }
}
