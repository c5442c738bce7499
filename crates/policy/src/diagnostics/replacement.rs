//! Replacements: what mends a finding without anything to decide.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A change to a field's text that mends a finding and leaves nothing to decide: the field means afterwards what it was
/// meant to say before. `scepter lint --fix` makes it, SARIF carries it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    /// The bytes of the field's text that go.
    pub range: Range<usize>,
    /// The text that takes their place.
    pub text: String,
}

impl Replacement {
    /// A replacement of those bytes.
    pub fn new(range: Range<usize>, text: impl Into<String>) -> Self {
        Self { range, text: text.into() }
    }

    /// The field's text after the change; `None` where the bytes are none of this text.
    pub fn apply(&self, text: &str) -> Option<String> {
        let (before, after) = (text.get(..self.range.start)?, text.get(self.range.end..)?);
        (self.range.start <= self.range.end).then(|| [before, &self.text, after].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_of_the_range_are_replaced_and_no_others() {
        assert_eq!(Replacement::new(4..5, ",").apply("CN=a;OU=b").as_deref(), Some("CN=a,OU=b"));
        assert_eq!(Replacement::new(2..2, "x").apply("ab").as_deref(), Some("abx"));
    }

    #[test]
    fn a_range_that_is_not_of_the_text_changes_nothing() {
        for range in [1..3, 0..9, 9..10] {
            assert_eq!(Replacement::new(range, "x").apply("é"), None);
        }
    }
}
