//! What came of one pass over an object.

use scepter_issuer_api::{Applied, IssuerError, ObjectReport, PlanReport, PutOutcome, RootMismatch};
use scepter_policy::diagnostics::{Diagnostic, Diagnostics, FieldPath};
use scepter_policy::rules::RuleId;

use crate::judgement::Unmet;

/// All that a status is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// What came of the pass.
    pub verdict: Verdict,
    /// What the issuer has of the object now.
    pub report: Report,
}

/// What the issuer has of an object.
#[derive(Clone, Debug, PartialEq)]
pub enum Report {
    /// This.
    Known(Box<ObjectReport>),
    /// Nothing.
    Absent,
    /// It did not say: what was known before stays.
    Silent,
}

impl Report {
    /// What it is, where something is known.
    pub fn known(&self) -> Option<&ObjectReport> {
        match self {
            Self::Known(report) => Some(report),
            Self::Absent | Self::Silent => None,
        }
    }
}

/// What came of one pass.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Policy refuses the object.
    Refused(Diagnostics),
    /// A reference is not met.
    Waiting {
        /// The references.
        unmet: Vec<Unmet>,
        /// Other findings.
        warnings: Diagnostics,
    },
    /// The issuer serves it as it is now.
    Applied {
        /// The issuer's answer.
        applied: Applied,
        /// Findings on the way.
        warnings: Diagnostics,
    },
    /// The issuer keeps the old revision until somebody approves the plan.
    Held {
        /// The issuer's answer.
        held: Applied,
        /// Findings on the way.
        warnings: Diagnostics,
    },
    /// It was only tried: it is suspended, or the pass changes nothing.
    Planned {
        /// What applying would do.
        planned: Applied,
        /// Findings on the way.
        warnings: Diagnostics,
    },
    /// The issuer refuses it: its authority, or what it already has, forbids.
    Rejected {
        /// Its findings.
        findings: Diagnostics,
        /// Set when the root does not anchor the authority.
        root_mismatch: Option<RootMismatch>,
    },
    /// The issuer gave no answer.
    Unanswered {
        /// Why.
        error: IssuerError,
        /// Findings on the way.
        warnings: Diagnostics,
    },
    /// The object is being deleted.
    Leaving(Leaving),
}

/// How far the issuer is with a deleted object.
#[derive(Clone, Debug, PartialEq)]
pub enum Leaving {
    /// It has let go of it.
    Gone,
    /// Deleting it would take away more than its budget: it waits for approval.
    Held(PlanReport),
    /// The issuer gave no answer.
    Unanswered(IssuerError),
}

impl Verdict {
    /// Makes a verdict of the issuer's answer to a PUT.
    pub(crate) fn of(answer: PutOutcome, only_planned: bool, warnings: Diagnostics) -> Self {
        match answer {
            PutOutcome::Applied(planned) | PutOutcome::Held(planned) if only_planned => {
                Self::Planned { planned, warnings }
            }
            PutOutcome::Applied(applied) => Self::Applied { applied, warnings },
            PutOutcome::Held(held) => Self::Held { held, warnings },
            PutOutcome::Refused { diagnostics, root_mismatch } => {
                Self::Rejected { findings: chain(&warnings, &diagnostics), root_mismatch }
            }
        }
    }

    /// Every finding.
    pub(crate) fn findings(&self) -> Diagnostics {
        match self {
            Self::Refused(findings) | Self::Rejected { findings, .. } => findings.clone(),
            Self::Waiting { unmet, warnings } => {
                unmet.iter().map(Unmet::finding).chain(warnings).cloned().collect()
            }
            Self::Applied { applied: answer, warnings }
            | Self::Held { held: answer, warnings }
            | Self::Planned { planned: answer, warnings } => chain(warnings, &answer.warnings),
            Self::Unanswered { warnings, .. } => warnings.clone(),
            Self::Leaving(_) => Diagnostics::none(),
        }
    }

    /// A plan that has not been carried out.
    pub(crate) fn plan(&self) -> Option<&PlanReport> {
        match self {
            Self::Held { held: answer, .. } | Self::Planned { planned: answer, .. } => Some(&answer.plan),
            Self::Leaving(Leaving::Held(plan)) => Some(plan),
            Self::Refused(_)
            | Self::Waiting { .. }
            | Self::Applied { .. }
            | Self::Rejected { .. }
            | Self::Unanswered { .. }
            | Self::Leaving(Leaving::Gone | Leaving::Unanswered(_)) => None,
        }
    }

    /// Where devices reach the issuer for this object.
    pub(crate) fn endpoint(&self) -> Option<&str> {
        self.answer().and_then(|answer| answer.endpoint.as_deref())
    }

    /// The generation that serves, as far as the answer says.
    pub(crate) fn programmed_generation(&self) -> Option<i64> {
        self.answer().map(|answer| answer.programmed_generation)
    }

    fn answer(&self) -> Option<&Applied> {
        match self {
            Self::Applied { applied: answer, .. }
            | Self::Held { held: answer, .. }
            | Self::Planned { planned: answer, .. } => Some(answer),
            Self::Refused(_)
            | Self::Waiting { .. }
            | Self::Rejected { .. }
            | Self::Unanswered { .. }
            | Self::Leaving(_) => None,
        }
    }
}

/// Both sets of findings, each finding once: the issuer judges by the same rules, so most come twice.
fn chain(first: &Diagnostics, second: &Diagnostics) -> Diagnostics {
    let new = second.iter().filter(|finding| !first.iter().any(|known| known == *finding));
    first.iter().chain(new).cloned().collect()
}

/// Whether the issuer refuses a profile only because it does not have the root yet: profiles and roots travel apart.
pub(crate) fn misses_root(findings: &Diagnostics) -> bool {
    findings.errors().next().is_some_and(|finding| finding.rule == RuleId::Root07)
}

/// The finding about a spec that could not be read at all (SCH-01).
pub(crate) fn misshapen(message: &str) -> Diagnostic {
    Diagnostic::new(RuleId::Sch01, FieldPath::default(), message)
}
