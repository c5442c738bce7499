//! What a verdict answers to the three questions, and whether anything moves.

use scepter_issuer_api::{IssuerError, RootMismatch};
use scepter_policy::diagnostics::Diagnostics;

use super::{Reason, Truth};
use crate::judgement::Unmet;
use crate::verdict::{Leaving, Verdict, misses_root};

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Aspect {
    pub(super) truth: Truth,
    pub(super) reason: Reason,
    pub(super) message: String,
}

impl Aspect {
    pub(super) fn yes(reason: Reason, message: impl Into<String>) -> Self {
        Self { truth: Truth::True, reason, message: message.into() }
    }

    pub(super) fn no(reason: Reason, message: impl Into<String>) -> Self {
        Self { truth: Truth::False, reason, message: message.into() }
    }

    pub(super) fn unknown(reason: Reason, message: impl Into<String>) -> Self {
        Self { truth: Truth::Unknown, reason, message: message.into() }
    }

    pub(super) fn with(self, truth: Truth) -> Self {
        Self { truth, ..self }
    }

    fn accepted() -> Self {
        Self::yes(Reason::Accepted, "The spec breaks no rule")
    }

    fn resolved() -> Self {
        Self::yes(Reason::ResolvedRefs, "Every reference is met")
    }

    fn not_asked(question: &str) -> Self {
        Self::unknown(Reason::NotAsked, format!("Not looked at, because {question}"))
    }
}

/// Whether an object moves by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    Done,
    Working,
    Stuck,
}

/// The answers to the three questions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Aspects {
    pub(super) accepted: Aspect,
    pub(super) resolved: Aspect,
    pub(super) programmed: Aspect,
    pub(super) progress: Progress,
}

impl Aspects {
    pub(super) fn of(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Refused(findings) => Self::refused(Reason::Invalid, findings),
            Verdict::Waiting { unmet, .. } => Self::waiting(unmet),
            Verdict::Applied { applied, .. } => Self {
                programmed: Aspect::yes(Reason::Programmed, served(applied.programmed_generation)),
                ..Self::asked(Progress::Done)
            },
            Verdict::Held { held, .. } => Self {
                programmed: Aspect::no(Reason::AwaitingApproval, awaiting(&held.plan.id)),
                ..Self::asked(Progress::Stuck)
            },
            Verdict::Planned { .. } => Self {
                programmed: Aspect::no(
                    Reason::Suspended,
                    "Nothing is changed while spec.suspend is true; status.plan says what would be",
                ),
                ..Self::asked(Progress::Done)
            },
            Verdict::Rejected { root_mismatch: Some(mismatch), .. } => Self::mismatched(mismatch),
            Verdict::Rejected { findings, root_mismatch: None } if misses_root(findings) => Self {
                resolved: Aspect::no(Reason::RootNotFound, first_errors(findings)),
                programmed: Aspect::no(Reason::NotAsked, "The issuer does not have the root yet"),
                ..Self::asked(Progress::Working)
            },
            Verdict::Rejected { findings, root_mismatch: None } => {
                Self::refused(Reason::RefusedByIssuer, findings)
            }
            Verdict::Unanswered { error, .. } => Self::unanswered(error),
            Verdict::Leaving(leaving) => Self::leaving(leaving),
        }
    }

    /// The first question that is not answered with yes decides; else the object is ready.
    pub(super) fn ready(&self) -> Aspect {
        [&self.accepted, &self.resolved, &self.programmed]
            .into_iter()
            .find(|aspect| aspect.truth != Truth::True)
            .unwrap_or(&self.programmed)
            .clone()
    }

    /// Accepted and resolved; the issuer's answer is to be filled in.
    fn asked(progress: Progress) -> Self {
        Self {
            accepted: Aspect::accepted(),
            resolved: Aspect::resolved(),
            programmed: Aspect::unknown(Reason::Pending, "The issuer was not asked yet"),
            progress,
        }
    }

    fn refused(reason: Reason, findings: &Diagnostics) -> Self {
        Self {
            accepted: Aspect::no(reason, first_errors(findings)),
            resolved: Aspect::not_asked("the spec is not accepted"),
            programmed: Aspect::no(Reason::NotAsked, "This generation is not served: it is not accepted"),
            progress: Progress::Stuck,
        }
    }

    fn waiting(unmet: &[Unmet]) -> Self {
        let (reason, progress) = match unmet.first() {
            Some(Unmet::RootInvalid(_)) => (Reason::RootInvalid, Progress::Working),
            Some(Unmet::RootUnsuitable(_)) => (Reason::RootUnsuitable, Progress::Stuck),
            Some(Unmet::ConfigMapNotFound(_)) => (Reason::ConfigMapNotFound, Progress::Working),
            Some(Unmet::RootNotFound(_)) | None => (Reason::RootNotFound, Progress::Working),
        };
        let findings: Diagnostics = unmet.iter().map(Unmet::finding).cloned().collect();
        Self {
            resolved: Aspect::no(reason, sentences(findings.iter())),
            programmed: Aspect::no(Reason::NotAsked, "This generation is not served: a reference is not met"),
            ..Self::asked(progress)
        }
    }

    fn mismatched(mismatch: &RootMismatch) -> Self {
        let message = format!(
            "ROOT-08: the root {} does not anchor the authority, whose root is {}; no device could succeed: refer to the \
             authority's root, or choose the other authority",
            mismatch.referenced, mismatch.authority
        );
        Self {
            resolved: Aspect::no(Reason::RootMismatch, message),
            programmed: Aspect::no(Reason::NotAsked, "This generation is not served: its root does not fit"),
            ..Self::asked(Progress::Stuck)
        }
    }

    fn unanswered(error: &IssuerError) -> Self {
        let (programmed, progress) = no_answer(error);
        Self { programmed, ..Self::asked(progress) }
    }

    /// Of a deleted object all three questions ask the same: is it gone?
    fn leaving(leaving: &Leaving) -> Self {
        let (aspect, progress) = match leaving {
            Leaving::Gone => (Aspect::no(Reason::Deleting, "The issuer has let go of it"), Progress::Done),
            Leaving::Held(plan) => {
                (Aspect::no(Reason::AwaitingApproval, awaiting(&plan.id)), Progress::Stuck)
            }
            Leaving::Unanswered(error) => {
                let (answer, progress) = no_answer(error);
                (Aspect::no(Reason::Deleting, format!("It is still served: {}", answer.message)), progress)
            }
        };
        Self { accepted: aspect.clone(), resolved: aspect.clone(), programmed: aspect, progress }
    }
}

fn no_answer(error: &IssuerError) -> (Aspect, Progress) {
    if error.is_retryable() {
        (Aspect::unknown(Reason::IssuerUnreachable, error.to_string()), Progress::Working)
    } else {
        (Aspect::no(Reason::IssuerError, error.to_string()), Progress::Stuck)
    }
}

fn served(generation: i64) -> String {
    format!("The issuer serves generation {generation}")
}

fn awaiting(plan: &str) -> String {
    format!(
        "The change takes away more certificates than the budget allows; look at status.plan, and set the annotation \
         scepter.dev/approve-plan to {plan} to let it go ahead"
    )
}

fn first_errors(findings: &Diagnostics) -> String {
    sentences(findings.errors())
}

/// The first three findings, and how many more there are.
fn sentences<'a>(findings: impl Iterator<Item = &'a scepter_policy::diagnostics::Diagnostic>) -> String {
    let all: Vec<String> = findings.map(ToString::to_string).collect();
    let mut text = all.iter().take(3).cloned().collect::<Vec<_>>().join(". ");
    if all.len() > 3 {
        text.push_str(&format!(". And {} more: see status.diagnostics", all.len() - 3));
    }
    text
}
