//! How a case is judged: by the functions that lint, the reconciler and the issuer call, in their order.

use std::collections::BTreeMap;

use scepter_crd::{Manifest, ManifestError};
use scepter_policy::assign::{Assignment, assign};
use scepter_policy::authority::{self, Approval, AuthorityFacts, Permitted};
use scepter_policy::diagnostics::Diagnostics;
use scepter_policy::identity::{GroupId, Namespace};
use scepter_policy::inventory::{GroupKind, Inventory, Member};
use scepter_policy::profile::{Fields, Profile, Validity};
use scepter_policy::resolve::resolve;
use scepter_policy::root::{RootCertificate, TrustedRoot};
use scepter_policy::rules::requested::{self, Requested};
use scepter_policy::rules::{Activation, RuleId, access, assignment, root};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::case::{Case, data, merge, object, read};

/// What surrounds an object where a case says nothing else.
#[derive(Deserialize)]
struct World {
    device: Value,
    user: Value,
    groups: Value,
    authority: Value,
}

/// An authority as a case writes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Authority {
    name: String,
    not_before: jiff::Timestamp,
    not_after: jiff::Timestamp,
    max_validity: Validity,
    enforce_name_lengths: bool,
    root: String,
    #[serde(rename = "publicURLs")]
    public_urls: Vec<String>,
    permitted: Vec<Permitted>,
}

/// Every finding about a case. A rule that waits to be asked is asked for where the case is about it.
pub(crate) fn judge(rule: RuleId, case: &Case) -> Diagnostics {
    match Manifest::from_value(case.manifest()) {
        Ok(Manifest::ScepProfile(object)) => match object.parse() {
            Ok((profile, mut findings)) => {
                findings.extend(requested::judge_writing(&Fields::from(&*object), &requested(rule)));
                findings.extend(judge_profile(rule, &profile, case));
                findings
            }
            Err(findings) => findings,
        },
        Ok(Manifest::TrustedRootProfile(object)) => match object.parse(None, case.now) {
            Ok((root, mut findings)) => {
                findings.extend(judge_root(&root, case));
                findings
            }
            Err(findings) => findings,
        },
        Ok(Manifest::InventorySource(_)) => panic!("no rule of the list is about inventory sources"),
        Err(ManifestError::Malformed { finding, .. }) => (*finding).into(),
        Err(error) => panic!("{error}"),
    }
}

fn requested(rule: RuleId) -> Requested {
    Requested::new(Some(rule).filter(|rule| rule.rule().activation == Activation::OnRequest)).unwrap()
}

fn judge_profile(rule: RuleId, profile: &Profile, case: &Case) -> Diagnostics {
    let mut findings = Diagnostics::none();
    let kinds = case.inventory.as_ref().map(|_| kinds(&inventory(case, profile))).unwrap_or_default();
    if case.inventory.is_some() {
        findings.extend(assignment::judge_kinds(&profile.assignments, &kinds));
        findings.extend(access::judge_reach(profile, &inventory(case, profile)).into_iter().collect());
    }
    findings.extend(requested::judge(profile, &kinds, &requested(rule)));
    let root = neighbour(profile, case);
    if case.root.is_some() {
        findings.extend(root::judge_reference(profile, root.as_ref(), &kinds));
    }
    let facts = case.authority.as_ref().map(facts);
    if let Some(facts) = &facts {
        findings.extend(authority::judge(profile, root.as_ref(), facts, &namespace(), case.now));
    }
    if case.device.is_some() {
        let inventory = inventory(case, profile);
        let member = inventory.members().next().unwrap();
        findings.extend(judge_member(profile, root.as_ref(), facts.as_ref(), &member, case));
    }
    findings
}

/// In the order of policy-rules §0: targets and applicability, resolution, the root, then the authority.
fn judge_member(
    profile: &Profile,
    root: Option<&TrustedRoot>,
    facts: Option<&AuthorityFacts>,
    member: &Member<'_>,
    case: &Case,
) -> Diagnostics {
    match assign(&profile.aim(), member.device, member.user, &member.memberships) {
        Assignment::Targeted => {}
        Assignment::Undecidable(finding) => return finding.into(),
        left_out @ (Assignment::NotTargeted(_) | Assignment::NotApplicable(_)) => {
            panic!("the case is about a device that does not get the profile: {left_out:?}")
        }
    }
    let request = match resolve(profile, member.device, member.user) {
        Ok(request) => request,
        Err(failure) => return failure.into(),
    };
    if case.root.is_some() {
        let Some(root) = root else { return root::waiting(profile, member.device).into() };
        let given = assign(&root.aim(), member.device, member.user, &member.memberships);
        let arrived = given == Assignment::Targeted;
        if let Some(obstacle) = root::judge_delivery(profile, root, member.device, arrived) {
            return obstacle.into();
        }
    }
    let permitted =
        facts.map_or(Ok(()), |facts| authority::permit(facts, &namespace(), profile, &request, member.user));
    permitted.err().into_iter().collect()
}

fn judge_root(root: &TrustedRoot, case: &Case) -> Diagnostics {
    let Some(device) = &case.device else { return Diagnostics::none() };
    let device =
        serde_json::from_value(patched(json!({"id": "d1", "platform": root.platform}), device)).unwrap();
    root::judge_device(root, &device).into_iter().collect()
}

fn world() -> World {
    read(&data("vectors/bases/World.yaml"))
}

fn namespace() -> Namespace {
    Namespace::new("acme").unwrap()
}

fn patched(mut base: Value, patch: &Value) -> Value {
    merge(&mut base, patch);
    base
}

/// The device of the case and its user, in a namespace with the groups of the case.
fn inventory(case: &Case, profile: &Profile) -> Inventory {
    let world = world();
    let device = patched(world.device, &json!({"platform": profile.platform}));
    let device = case.device.as_ref().map_or(device.clone(), |patch| patched(device, patch));
    let inventory = json!({
        "devices": [device],
        "users": [patched(world.user, &case.user)],
        "groups": world.groups,
    });
    let patch = case.inventory.clone().unwrap_or_default();
    serde_json::from_value(patched(inventory, &patch)).unwrap()
}

fn kinds(inventory: &Inventory) -> BTreeMap<GroupId, GroupKind> {
    inventory.groups.iter().map(|group| (group.id.clone(), group.kind)).collect()
}

/// The root that the profile names, if the case has one.
fn neighbour(profile: &Profile, case: &Case) -> Option<TrustedRoot> {
    let root = case.root.as_ref().filter(|root| !root.missing)?;
    Some(root_of(root.manifest(profile.platform.as_str()), case.now))
}

/// The DER of a certificate, as a root profile reads it.
fn der(file: &str) -> Vec<u8> {
    let manifest = object("TrustedRootProfile", &Value::Null, file);
    match root_of(manifest, "2030-01-01T00:00:00Z".parse().unwrap()).certificate {
        RootCertificate::Der(der) => der,
        other => panic!("{file}: {other:?}"),
    }
}

fn root_of(manifest: Value, now: jiff::Timestamp) -> TrustedRoot {
    match Manifest::from_value(manifest) {
        Ok(Manifest::TrustedRootProfile(object)) => {
            let parsed = object.parse(None, now);
            parsed.unwrap_or_else(|findings| panic!("the root is refused itself: {findings:?}")).0
        }
        other => panic!("{other:?}"),
    }
}

fn facts(patch: &Value) -> AuthorityFacts {
    let authority: Authority = serde_json::from_value(patched(world().authority, patch)).unwrap();
    AuthorityFacts {
        name: authority.name.parse().unwrap(),
        ca: authority.name.parse().unwrap(),
        not_before: authority.not_before,
        not_after: authority.not_after,
        max_validity: authority.max_validity,
        enforce_name_lengths: authority.enforce_name_lengths,
        root: der(&authority.root),
        other_roots: Vec::new(),
        public_urls: authority.public_urls,
        permitted: authority.permitted,
        approval: Approval::Automatic,
    }
}
