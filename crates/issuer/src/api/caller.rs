//! Who asks: a bearer token, what it may do, and in which namespaces.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header;
use axum::http::request::Parts;
use scepter_issuer_api::ErrorCode;
use scepter_policy::identity::{Namespace, Owner, Tenant};
use scepter_store::tokens::{Scope, Token};

use super::error::Failure;
use crate::issuer::Issuer;
use crate::secret::Split;

/// The bearer of a genuine token.
#[derive(Debug)]
pub(super) struct Caller {
    token: Token,
}

/// What a route asks of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Right {
    /// Declare objects, mint challenges, decide about requests, follow the feed.
    Administer,
    /// Check devices in and report for them.
    ActAsDevice,
    /// Read names and states.
    Read,
}

impl Right {
    /// Whether a scope gives it. An admin could mint a challenge for any device anyway, so it may act as one.
    const fn is_given_by(self, scope: Scope) -> bool {
        match (self, scope) {
            (_, Scope::Admin) | (Self::ActAsDevice, Scope::Device) | (Self::Read, Scope::Read) => true,
            (Self::Administer, Scope::Device | Scope::Read)
            | (Self::ActAsDevice, Scope::Read)
            | (Self::Read, Scope::Device) => false,
        }
    }
}

impl Caller {
    /// The tenant of a namespace, for a token with that right there. A namespace that the token does not reach is not
    /// there for it (TH-09).
    pub(super) fn tenant(&self, right: Right, namespace: Namespace) -> Result<Tenant, Failure> {
        if !self.reaches(&namespace) {
            return Err(Failure::not_found(format_args!("namespace {namespace}")));
        }
        self.require(right)?;
        Ok(Tenant { owner: self.token.owner.clone(), namespace })
    }

    /// Fails where the token does not have that right.
    pub(super) fn require(&self, right: Right) -> Result<(), Failure> {
        if self.token.scopes.iter().any(|scope| right.is_given_by(*scope)) {
            return Ok(());
        }
        let message = format!("token {} may not do this", self.token.name);
        Err(Failure::new(ErrorCode::Forbidden, message, "use a token with another scope"))
    }

    /// Whether the token reaches a namespace.
    pub(super) fn reaches(&self, namespace: &Namespace) -> bool {
        self.token.reach.includes(namespace)
    }

    /// Whose objects and devices the token acts on.
    pub(super) fn owner(&self) -> &Owner {
        &self.token.owner
    }
}

impl<S> FromRequestParts<S> for Caller
where
    Arc<Issuer>: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let issuer = Arc::<Issuer>::from_ref(state);
        let secret = bearer(parts).ok_or_else(unauthorized)?;
        let found = issuer.store.token(secret.id(), &secret.secret(), issuer.clock.now()).await?;
        found.map(|token| Self { token }).ok_or_else(unauthorized)
    }
}

fn bearer(parts: &Parts) -> Option<Split> {
    let header = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Split::parse(token.trim()))?
}

/// Missing, malformed, unknown and expired are one answer.
fn unauthorized() -> Failure {
    let help =
        "send `Authorization: Bearer TOKEN`; client.yaml in the data directory names the first token's file";
    Failure::new(ErrorCode::Unauthorized, "no token, or none that works", help)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY_RIGHT: [Right; 3] = [Right::Administer, Right::ActAsDevice, Right::Read];

    #[test]
    fn an_mdm_acts_as_devices_and_does_nothing_else() {
        assert_eq!(EVERY_RIGHT.map(|right| right.is_given_by(Scope::Device)), [false, true, false]);
    }

    #[test]
    fn a_reader_reads_and_does_nothing_else() {
        assert_eq!(EVERY_RIGHT.map(|right| right.is_given_by(Scope::Read)), [false, false, true]);
    }
}
