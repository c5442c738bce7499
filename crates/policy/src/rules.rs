//! The rule table: every refusal and warning of Scepter points to one of these.
//!
//! Ids, severities and sources are those of the specification's rule list. A rule's checks live in the module of its
//! group; this file is the registry that lint, admission, statuses and `docs/rules.md` read.

use crate::vocabulary::{Severity, vocabulary};

pub(crate) mod access;
pub mod applicability;
pub mod assignment;
pub mod keys;
pub mod matrix;
pub(crate) mod platform;
mod registry;
pub(crate) mod renewal;
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

/// One rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The id in code and output.
    pub id: RuleId,
    /// What it needs to judge.
    pub scope: Scope,
    /// How bad breaking it is.
    pub severity: Severity,
    /// Where it comes from: `S:n` is line n of the specification.
    pub source: &'static str,
    /// The rule in one sentence.
    pub title: &'static str,
    /// What to do when it speaks.
    pub help: &'static str,
}
