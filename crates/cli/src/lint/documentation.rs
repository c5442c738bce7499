//! Where a rule is explained.

use scepter_policy::rules::RuleId;

/// Where the project's documents stand.
const REPOSITORY: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/");

/// The rule in the documents of this repository.
pub(crate) fn page(rule: RuleId) -> String {
    format!("docs/rules.md#{}", rule.as_str().to_ascii_lowercase())
}

/// The rule in the documents on the web.
pub(crate) fn url(rule: RuleId) -> String {
    format!("{REPOSITORY}{}", page(rule))
}
