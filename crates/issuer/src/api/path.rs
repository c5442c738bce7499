//! Paths as typed names.

use axum::extract::{FromRequestParts, Path as Segments};
use axum::http::request::Parts;
use scepter_policy::identity::{DeviceId, Namespace, ObjectKey, ObjectKind, ObjectName};
use serde::Deserialize;

use super::error::Failure;

/// `/namespaces/{namespace}/{kind}/{name}`.
pub(super) struct ObjectPath(pub(super) ObjectKey);

/// `/namespaces/{namespace}/…`.
pub(super) struct NamespacePath(pub(super) Namespace);

/// `/namespaces/{namespace}/scepprofiles/{name}/…`.
pub(super) struct ProfilePath(pub(super) Namespace, pub(super) ObjectName);

/// `/namespaces/{namespace}/devices/{device}/…`.
pub(super) struct DevicePath(pub(super) Namespace, pub(super) DeviceId);

/// `/namespaces/{namespace}/requests/{request}`.
pub(super) struct RequestPath(pub(super) Namespace, pub(super) String);

/// What a path can name; each route has some of these.
#[derive(Deserialize)]
struct Names {
    namespace: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    device: String,
    #[serde(default)]
    request: String,
}

impl Names {
    async fn of<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<(Namespace, Self), Failure> {
        let segments = Segments::<Self>::from_request_parts(parts, state).await;
        let Segments(names) = segments.map_err(|_| Failure::not_found("such path"))?;
        Ok((Namespace::new(names.namespace.as_str())?, names))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ObjectPath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let (namespace, Names { kind, name, .. }) = Names::of(parts, state).await?;
        let unknown = || Failure::not_found(format_args!("kind {kind:?}"));
        let kind = ObjectKind::from_plural(&kind).ok_or_else(unknown)?;
        Ok(Self(ObjectKey { kind, namespace, name: ObjectName::new(name)? }))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for NamespacePath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let (namespace, _) = Names::of(parts, state).await?;
        Ok(Self(namespace))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for ProfilePath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let (namespace, names) = Names::of(parts, state).await?;
        Ok(Self(namespace, ObjectName::new(names.name)?))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for DevicePath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let (namespace, names) = Names::of(parts, state).await?;
        Ok(Self(namespace, DeviceId::new(names.device)?))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for RequestPath {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let (namespace, names) = Names::of(parts, state).await?;
        Ok(Self(namespace, names.request))
    }
}
