//! A ticket: what exactly a device is asked for, and the challenge that works for it once.

use jiff::{SignedDuration, Timestamp};
use scepter_policy::authority::permit;
use scepter_policy::diagnostics::Diagnostic;
use scepter_policy::identity::{AssignmentKey, AuthorityName};
use scepter_policy::issuance::ChallengeId;
use scepter_policy::profile::Profile;
use scepter_policy::resolve::{ResolvedRequest, resolve};
use scepter_store::challenges::NewChallenge;
use scepter_store::inventory::Member;
use scepter_store::{MintError, StoreError};

use crate::authorities::Served;
use crate::issuer::Issuer;
use crate::secret::Split;

/// How long a challenge works (CHL-03).
const LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// A resolved request with its challenge.
pub(super) struct Ticket<'a> {
    /// What the device asks for.
    pub(super) request: ResolvedRequest,
    /// The challenge.
    pub(super) challenge: Split,
    /// When it stops working.
    pub(super) expires_at: Timestamp,
    /// Who will issue.
    pub(super) served: &'a Served,
}

/// Why a device gets no ticket.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoTicket {
    /// The profile cannot be resolved for this device, or not permitted; the row says so now.
    #[error("{0}")]
    Refused(Box<Diagnostic>),
    /// The profile is suspended.
    #[error("the profile is suspended; nothing is handed out until spec.suspend is false")]
    Suspended,
    /// The profile's authority is gone, or does not serve this namespace any more.
    #[error("authority {0} does not serve this namespace; the issuer's configuration says which it serves")]
    NoAuthority(AuthorityName),
    /// The profile does not reach the device any more.
    #[error(transparent)]
    Mint(#[from] MintError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No secret could be made.
    #[error("the system gives no random bytes: {0}")]
    NoRandomness(#[from] getrandom::Error),
}

impl NoTicket {
    /// The reason as a word, for a row and an answer.
    pub(super) fn reason(&self) -> &'static str {
        match self {
            Self::Refused(finding) => finding.rule.as_str(),
            Self::Suspended => "ProfileSuspended",
            Self::NoAuthority(_) => "AuthorityNotAvailable",
            Self::Mint(_) => "NotAssigned",
            Self::Store(_) | Self::NoRandomness(_) => "Unavailable",
        }
    }
}

/// Resolves a profile for a device, asks the authority whether it may certify that, and mints a challenge for it.
pub(super) async fn mint<'a>(
    issuer: &'a Issuer,
    key: &AssignmentKey,
    profile: &Profile,
    member: &Member,
    now: Timestamp,
) -> Result<Ticket<'a>, NoTicket> {
    if profile.suspend {
        return Err(NoTicket::Suspended);
    }
    let served = issuer.authorities.issuing(profile.authority.as_str(), now);
    let served = served.filter(|served| served.serves(&key.tenant.namespace));
    let served = served.ok_or_else(|| NoTicket::NoAuthority(profile.authority.clone()))?;
    let request = match resolved(served, key, profile, member) {
        Ok(request) => request,
        Err(finding) => {
            issuer.store.set_failed(key, &finding, now).await?;
            return Err(NoTicket::Refused(Box::new(finding)));
        }
    };
    let challenge = Split::random()?;
    let expires_at = now.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX);
    let new =
        NewChallenge { id: ChallengeId(challenge.id().to_owned()), secret: challenge.secret(), expires_at };
    issuer.store.mint(key, &new, now).await?;
    Ok(Ticket { request, challenge, expires_at, served })
}

fn resolved(
    served: &Served,
    key: &AssignmentKey,
    profile: &Profile,
    member: &Member,
) -> Result<ResolvedRequest, Diagnostic> {
    let user = member.user.as_ref();
    let request = resolve(profile, &member.device, user)?;
    permit(&served.facts, &key.tenant.namespace, profile, &request, user)?;
    Ok(request)
}
