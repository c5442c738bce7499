//! Challenges at an admin's wish, whether the root has arrived or not.

use futures::future::join_all;
use scepter_issuer_api::{MintTarget, Minted, MintedChallenges, NotMinted};
use scepter_policy::assign::{Assignment, assign};
use scepter_policy::identity::{AssignmentKey, Association, DeviceId, ObjectKind, ObjectName, Tenant};
use scepter_policy::profile::Profile;
use scepter_store::interpreter::Interpreter as _;
use scepter_store::inventory::Member;

use super::ticket::{self, NoTicket};
use crate::api::Failure;
use crate::declared::Declared;
use crate::issuer::Issuer;

/// Mints challenges of one profile for one device, or for every device that it reaches.
pub(crate) async fn mint(
    issuer: &Issuer,
    tenant: &Tenant,
    name: &ObjectName,
    target: MintTarget,
) -> Result<MintedChallenges, Failure> {
    let stored = issuer.store.object(tenant, ObjectKind::ScepProfile, name).await?;
    let stored = stored.ok_or_else(|| Failure::not_found(format_args!("ScepProfile {name}")))?;
    let profile = Declared.profile(&stored.document).map_err(|problem| {
        Failure::invalid(format!("profile {name} cannot be served: {problem}"), "apply it again")
    })?;
    let mut answer = MintedChallenges { minted: Vec::new(), not_minted: Vec::new() };
    match target {
        MintTarget::Device(device) => {
            let member = issuer.store.device(tenant, &device).await?;
            let member = member.ok_or_else(|| Failure::not_found(format_args!("device {device}")))?;
            note(&mut answer, mint_one(issuer, tenant, &profile, &member).await?);
        }
        MintTarget::All => mint_all(issuer, tenant, &profile, &mut answer).await?,
    }
    Ok(answer)
}

fn note(answer: &mut MintedChallenges, outcome: Result<Minted, NotMinted>) {
    match outcome {
        Ok(minted) => answer.minted.push(minted),
        Err(not_minted) => answer.not_minted.push(not_minted),
    }
}

/// As many at once as share a commit, and no more: claims of devices that enroll wait behind them.
const AT_ONCE: usize = 64;

async fn mint_all(
    issuer: &Issuer,
    tenant: &Tenant,
    profile: &Profile,
    answer: &mut MintedChallenges,
) -> Result<(), Failure> {
    let mut after: Option<DeviceId> = None;
    loop {
        let page = issuer.store.devices(tenant, after.as_ref()).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.device.id.clone());
        let reached: Vec<_> = page.iter().filter(|member| reaches(profile, member)).collect();
        for together in reached.chunks(AT_ONCE) {
            let attempts = together.iter().map(|member| mint_one(issuer, tenant, profile, member));
            for outcome in join_all(attempts).await {
                note(answer, outcome?);
            }
        }
    }
}

fn reaches(profile: &Profile, member: &Member) -> bool {
    let assignment = assign(&profile.aim(), &member.device, member.user.as_ref(), &member.memberships);
    match assignment {
        Assignment::Targeted | Assignment::Undecidable(_) => true,
        Assignment::NotTargeted(_) | Assignment::NotApplicable(_) => false,
    }
}

async fn mint_one(
    issuer: &Issuer,
    tenant: &Tenant,
    profile: &Profile,
    member: &Member,
) -> Result<Result<Minted, NotMinted>, Failure> {
    let device = member.device.id.clone();
    let key = AssignmentKey {
        tenant: tenant.clone(),
        profile: profile.name.clone(),
        device: device.clone(),
        association: Association::Own,
    };
    match ticket::mint(issuer, &key, profile, member, issuer.clock.now()).await {
        Ok(ticket) => Ok(Ok(Minted {
            device,
            challenge: ticket.challenge.expose().to_owned(),
            url: ticket.served.url_for(profile).to_owned(),
            subject: ticket.request.subject.to_string(),
            san: ticket.request.subject_alternative_names.iter().map(ToString::to_string).collect(),
            expires_at: ticket.expires_at,
        })),
        Err(NoTicket::Store(error)) => Err(error.into()),
        Err(NoTicket::NoRandomness(error)) => Err(error.into()),
        Err(
            refused @ (NoTicket::Refused(_)
            | NoTicket::Suspended
            | NoTicket::NoAuthority(_)
            | NoTicket::Mint(_)),
        ) => Ok(Err(NotMinted { device, message: refused.to_string() })),
    }
}
