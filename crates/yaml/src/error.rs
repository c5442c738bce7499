//! Why a text is no document, and where.

use crate::place::{Mark, Span};

/// Why a document cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {problem}", span.start)]
pub struct Error {
    /// What is wrong.
    pub problem: Problem,
    /// Where.
    pub span: Span,
}

impl Error {
    pub(crate) fn new(problem: Problem, span: Span) -> Self {
        Self { problem, span }
    }

    pub(crate) fn at(problem: Problem, mark: Mark) -> Self {
        Self::new(problem, Span::at(mark))
    }
}

/// What is wrong with a text; each says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The bytes are not UTF-8.
    #[error("byte {offset} is not UTF-8; save the file in UTF-8")]
    NotUtf8 {
        /// The first byte that is not, from 0.
        offset: usize,
    },
    /// A control character stands in the text, even inside quotes.
    #[error("the control character U+{:04X} is not allowed; remove it, or write it as an escape in double quotes", *character as u32)]
    ControlCharacter {
        /// The character.
        character: char,
    },
    /// The text is longer than an API server takes.
    #[error("the text is longer than 3 MiB; split it into smaller files")]
    TooLarge,
    /// There are too many documents in one text.
    #[error("there are more than {MAX_DOCUMENTS} documents; split them into several files", MAX_DOCUMENTS = crate::MAX_DOCUMENTS)]
    TooManyDocuments,
    /// A tab stands where only blanks indent.
    #[error("a tab cannot indent YAML; write blanks")]
    Tab,
    /// The text is not YAML.
    #[error("this is not YAML: {0}")]
    Syntax(
        /// The parser's words.
        String,
    ),
    /// `---` with something behind it.
    #[error("`---` stands alone on its line, or before a comment; write what follows on the next line")]
    Separator,
    /// Another document without `---` before it: kubectl would drop it in silence.
    #[error("kubectl reads nothing from here on; write `---` on a line of its own before another document")]
    SecondDocument,
    /// A key stands twice in one mapping: kubectl would silently keep the last.
    #[error("the key {key:?} is already set at line {line}; remove one of them")]
    DuplicateKey {
        /// The key.
        key: String,
        /// The line of the first.
        line: usize,
    },
    /// A key is null, a list, a mapping, or a number beyond 64 bits.
    #[error("a key must be text; put it in quotes")]
    Key,
    /// `{{` outside quotes: YAML reads a mapping in a mapping.
    #[error("outside quotes `{{{{` begins two mappings; put the whole value in quotes")]
    Braces,
    /// `<<` with something else than a mapping or a list of mappings.
    #[error("`<<` takes a mapping or a list of mappings")]
    Merge,
    /// A value that does not fit the tag before it.
    #[error("{text:?} cannot be read as {tag}; correct the value or remove the tag")]
    Tag {
        /// The tag, as `!!int`.
        tag: String,
        /// The text.
        text: String,
    },
    /// Infinity or not-a-number: JSON has neither.
    #[error("{text} is a number that JSON does not have; put it in quotes if text is meant")]
    NotFinite {
        /// As written.
        text: String,
    },
    /// An alias inside the value that it stands for.
    #[error("this alias stands for a value that contains the alias")]
    Recursive,
    /// Nesting too deep for any object of an API.
    #[error("the nesting is deeper than {MAX_DEPTH} levels", MAX_DEPTH = crate::compose::MAX_DEPTH)]
    TooDeep,
    /// Aliases that would make a small text a huge object.
    #[error("the aliases up to here stand for more than any object holds; write the values out")]
    TooManyAliases,
}
