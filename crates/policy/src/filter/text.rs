//! Text that compares without regard to case.

use std::fmt;

/// A text literal: not empty, without quotes or control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    written: Box<str>,
    folded: Box<str>,
}

impl Text {
    pub(super) fn new(written: &str) -> Self {
        Self { written: written.into(), folded: folded(written).collect() }
    }

    pub(super) fn equals(&self, value: &str) -> bool {
        folded(value).eq(self.folded.chars())
    }

    /// Whether the value begins with this text.
    pub(super) fn begins(&self, value: &str) -> bool {
        let mut value = folded(value);
        self.folded.chars().all(|character| value.next() == Some(character))
    }

    /// Whether the value contains this text. The only comparison that allocates: searching in linear time needs the
    /// folded value in one piece.
    pub(super) fn is_in(&self, value: &str) -> bool {
        let value: String = folded(value).collect();
        value.contains(&*self.folded)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.written)
    }
}

/// The characters in lower case, each by itself; `ς`, which only ends words, is `σ`.
fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase).map(|character| if character == 'ς' { 'σ' } else { character })
}
