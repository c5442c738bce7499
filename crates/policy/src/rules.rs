//! The rule table: every refusal and warning of Scepter points to one of these.
//!
//! Ids, severities and sources are those of the specification's rule list. A rule's checks live in the module of its
//! group; the registry is what lint, admission, statuses and `docs/rules.md` read.

use crate::vocabulary::{Severity, vocabulary};

pub mod access;
pub mod applicability;
pub mod assignment;
pub mod keys;
pub mod matrix;
pub mod platform;
mod registry;
pub(crate) mod renewal;
pub mod requested;
pub mod root;
pub(crate) mod san;
pub(crate) mod sid;
pub mod structure;
pub(crate) mod subject;
pub(crate) mod urls;
pub(crate) mod usages;
pub(crate) mod validity;
pub(crate) mod variables;

pub use registry::{RULES, RuleId};

vocabulary! {
    /// What a rule needs to judge. A rule without its context stays silent.
    Scope {
        /// The object alone: lint, admission, reconciler and issuer.
        Object = "object",
        /// The object's neighbours in its namespace.
        Namespace = "namespace",
        /// The issuer's authority.
        Authority = "authority",
        /// A device: resolve, check-in and issue.
        Device = "device",
    }
}

vocabulary! {
    /// Whether a rule waits to be asked.
    Activation {
        /// It speaks wherever its context is there.
        Always = "always",
        /// It speaks only where somebody asked for it by its id ([`requested`]): good advice for some, noise for others.
        OnRequest = "on request",
    }
}

/// One rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The id in code and output.
    pub id: RuleId,
    /// What it needs to judge.
    pub scope: Scope,
    /// How bad breaking it is.
    pub severity: Severity,
    /// Whether it waits to be asked.
    pub activation: Activation,
    /// Where it comes from: `S:n` is line n of the specification, `[I]` inferred; docs/rules.md explains the others.
    pub source: &'static str,
    /// The rule in one sentence.
    pub title: &'static str,
    /// What to do when it speaks.
    pub help: &'static str,
}
