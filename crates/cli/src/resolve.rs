//! `scepter resolve`: what one device would be asked for, offline, and why.

mod answer;
mod names;
mod payload;
mod population;
mod text;

use jiff::Timestamp;
use scepter_crd::{ScepProfile, Schemas};
use scepter_policy::diagnostics::Diagnostics;
use scepter_policy::explain::{Case, Story, explain};
use scepter_policy::profile::Profile;
use scepter_policy::root::TrustedRoot;

use crate::arguments::{ResolveArguments, ResolveFormat};
use crate::files::{self, ReadError};
use crate::namespaces::gather;
use crate::{Ending, print};
use answer::Answer;
use names::UnknownName;
use population::Population;

/// Why nothing was resolved.
#[derive(Debug, thiserror::Error)]
enum Unresolved {
    /// The files cannot be read.
    #[error(transparent)]
    Unreadable(#[from] ReadError),
    /// A name is not among the declared ones.
    #[error(transparent)]
    Unknown(#[from] UnknownName),
    /// The profile is refused.
    #[error("the profile has errors")]
    Refused(Diagnostics),
}

/// Resolves: 0 when computed, 1 when the profile has errors, 2 for an unknown name or a path that cannot be read.
pub(crate) fn run(arguments: &ResolveArguments) -> anyhow::Result<Ending> {
    match resolve(arguments, &Schemas::new()?) {
        Ok(resolved) => {
            show(arguments, &resolved)?;
            Ok(Ending::Success)
        }
        Err(Unresolved::Refused(findings)) => {
            findings.errors().for_each(|finding| print::note(&finding.to_string()));
            Ok(Ending::Findings)
        }
        Err(usage @ (Unresolved::Unreadable(_) | Unresolved::Unknown(_))) => {
            print::error(&usage.into());
            Ok(Ending::Usage)
        }
    }
}

/// A profile on a device, decided.
struct Resolved {
    namespace: String,
    profile: Profile,
    root: Option<TrustedRoot>,
    device: String,
    story: Story,
}

fn resolve(arguments: &ResolveArguments, schemas: &Schemas) -> Result<Resolved, Unresolved> {
    let objects = files::read(&arguments.paths, schemas)?;
    let all = gather(objects);
    if let Some(misshapen) = names::misshapen(&all, &arguments.profile) {
        return Err(Unresolved::Refused(misshapen.findings.clone()));
    }
    let (namespace, among, object) = names::profile(&all, &arguments.profile)?;
    let profile = parse(object)?;
    let population = Population::of(among);
    let member = population.member(&arguments.device)?;
    let root = among.trusted_root(profile.root.as_str(), Timestamp::now());
    let story = explain(&Case {
        profile: &profile,
        root: root.as_ref(),
        device: member.device,
        user: member.user,
        memberships: &member.memberships,
        groups: population.groups(),
    });
    let device = member.device.id.to_string();
    Ok(Resolved { namespace: namespace.to_owned(), profile, root, device, story })
}

fn parse(object: &ScepProfile) -> Result<Profile, Unresolved> {
    object.parse().map(|(profile, _)| profile).map_err(Unresolved::Refused)
}

fn show(arguments: &ResolveArguments, resolved: &Resolved) -> anyhow::Result<()> {
    match arguments.output {
        ResolveFormat::Text => print::text(&text::of(resolved, arguments.explain)),
        ResolveFormat::Json => {
            let answer = Answer::of(resolved, arguments.explain);
            print::text(&format!("{}\n", serde_json::to_string_pretty(&answer)?))
        }
        ResolveFormat::Payload => payload::print(resolved),
    }
}
