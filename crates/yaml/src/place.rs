//! Places in a text.

use std::fmt;
use std::ops::Range;

/// A place between two characters of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark {
    offset: u32,
    line: u32,
    column: u32,
}

impl Mark {
    /// The beginning of a text.
    pub const START: Self = Self { offset: 0, line: 1, column: 1 };

    /// A place by its byte, its line from 1, and its column from 1 in characters. What does not fit 32 bits is cut to them:
    /// a text has at most [`crate::MAX_BYTES`].
    pub(crate) fn new(offset: usize, line: usize, column: usize) -> Self {
        let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Self { offset: narrow(offset), line: narrow(line), column: narrow(column) }
    }

    /// The place behind a piece of text that begins here. A carriage return without a line feed ends a line too, as YAML
    /// has it.
    pub(crate) fn after(self, text: &str) -> Self {
        let (mut line, mut column) = (self.line(), self.column());
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let ends_line = character == '\n' || (character == '\r' && characters.peek() != Some(&'\n'));
            (line, column) = if ends_line { (line + 1, 1) } else { (line, column + 1) };
        }
        Self::new(self.offset() + text.len(), line, column)
    }

    /// Bytes from the beginning of the text.
    pub fn offset(self) -> usize {
        self.offset as usize
    }

    /// The line, from 1.
    pub fn line(self) -> usize {
        self.line as usize
    }

    /// The column, from 1, in characters.
    pub fn column(self) -> usize {
        self.column as usize
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A stretch of a text; quotes and the `|` or `>` of a block belong to it, anchors and tags do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// Where it begins.
    pub start: Mark,
    /// Where it ends: the place behind its last character.
    pub end: Mark,
}

impl Span {
    /// The stretch without length at a place.
    pub const fn at(mark: Mark) -> Self {
        Self { start: mark, end: mark }
    }

    /// The bytes of the text that it covers.
    pub fn bytes(self) -> Range<usize> {
        self.start.offset()..self.end.offset()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_behind_text_counts_lines_and_characters() {
        assert_eq!(Mark::START.after("äb"), Mark::new(3, 1, 3));
        assert_eq!(Mark::START.after("a\r\nö"), Mark::new(5, 2, 2));
        assert_eq!(Mark::START.after("a\rb"), Mark::new(3, 2, 2));
        assert_eq!(Mark::new(10, 3, 4).after("x"), Mark::new(11, 3, 5));
    }
}
