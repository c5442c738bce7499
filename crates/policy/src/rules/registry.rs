//! The registry itself.

use super::{Rule, Scope};
use crate::vocabulary::Severity::{self, Error};

/// Defines [`RuleId`] and [`RULES`] from one table.
macro_rules! rules {
    ($($variant:ident $id:literal $scope:ident $severity:ident $source:literal $title:literal $help:literal;)+) => {
        /// The id of a rule, such as `VAR-05`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum RuleId { $(#[doc = $title] #[serde(rename = $id)] $variant),+ }

        /// Every rule, in the order of the specification's groups.
        pub const RULES: &[Rule] = &[$(Rule {
            id: RuleId::$variant,
            scope: Scope::$scope,
            severity: $severity,
            source: $source,
            title: $title,
            help: $help,
        }),+];

        impl RuleId {
            /// The id as it is written.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $id),+ }
            }
        }
    };
}

impl RuleId {
    /// The rule's entry in the table.
    pub const fn rule(self) -> &'static Rule {
        &RULES[self as usize]
    }

    /// The rule's usual severity.
    pub const fn severity(self) -> Severity {
        self.rule().severity
    }
}

impl std::fmt::Display for RuleId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl std::str::FromStr for RuleId {
    type Err = UnknownRule;

    fn from_str(text: &str) -> Result<Self, UnknownRule> {
        RULES
            .iter()
            .map(|rule| rule.id)
            .find(|id| id.as_str() == text)
            .ok_or_else(|| UnknownRule(text.to_owned()))
    }
}

/// An id that no rule has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no rule id; docs/rules.md lists them")]
pub struct UnknownRule(pub String);

rules! {
    Sch01 "SCH-01" Object Error "[I]" "The object has the shape that the API describes" "compare the field with `kubectl explain`";
    Var05 "VAR-05" Device Error "S:129,160" "Every variable has a value on the device" "fill in the attribute in the inventory, or leave the variable out of the profile";
}
