//! The operators.

use crate::spelling;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// An operator of the filter language, as it is printed. It is read in any case, and without its dash as well.
    Operator {
        /// Is the same.
        Eq = "-eq",
        /// Is not the same.
        Ne = "-ne",
        /// Is one of a list.
        In = "-in",
        /// Is none of a list.
        NotIn = "-notIn",
        /// Begins with a text.
        StartsWith = "-startsWith",
        /// Contains a text.
        Contains = "-contains",
        /// Does not contain a text.
        NotContains = "-notContains",
        /// Is a later version.
        Gt = "-gt",
        /// Is the same version or a later one.
        Ge = "-ge",
        /// Is an earlier version.
        Lt = "-lt",
        /// Is the same version or an earlier one.
        Le = "-le",
    }
}

/// What people call operators that are written shorter.
const NAMES: [(&str, Operator); 6] = [
    ("equals", Operator::Eq),
    ("notEquals", Operator::Ne),
    ("greaterThan", Operator::Gt),
    ("greaterThanOrEquals", Operator::Ge),
    ("lessThan", Operator::Lt),
    ("lessThanOrEquals", Operator::Le),
];

impl Operator {
    /// Reads a word as people write it.
    pub(super) fn read(word: &str) -> Option<Self> {
        let bare = word.strip_prefix('-').unwrap_or(word);
        Self::ALL.iter().copied().find(|operator| operator.bare().eq_ignore_ascii_case(bare))
    }

    /// The operator that a misspelt word probably means.
    pub(super) fn nearest(word: &str) -> Option<Self> {
        let bare = word.strip_prefix('-').unwrap_or(word);
        let known = Self::ALL.iter().map(|operator| (operator.bare(), *operator));
        spelling::nearest(bare, known.chain(NAMES))
    }

    fn bare(self) -> &'static str {
        &self.as_str()[1..]
    }
}
