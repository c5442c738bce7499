//! A text to its documents, split as kubectl splits them.

use crate::compose::{Composed, compose};
use crate::error::{Error, Problem};
use crate::node::{Node, Value};
use crate::place::{Mark, Span};

/// The longest text that is read: an API server takes no larger object either.
pub const MAX_BYTES: usize = 3 * 1024 * 1024;

/// The most documents of one text.
pub const MAX_DOCUMENTS: usize = 10_000;

/// The bytes of a file as text. An error has the place of the first byte that is not UTF-8.
pub fn text(bytes: &[u8]) -> Result<&str, Error> {
    if bytes.len() > MAX_BYTES {
        return Err(Error::at(Problem::TooLarge, Mark::START));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let offset = error.valid_up_to();
        let before = std::str::from_utf8(&bytes[..offset]).unwrap_or_default();
        Error::at(Problem::NotUtf8 { offset }, Mark::START.after(before))
    })
}

/// The documents of a text; those that are empty or null are left out. After an error the next document is read: what
/// is wrong in one is no reason to be silent about another.
pub fn documents(text: &str) -> Documents<'_> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mark = Mark::new(text.len() - body.len(), 1, 1);
    let refused = unreadable(text);
    let rest = if refused.is_some() { "" } else { body };
    Documents { rest, mark, following: None, refused, read: 0 }
}

/// What makes a text unreadable as a whole.
fn unreadable(text: &str) -> Option<Error> {
    if text.len() > MAX_BYTES {
        return Some(Error::at(Problem::TooLarge, Mark::START));
    }
    let control = |byte: u8| (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0x7f;
    let offset = text.bytes().position(control)?;
    let character = char::from(text.as_bytes()[offset]);
    Some(Error::at(Problem::ControlCharacter { character }, Mark::START.after(&text[..offset])))
}

/// The documents of a text, one after the other.
#[derive(Clone, Debug)]
pub struct Documents<'t> {
    rest: &'t str,
    mark: Mark,
    /// What follows an object of a JSON stream in the same chunk.
    following: Option<Chunk<'t>>,
    refused: Option<Error>,
    read: usize,
}

/// A piece of the text that holds one document, or a stream of JSON objects.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chunk<'t> {
    pub(crate) text: &'t str,
    pub(crate) mark: Mark,
}

impl Iterator for Documents<'_> {
    type Item = Result<Node, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(refused) = self.refused.take() {
            return Some(Err(refused));
        }
        loop {
            let chunk = match self.following.take().map_or_else(|| self.chunk(), |chunk| Some(Ok(chunk)))? {
                Ok(chunk) => chunk,
                Err(error) => return Some(Err(error)),
            };
            let Some(content) = chunk.content() else { continue };
            self.read += 1;
            if self.read > MAX_DOCUMENTS {
                self.rest = "";
                return Some(Err(Error::at(Problem::TooManyDocuments, chunk.mark)));
            }
            if let Some(tab) = chunk.tab(content) {
                return Some(Err(Error::at(Problem::Tab, tab)));
            }
            match compose(chunk) {
                Ok(Composed { root: Some(Node { value: Value::Null, .. }) | None, following }) => {
                    self.following = following;
                }
                Ok(Composed { root: Some(root), following }) => {
                    self.following = following;
                    return Some(Ok(root));
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl<'t> Documents<'t> {
    /// The text up to the next line that is `---`, which is left out.
    fn chunk(&mut self) -> Option<Result<Chunk<'t>, Error>> {
        if self.rest.is_empty() {
            return None;
        }
        let (all, start) = (self.rest, self.mark);
        let mut taken = 0;
        for line in all.split_inclusive('\n') {
            if let Some(behind) = line.strip_prefix("---") {
                let (text, mark) = (&all[..taken], start.after(&all[..taken]));
                self.rest = &all[taken + line.len()..];
                self.mark = mark.after(line);
                let alone = behind.trim_start().is_empty() || behind.trim_start().starts_with('#');
                return Some(if alone {
                    Ok(Chunk { text, mark: start })
                } else {
                    Err(Error::new(
                        Problem::Separator,
                        Span { start: mark, end: mark.after(line.trim_end()) },
                    ))
                });
            }
            taken += line.len();
        }
        self.rest = "";
        Some(Ok(Chunk { text: all, mark: start }))
    }
}

impl Chunk<'_> {
    /// Where its content begins: behind blank lines and comments, if there is anything.
    fn content(&self) -> Option<usize> {
        let mut offset = 0;
        loop {
            let rest = &self.text[offset..];
            offset += rest.len() - rest.trim_start().len();
            match self.text[offset..].chars().next()? {
                '#' => offset += self.text[offset..].find('\n')?,
                _ => return Some(offset),
            }
        }
    }

    /// A tab that indents the first line of YAML; JSON may be indented by tabs.
    fn tab(&self, content: usize) -> Option<Mark> {
        let (before, content) = self.text.split_at_checked(content)?;
        let line = before.rfind('\n').map_or(0, |end| end + 1);
        let tab = line + before[line..].find('\t')?;
        (!content.starts_with(['{', '['])).then(|| self.mark.after(&before[..tab]))
    }

    /// What stands behind that many bytes.
    pub(crate) fn behind(self, bytes: usize) -> Option<Self> {
        let (before, text) = self.text.split_at_checked(bytes)?;
        Some(Chunk { text, mark: self.mark.after(before) })
    }
}
