//! The one door to [`Authorized`]: everything that must hold before a certificate is made.

use jiff::{SignedDuration, Timestamp};

use super::order::Content;
use super::{Authorized, CertificateRequest, CredentialState, Grant, Presented, Refusal, RefusalReason};
use crate::assign::{Assignment, assign};
use crate::authority::{AuthorityFacts, permit};
use crate::request::compare;
use crate::resolve::{ResolvedRequest, resolve};
use crate::rules::validity;
use crate::vocabulary::CertificateType;

/// How far a certificate begins in the past, for devices whose clock is behind.
const BACKDATED: SignedDuration = SignedDuration::from_mins(5);

/// Judges a request by everything that is known at `now`: the challenge or the
/// certificate to renew, the authority, the assignment, the key, the
/// names, the validity. Takes the grant, which is good for one answer.
///
/// Every refusal is final for this request, except [`RefusalReason::Outdated`].
pub fn authorize(
    grant: Grant,
    authority: &AuthorityFacts,
    request: CertificateRequest,
    now: Timestamp,
) -> Result<Authorized, Refusal> {
    check_credential(&grant, &request, now)?;
    check_authority(&grant, authority)?;
    check_entitlement(&grant)?;
    check_key(&grant)?;
    let resolved = resolve(&grant.profile, &grant.device, grant.user.as_ref())
        .map_err(|failure| Refusal::broken(RefusalReason::ResolutionFailed, &failure))?;
    compare(&resolved, &request.facts)?;
    check_names(&grant, authority, &resolved)?;
    let (not_before, not_after) = lifetime(&grant, authority, now)?;
    let credential = grant.presented.id();
    Ok(Authorized {
        content: Content {
            key: grant.key,
            authority: authority.ca.clone(),
            subject: resolved.subject,
            subject_alternative_names: resolved.subject_alternative_names,
            key_usages: resolved.key_usages,
            extended_key_usages: resolved.extended_key_usages,
            not_before,
            not_after,
            spki: request.facts.spki,
            key_fingerprint: request.key,
            user: match grant.profile.certificate_type {
                CertificateType::Device => None,
                CertificateType::User => grant.device.user_id,
            },
        },
        credential,
        fingerprint: request.fingerprint,
        approval: authority.approval,
        versions: grant.versions,
    })
}

/// One use, in its time (CHL-03, CHL-10, RNW-02). Only the retry of an answered request may come late: its answer exists.
fn check_credential(grant: &Grant, request: &CertificateRequest, now: Timestamp) -> Result<(), Refusal> {
    if grant.state.taken_by().is_some_and(|earlier| earlier != request.fingerprint) {
        return Err(spent(&grant.presented));
    }
    match (&grant.presented, grant.state) {
        (_, CredentialState::Used(_)) => Ok(()),
        (Presented::Challenge { expires_at, .. }, _) if now >= *expires_at => Err(Refusal::new(
            RefusalReason::ChallengeExpired,
            format!("the challenge expired at {expires_at}"),
        )),
        (Presented::Challenge { .. }, _) => Ok(()),
        (Presented::Certificate(certificate), _) => certificate.check(&grant.profile, now),
    }
}

fn spent(presented: &Presented) -> Refusal {
    match presented {
        Presented::Challenge { .. } => {
            Refusal::new(RefusalReason::ChallengeUsed, "the challenge was used by another request")
        }
        Presented::Certificate(_) => {
            Refusal::new(RefusalReason::SignerSuperseded, "the certificate was renewed by another request")
        }
    }
}

fn check_authority(grant: &Grant, authority: &AuthorityFacts) -> Result<(), Refusal> {
    let wanted = &grant.profile.authority;
    if *wanted == authority.name {
        return Ok(());
    }
    let message = format!("authority {} was asked; the profile names {wanted}", authority.name);
    Err(Refusal::new(RefusalReason::AuthorityMismatch, message))
}

/// The profile still serves, and still reaches this device for this certificate (CHL-04).
fn check_entitlement(grant: &Grant) -> Result<(), Refusal> {
    if !is_of_one_piece(grant) {
        let message = "the profile, the device and the user that were read do not belong together";
        return Err(Refusal::new(RefusalReason::Outdated, message));
    }
    if grant.profile.suspend {
        let message = format!("profile {} is suspended", grant.profile.name);
        return Err(Refusal::new(RefusalReason::ProfileSuspended, message));
    }
    let gone = |reason| Err(Refusal::new(RefusalReason::ScepProfileNoLongerTargetedToTheClient, reason));
    if !grant.profile.associations().any(|association| association == grant.key.association) {
        return gone(format!(
            "profile {} is not associated with {}",
            grant.profile.name, grant.key.association
        ));
    }
    match assign(&grant.profile.aim(), &grant.device, grant.user.as_ref(), &grant.memberships) {
        Assignment::Targeted => Ok(()),
        Assignment::NotTargeted(reason) | Assignment::NotApplicable(reason) => gone(reason),
        Assignment::Undecidable(failure) => Err(Refusal::broken(RefusalReason::ResolutionFailed, &failure)),
    }
}

/// Whether the rows that were read are those of the assignment, and the user is the device's.
fn is_of_one_piece(grant: &Grant) -> bool {
    let user = grant.user.as_ref().map(|user| &user.id);
    grant.profile.name == grant.key.profile
        && grant.device.id == grant.key.device
        && (user.is_none() || user == grant.device.user_id.as_ref())
}

/// A key is certified once (RNW-03). The retry of a reserved or answered request brings its own key again.
fn check_key(grant: &Grant) -> Result<(), Refusal> {
    let is_retry = grant.state != CredentialState::Open;
    match &grant.key_seen_for {
        None => Ok(()),
        Some(owner) if is_retry && *owner == grant.key => Ok(()),
        Some(_) => {
            let message = "a certificate was asked for with this key before; the device must make a new key";
            Err(Refusal::new(RefusalReason::KeyReused, message))
        }
    }
}

fn check_names(grant: &Grant, authority: &AuthorityFacts, resolved: &ResolvedRequest) -> Result<(), Refusal> {
    let namespace = &grant.key.tenant.namespace;
    permit(authority, namespace, &grant.profile, resolved, grant.user.as_ref())
        .map_err(|finding| Refusal::broken(RefusalReason::NameNotPermitted, &finding))
}

/// The certificate's dates in whole seconds: from a little in the past, but not before the authority's own, for exactly
/// the profile's period (decision 0031). Never clipped to what the authority can grant (VAL-04, VAL-05).
fn lifetime(
    grant: &Grant,
    authority: &AuthorityFacts,
    now: Timestamp,
) -> Result<(Timestamp, Timestamp), Refusal> {
    let judged = validity::judge_authority(grant.profile.validity, authority, now);
    if let Some(finding) = judged.errors().next() {
        return Err(Refusal::broken(RefusalReason::ValidityNotPossible, finding));
    }
    let backdated = now
        .checked_sub(BACKDATED)
        .and_then(|start| Timestamp::from_second(start.as_second()))
        .unwrap_or(authority.not_before);
    let not_before = backdated.max(authority.not_before);
    let not_after = grant.profile.validity.end(not_before);
    match not_after {
        Some(not_after) if not_before <= now && not_after < authority.not_after => {
            Ok((not_before, not_after))
        }
        Some(_) | None => {
            let message = format!("authority {} is not valid at {now}", authority.name);
            Err(Refusal::new(RefusalReason::ValidityNotPossible, message))
        }
    }
}
