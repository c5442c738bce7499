//! The judgement: shape, then every rule of the object among its neighbours, then what was asked for besides.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use scepter_crd::{ScepProfile, Schemas, TrustedRootProfile};
use scepter_issuer::OfflineAuthorities;
use scepter_policy::diagnostics::{Diagnostic, Diagnostics, FieldPath};
use scepter_policy::identity::{Namespace, ObjectKind};
use scepter_policy::rules::requested::Requested;
use scepter_policy::rules::{RuleId, structure};
use scepter_policy::vocabulary::Severity;
use scepter_reconcile::Manifests;

use super::finding::Finding;
use super::input::{Input, Object};
use super::place::locate;
use crate::files::Reading;
use crate::namespaces::{Identity, gather};

/// What objects are judged by.
#[derive(Debug)]
pub(crate) struct Judge {
    /// Their shape.
    pub(crate) schemas: Schemas,
    /// The authorities that issue, where they are known.
    pub(crate) authorities: Option<OfflineAuthorities>,
    /// The rules that speak on request.
    pub(crate) requested: Requested,
    /// The moment.
    pub(crate) now: Timestamp,
}

/// What was found about each object, by its number in the input.
type Found = BTreeMap<usize, Vec<Diagnostic>>;

/// The number of the object that stands for each identity: the last one, where there are several.
type Numbers = BTreeMap<Identity, usize>;

impl Judge {
    /// Every finding about what was read, and how many objects of ours there are.
    pub(crate) fn judge(&self, input: &Input) -> (Vec<Finding>, usize) {
        let mut found = shapes(input);
        let objects = found.len();
        repetitions(input, &mut found);
        self.worlds(input, &mut found);
        let located = found.into_iter().flat_map(|(number, diagnostics)| {
            let object = &input.objects[number];
            diagnostics.into_iter().map(|diagnostic| finding(object, diagnostic))
        });
        (input.unreadable.iter().cloned().chain(located).collect(), objects)
    }

    /// What the reconcile core says of each namespace, the rules that were asked for, and the authorities.
    fn worlds(&self, input: &Input, found: &mut Found) {
        let numbers: Numbers =
            found.keys().map(|number| (input.objects[*number].declared.identity.clone(), *number)).collect();
        let all = gather(input.objects.iter().map(|object| object.declared.clone()));
        for (namespace, among) in &all.worlds {
            let judged = among.diagnostics(self.now).into_iter();
            let judged = judged.chain(among.advice(&self.requested)).chain(self.authority(namespace, among));
            for (kind, name, diagnostics) in judged {
                let identity = (kind.to_string(), namespace.clone(), name);
                if let Some(number) = numbers.get(&identity) {
                    merge(found.entry(*number).or_default(), diagnostics);
                }
            }
        }
    }

    /// What the authorities say, where they are known.
    fn authority(&self, namespace: &str, among: &Manifests) -> Vec<(ObjectKind, String, Diagnostics)> {
        let (Some(authorities), Ok(namespace)) = (&self.authorities, Namespace::new(namespace)) else {
            return Vec::new();
        };
        let profile = |object: &Arc<ScepProfile>| {
            let (profile, _) = object.parse().ok()?;
            let root = among.trusted_root(profile.root.as_str(), self.now);
            let findings = authorities.judge_profile(&profile, root.as_ref(), &namespace, self.now);
            Some((ObjectKind::ScepProfile, profile.name.to_string(), findings))
        };
        let root = |object: &Arc<TrustedRootProfile>| {
            let root = among.trusted_root(object.metadata.name.as_deref()?, self.now)?;
            let findings = authorities.judge_root(&root, &namespace).into_iter().collect();
            Some((ObjectKind::TrustedRootProfile, root.name.to_string(), findings))
        };
        among.profiles().filter_map(profile).chain(among.roots().filter_map(root)).collect()
    }
}

/// What an API server would refuse of each object of ours.
fn shapes(input: &Input) -> Found {
    let numbered = input.objects.iter().enumerate();
    let shapes = numbered.filter_map(|(number, object)| match &object.declared.reading {
        Reading::Foreign(_) => None,
        Reading::Misshapen(findings) => Some((number, findings.iter().cloned().collect())),
        Reading::Manifest(_) => Some((number, Vec::new())),
    });
    shapes.collect()
}

/// SCH-01: each place of an object that stands in more than one says where the others are.
fn repetitions(input: &Input, found: &mut Found) {
    let mut places: BTreeMap<Identity, Vec<usize>> = BTreeMap::new();
    for number in found.keys().filter(|number| !input.objects[**number].declared.name().is_empty()) {
        places.entry(input.objects[*number].declared.identity.clone()).or_default().push(*number);
    }
    for numbers in places.into_values().filter(|numbers| numbers.len() > 1) {
        for number in &numbers {
            let others = numbers.iter().filter(|other| *other != number);
            let elsewhere: Vec<String> = others.map(|other| input.objects[*other].place()).collect();
            found.entry(*number).or_default().push(structure::repeated(&elsewhere.join(", ")));
        }
    }
}

/// Adds findings of a later judge to those of earlier ones. What an earlier one said of a field by the same rule is not said
/// again; an error takes the place of a warning.
fn merge(known: &mut Vec<Diagnostic>, more: impl IntoIterator<Item = Diagnostic>) {
    let said: BTreeMap<(RuleId, FieldPath), Severity> =
        known.iter().map(|known| ((known.rule, known.field.clone()), known.severity)).collect();
    for diagnostic in more {
        let subject = (diagnostic.rule, diagnostic.field.clone());
        match said.get(&subject) {
            Some(Severity::Error) => continue,
            Some(Severity::Warning) if diagnostic.severity == Severity::Warning => continue,
            Some(Severity::Warning) => {
                known.retain(|known| (known.rule, &known.field) != (subject.0, &subject.1));
            }
            None => {}
        }
        known.push(diagnostic);
    }
}

fn finding(object: &Object, diagnostic: Diagnostic) -> Finding {
    let (region, edit) = locate(&object.source.text, &object.node, &diagnostic);
    Finding {
        source: Arc::clone(&object.source),
        region,
        object: object.declared.identity.clone(),
        diagnostic,
        edit,
    }
}
