//! Why one device gets or does not get a certificate, told as a person would tell a colleague.
//!
//! The decision is made by the same calls as everywhere; this module only listens and puts it into words.

mod request;
mod root;
mod targeting;
#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::assign::{Assignment, walk};
use crate::diagnostics::Diagnostic;
use crate::inventory::{Device, Group, Memberships, User};
use crate::profile::Profile;
use crate::resolve::{ResolvedRequest, resolve};
use crate::root::TrustedRoot;
use crate::vocabulary::Severity;

/// A profile, a device, and all that deciding about them needs.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The profile.
    pub profile: &'a Profile,
    /// The root that it refers to, if that is declared.
    pub root: Option<&'a TrustedRoot>,
    /// The device.
    pub device: &'a Device,
    /// Its user, if it has one.
    pub user: Option<&'a User>,
    /// The groups that hold them.
    pub memberships: &'a Memberships,
    /// Every group of the tenant: through which of them one holds the device is told, too.
    pub groups: &'a [Group],
}

/// What becomes of a device under a profile, where a root that reaches the device counts as delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is asked for this.
    Ok(Box<ResolvedRequest>),
    /// A rule fails on it.
    Fail(Diagnostic),
    /// Platform or applicability leaves it out; with the reason.
    NotApplicable(String),
    /// No target holds it, or an exclusion or a filter takes it out; with the reason.
    NotTargeted(String),
    /// Its root does not reach it (ROOT-10).
    Pending(Diagnostic),
}

impl Outcome {
    /// What a rule about a device that the profile reaches makes of it: an error fails there, a warning waits.
    fn of(finding: Diagnostic) -> Self {
        match finding.severity {
            Severity::Error => Self::Fail(finding),
            Severity::Warning => Self::Pending(finding),
        }
    }
}

/// A decision, and the way to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// What was decided.
    pub outcome: Outcome,
    /// What was looked at, in that order. All but the last let the device pass; the last does too if the outcome is `Ok`.
    pub steps: Vec<Step>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What it is.
    pub topic: Topic,
    /// What there was to see, in sentences. The rule that was broken stands in brackets behind what broke it.
    pub sentences: Vec<String>,
    /// Whether it let the device pass.
    pub passed: bool,
}

crate::vocabulary::vocabulary! {
    /// What a device is asked about, in the order of policy-rules §0.
    Topic {
        /// Whether its platform is the profile's.
        Platform = "platform",
        /// Whether a target holds it, and no exclusion takes it out.
        Targets = "targets",
        /// Whether the filters on those targets let it pass.
        Filters = "filters",
        /// Whether the applicability rules do.
        Applicability = "applicability",
        /// Whether every variable has a value.
        Variables = "variables",
        /// Whether the device can make the request, and a certificate can hold it.
        Request = "request",
        /// Whether it gets the root.
        Root = "root",
    }
}

/// Decides what becomes of a device under a profile, and tells why.
pub fn explain(case: &Case<'_>) -> Story {
    let mut told = Telling::default();
    let mut listener = targeting::Listener::new(case, targeting::Subject::Profile);
    let Case { profile, device, user, memberships, .. } = *case;
    let assignment = walk(&profile.aim(), device, user, memberships, &mut |seen| listener.hear(seen));
    told.all(listener.steps(&assignment));
    let outcome = match assignment {
        Assignment::NotTargeted(reason) => Outcome::NotTargeted(reason),
        Assignment::NotApplicable(reason) => Outcome::NotApplicable(reason),
        Assignment::Undecidable(finding) => Outcome::of(finding),
        Assignment::Targeted => certify(case, &mut told),
    };
    told.end(outcome)
}

/// What becomes of a device that the profile reaches.
fn certify(case: &Case<'_>, told: &mut Telling) -> Outcome {
    let resolved = resolve(case.profile, case.device, case.user);
    told.all(request::steps(case, resolved.as_ref().err()));
    match resolved {
        Err(finding) => Outcome::of(finding),
        Ok(request) => {
            let (step, hindrance) = root::step(case);
            told.all([step]);
            hindrance.unwrap_or(Outcome::Ok(Box::new(request)))
        }
    }
}

/// The steps told so far.
#[derive(Default)]
struct Telling(Vec<Step>);

impl Telling {
    fn all(&mut self, steps: impl IntoIterator<Item = Step>) {
        self.0.extend(steps);
    }

    fn end(self, outcome: Outcome) -> Story {
        let mut steps = self.0;
        if let Some(last) = steps.last_mut() {
            last.passed = matches!(outcome, Outcome::Ok(_));
        }
        Story { outcome, steps }
    }
}

impl Step {
    fn new(topic: Topic, sentences: Vec<String>) -> Self {
        Self { topic, sentences, passed: true }
    }
}

/// A finding as a sentence, its rule behind it.
fn sentence_of(finding: &Diagnostic) -> String {
    sentence(&format!("{} ({})", finding.message, finding.rule))
}

/// A clause as a sentence: a capital first, a full stop last.
fn sentence(clause: &str) -> String {
    let mut characters = clause.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).chain(['.']).collect()
}

/// `a`, `a and b`, `a, b and c`.
fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
