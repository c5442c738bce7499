//! `scepter resolve`: what one device would be asked for, offline, and why.

mod answer;
mod population;

use jiff::Timestamp;
use scepter_crd::{ScepProfile, Schemas};
use scepter_policy::assign::{Assignment, assign, explain};
use scepter_policy::diagnostics::Diagnostic;
use scepter_policy::identity::ObjectKind;
use scepter_policy::profile::Profile;
use scepter_policy::resolve::resolve;
use scepter_policy::rules::root::{judge_delivery, waiting};
use scepter_policy::vocabulary::Severity;
use scepter_reconcile::Manifests;

use crate::arguments::{ResolveArguments, ResolveFormat};
use crate::files::{self, Declared};
use crate::namespaces::{Misshapen, Namespaces, gather};
use crate::{Ending, print};
use answer::Answer;
use population::{Member, Population};

/// Resolves: 0 when computed, 1 when the profile has errors, 2 for an unknown name or a path that cannot be read.
pub(crate) fn run(arguments: &ResolveArguments) -> anyhow::Result<Ending> {
    let objects = match files::read(&arguments.paths, &Schemas::new()?) {
        Ok(objects) => objects,
        Err(error) => {
            print::error(&error.into());
            return Ok(Ending::Usage);
        }
    };
    let all = gather(&objects, Declared::in_namespace);
    if let Some(broken) = misshapen(&all, &arguments.profile) {
        broken.findings.errors().for_each(|finding| print::note(&finding.to_string()));
        return Ok(Ending::Findings);
    }
    let found = find(&all, &arguments.profile);
    let [(among, object)] = found.as_slice() else {
        print::note(&unknown(&arguments.profile, found.len()));
        return Ok(Ending::Usage);
    };
    let profile = match object.parse() {
        Ok((profile, _)) => profile,
        Err(findings) => {
            findings.errors().for_each(|finding| print::note(&finding.to_string()));
            return Ok(Ending::Findings);
        }
    };
    let population = Population::of(among);
    let Some(member) = population.member(&arguments.device) else {
        print::note(&format!(
            "the inventory has no device {}; the ids are those of InventorySource",
            arguments.device
        ));
        return Ok(Ending::Usage);
    };
    let (answer, steps) = judge(&profile, &member, among);
    print::text(&match arguments.output {
        ResolveFormat::Json => format!("{}\n", serde_json::to_string_pretty(&answer)?),
        ResolveFormat::Text => answer.text(arguments.explain.then_some(&steps)),
    })?;
    Ok(Ending::Success)
}

/// The order of a device's result is that of policy-rules §0: targets, resolution, then the root.
fn judge(profile: &Profile, member: &Member<'_>, among: &Manifests) -> (Answer, Vec<String>) {
    let Member { device, user, memberships } = member;
    let explained = explain(&profile.aim(), device, *user, memberships);
    let mut steps = explained.steps;
    let answer = match explained.assignment {
        Assignment::NotTargeted(reason) => Answer::not_targeted(reason),
        Assignment::NotApplicable(reason) => Answer::not_applicable(reason),
        Assignment::Undecidable(finding) => Answer::fail(&finding),
        Assignment::Targeted => match resolve(profile, device, *user) {
            Err(finding) => Answer::fail(&finding),
            Ok(request) => match obstacle(profile, member, among) {
                Some(finding) if finding.severity == Severity::Error => Answer::fail(&finding),
                Some(_) => Answer::pending(profile),
                None => Answer::ok(profile, &request),
            },
        },
    };
    steps.push(answer.conclusion());
    (answer, steps)
}

/// What keeps its root from the device. Offline, a root profile that targets the device counts as delivered.
fn obstacle(profile: &Profile, member: &Member<'_>, among: &Manifests) -> Option<Diagnostic> {
    let named = among.roots().find(|root| root.metadata.name.as_deref() == Some(profile.root.as_str()));
    let parsed = named.and_then(|root| root.parse(None, Timestamp::now()).ok());
    let Some((root, _)) = parsed else { return Some(waiting(profile, member.device)) };
    let given = assign(&root.aim(), member.device, member.user, &member.memberships);
    judge_delivery(profile, &root, member.device, given == Assignment::Targeted)
}

/// A profile of that name that has not the shape of one.
fn misshapen<'a>(all: &'a Namespaces, name: &str) -> Option<&'a Misshapen> {
    let (namespace, name) = parts(name);
    all.misshapen.iter().find(|object| {
        let (kind, its_namespace, its_name) = &object.identity;
        let is_profile = kind == ObjectKind::ScepProfile.as_str();
        is_profile && its_name == name && namespace.is_none_or(|namespace| namespace == its_namespace)
    })
}

/// `NAMESPACE/NAME` or `NAME`.
fn parts(name: &str) -> (Option<&str>, &str) {
    name.split_once('/').map_or((None, name), |(namespace, name)| (Some(namespace), name))
}

fn find<'a>(all: &'a Namespaces, name: &str) -> Vec<(&'a Manifests, &'a ScepProfile)> {
    let (namespace, name) = parts(name);
    let worlds =
        all.worlds.iter().filter(|(world, _)| namespace.is_none_or(|namespace| namespace == world.as_str()));
    worlds
        .flat_map(|(_, among)| among.profiles().map(move |profile| (among, &**profile)))
        .filter(|(_, profile)| profile.metadata.name.as_deref() == Some(name))
        .collect()
}

fn unknown(name: &str, found: usize) -> String {
    match found {
        0 => format!("no profile is called {name}; `scepter lint` lists what the files declare"),
        _ => format!("{found} profiles are called {name}; write NAMESPACE/{name}"),
    }
}
