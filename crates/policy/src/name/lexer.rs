//! The structure of a subject as written: keys, values and what separates them (policy-rules §3).
//!
//! ```text
//! subject   = assertion *(("," / ";" / "+") assertion)
//! assertion = key "=" (DQUOTE *(char / DQUOTE DQUOTE) DQUOTE / unquoted)     ; blanks round keys and values are ignored
//! ```
//! There is no backslash escape in CertStrToName, so one is refused instead of misread (SUB-04).

use crate::rules::RuleId;

/// A text that breaks the grammar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    /// The rule that speaks.
    pub(super) rule: RuleId,
    /// Bytes into the text where the trouble starts.
    pub(super) offset: usize,
    /// What is wrong.
    pub(super) message: String,
}

/// A part of the text and where it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span<'a> {
    pub(super) text: &'a str,
    pub(super) offset: usize,
}

/// What stands between an assertion and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Separator {
    /// Nothing: this is the first.
    Start,
    /// `,`: another relative name.
    Comma,
    /// `;`, which means the same (SUB-17).
    Semicolon(usize),
    /// `+`: another attribute of the same relative name (SUB-07).
    Plus(usize),
}

/// `key=value` as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Assertion<'a> {
    pub(super) separator: Separator,
    pub(super) key: Span<'a>,
    /// What stands between the quotes, or the unquoted text without the blanks round it.
    pub(super) value: Span<'a>,
    pub(super) quoted: bool,
}

/// Splits a subject into its assertions.
pub(super) fn assertions(text: &str) -> Result<Vec<Assertion<'_>>, SyntaxError> {
    let mut lexer = Lexer { text, at: 0 };
    let mut found = vec![lexer.assertion(Separator::Start)?];
    while let Some(separator) = lexer.separator()? {
        found.push(lexer.assertion(separator)?);
    }
    Ok(found)
}

/// Characters that a backslash may not stand before.
const ESCAPABLE: [char; 4] = ['+', ',', ';', '='];

/// Where the first backslash before a special character stands in a value, if there is one (SUB-04, SUB-12). The end of
/// a value counts: a separator follows it.
pub(crate) fn find_escape(value: &str) -> Option<usize> {
    let escapes = |rest: &str| rest.is_empty() || rest.starts_with(ESCAPABLE);
    value.match_indices('\\').map(|(at, _)| at).find(|at| escapes(&value[at + 1..]))
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn assertion(&mut self, separator: Separator) -> Result<Assertion<'a>, SyntaxError> {
        let key = self.key()?;
        self.skip_blanks();
        let (value, quoted) = match self.rest().chars().next() {
            Some('"') => (self.quoted()?, true),
            Some('#') => {
                return Err(error(RuleId::Sub08, self.at, "a value that begins with # is read as hex"));
            }
            _ => (self.unquoted()?, false),
        };
        match find_escape(value.text) {
            None => Ok(Assertion { separator, key, value, quoted }),
            Some(escape) => Err(self.escape(value.offset + escape)),
        }
    }

    /// Reads up to the `=` and past it.
    fn key(&mut self) -> Result<Span<'a>, SyntaxError> {
        let rest = self.rest();
        let end = rest.find(['=', ',', ';', '+', '"']).unwrap_or(rest.len());
        let key = trimmed(self.at, &rest[..end]);
        if !rest[end..].starts_with('=') {
            let problem = if key.text.is_empty() {
                "an attribute is missing here".to_owned()
            } else {
                format!("{:?} is not of the form KEY=value", shortened(key.text))
            };
            return Err(error(RuleId::Sub01, key.offset, problem));
        }
        if key.text.is_empty() {
            return Err(error(RuleId::Sub01, self.at, "there is no key before this ="));
        }
        self.at += end + 1;
        Ok(key)
    }

    /// Reads a value in quotes, from the opening quote past the closing one.
    fn quoted(&mut self) -> Result<Span<'a>, SyntaxError> {
        let opening = self.at;
        let mut at = opening + 1;
        loop {
            let Some(quote) = self.text[at..].find('"') else {
                return Err(error(RuleId::Sub01, opening, "this quote is not closed"));
            };
            at += quote + 1;
            if !self.text[at..].starts_with('"') {
                break;
            }
            at += 1;
        }
        self.at = at;
        Ok(Span { text: &self.text[opening + 1..at - 1], offset: opening + 1 })
    }

    /// Reads an unquoted value up to the next separator.
    fn unquoted(&mut self) -> Result<Span<'a>, SyntaxError> {
        let start = self.at;
        let rest = self.rest();
        let end = rest.find([',', ';', '+', '=', '"']).unwrap_or(rest.len());
        let stopped_at = start + end;
        if rest[..end].ends_with('\\') && rest[end..].starts_with(ESCAPABLE) {
            return Err(self.escape(stopped_at - 1));
        }
        if rest[end..].starts_with('=') {
            let message = "an = inside a value is structure unless the value stands in quotes";
            return Err(error(RuleId::Sub06, stopped_at, message));
        }
        if rest[end..].starts_with('"') {
            let message = "a quote inside a value; quote the whole value and double the quotes in it";
            return Err(error(RuleId::Sub01, stopped_at, message));
        }
        self.at = stopped_at;
        Ok(trimmed(start, &rest[..end]))
    }

    /// Reads what follows a value: a separator, or the end.
    fn separator(&mut self) -> Result<Option<Separator>, SyntaxError> {
        self.skip_blanks();
        let at = self.at;
        let separator = match self.rest().chars().next() {
            None => return Ok(None),
            Some(',') => Separator::Comma,
            Some(';') => Separator::Semicolon(at),
            Some('+') => Separator::Plus(at),
            Some(_) => return Err(error(RuleId::Sub01, at, "text after the closing quote")),
        };
        self.at += 1;
        Ok(Some(separator))
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn escape(&self, offset: usize) -> SyntaxError {
        let escaped: String = self.text[offset..].chars().take(2).collect();
        error(
            RuleId::Sub04,
            offset,
            format!("{escaped} is no escape; devices take the backslash into the name"),
        )
    }
}

fn trimmed(offset: usize, text: &str) -> Span<'_> {
    Span { text: text.trim(), offset: offset + (text.len() - text.trim_start().len()) }
}

fn error(rule: RuleId, offset: usize, message: impl Into<String>) -> SyntaxError {
    SyntaxError { rule, offset, message: message.into() }
}

fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}
