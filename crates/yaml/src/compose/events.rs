//! The parser's events, with places in the whole text.

use granit_parser::{ErrorKind, Event, Marker, Options, Parser, ScalarStyle, ScanError, StrInput};

use crate::documents::Chunk;
use crate::error::{Error, Problem};
use crate::place::{Mark, Span};

/// An event and the text that it was made of.
pub(super) type Placed<'t> = (Event<'t>, Span);

/// The events of a chunk.
pub(super) struct Events<'t> {
    chunk: Chunk<'t>,
    parser: Parser<'t, StrInput<'t>>,
    /// Where the last event ended.
    end: Mark,
}

impl<'t> Events<'t> {
    pub(super) fn new(chunk: Chunk<'t>) -> Self {
        let mut options = Options::default();
        options.set_emit_comments(false);
        options.block_scalar_eof_without_line_feed = true;
        Self { chunk, parser: Parser::new_from_str_with_options(chunk.text, options), end: chunk.mark }
    }

    /// The next event; at the end the end of the stream, as often as asked.
    pub(super) fn next(&mut self) -> Result<Placed<'t>, Error> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => {
                let mut span = Span { start: self.mark(&span.start), end: self.mark(&span.end) };
                if let Event::Scalar(_, ScalarStyle::Literal | ScalarStyle::Folded, ..) = event {
                    span.start = self.header(span.start).unwrap_or(span.start);
                }
                self.end = span.end;
                Ok((event, span))
            }
            Some(Err(error)) => Err(self.syntax(&error)),
            None => Ok((Event::StreamEnd, Span::at(self.end))),
        }
    }

    /// The place in the whole text of a marker in the chunk.
    fn mark(&self, marker: &Marker) -> Mark {
        let base = self.chunk.mark;
        let column = if marker.line() == 1 { base.column() + marker.col() } else { marker.col() + 1 };
        let offset = base.offset() + marker.byte_offset().unwrap_or_default();
        Mark::new(offset, base.line() + marker.line() - 1, column)
    }

    /// The `|` or `>` of a block whose text begins at `content`: the parser has the place of the text alone.
    fn header(&self, content: Mark) -> Option<Mark> {
        let base = self.chunk.mark.offset();
        let between = self.chunk.text.get(self.end.offset() - base..content.offset() - base)?;
        let mut line_start = 0;
        for line in between.split_inclusive('\n') {
            let mut offset = line_start;
            for word in line.split_inclusive([' ', '\t']) {
                match word.chars().next() {
                    Some('|' | '>') => return Some(self.end.after(&between[..offset])),
                    Some('#') => break,
                    _ => offset += word.len(),
                }
            }
            line_start += line.len();
        }
        None
    }

    fn syntax(&self, error: &ScanError) -> Error {
        let mark = self.mark(error.marker());
        match error.kind() {
            ErrorKind::TabNotAllowed | ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation => {
                Error::at(Problem::Tab, self.tab(mark).unwrap_or(mark))
            }
            ErrorKind::RecursionLimitExceeded => Error::at(Problem::TooDeep, mark),
            _ => Error::at(Problem::Syntax(error.info()), mark),
        }
    }

    /// The first tab of a line.
    fn tab(&self, on: Mark) -> Option<Mark> {
        let before = self.chunk.text.get(..on.offset() - self.chunk.mark.offset())?;
        let line = before.rfind('\n').map_or(0, |end| end + 1);
        let tab = self.chunk.text[line..].find('\t')?;
        Some(self.chunk.mark.after(&self.chunk.text[..line + tab]))
    }
}
