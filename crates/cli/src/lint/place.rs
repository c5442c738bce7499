//! Where in a file a finding is: the field, the piece of its text that is to blame, and what would mend it there.

use std::ops::Range;

use scepter_policy::diagnostics::Diagnostic;
use scepter_yaml::{Mark, Node, Span};

use super::written::Written;

/// A stretch of a file, from its first character to the one behind its last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Region {
    /// Where it begins.
    pub(crate) start: Position,
    /// Where it ends.
    pub(crate) end: Position,
}

/// A place between two characters of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    /// The line, from 1.
    pub(crate) line: usize,
    /// The column, from 1, in characters.
    pub(crate) column: usize,
    /// The byte, from 0.
    pub(crate) offset: usize,
}

/// What is to be written in place of a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    /// The byte where the value of the field begins that is mended.
    pub(crate) field: usize,
    /// What goes.
    pub(crate) region: Region,
    /// What comes.
    pub(crate) text: String,
}

impl Region {
    /// The bytes of the file that it covers.
    pub(crate) fn bytes(&self) -> Range<usize> {
        self.start.offset..self.end.offset
    }

    /// These bytes, which begin at or behind `from`.
    fn of(file: &str, from: Position, bytes: &Range<usize>) -> Option<Self> {
        let start = from.after(file.get(from.offset..bytes.start)?);
        Some(Self { start, end: start.after(file.get(bytes.clone())?) })
    }
}

impl From<Span> for Region {
    fn from(span: Span) -> Self {
        Self { start: span.start.into(), end: span.end.into() }
    }
}

impl From<Mark> for Position {
    fn from(mark: Mark) -> Self {
        Self { line: mark.line(), column: mark.column(), offset: mark.offset() }
    }
}

impl Position {
    /// The place behind a text that begins here.
    fn after(self, text: &str) -> Self {
        let last = text.rsplit('\n').next().unwrap_or_default();
        let lines = text.bytes().filter(|byte| *byte == b'\n').count();
        let column = last.chars().count() + if lines == 0 { self.column } else { 1 };
        Self { line: self.line + lines, column, offset: self.offset + text.len() }
    }
}

/// Finds a diagnostic about the object `root` in its file.
pub(crate) fn locate(file: &str, root: &Node, diagnostic: &Diagnostic) -> (Region, Option<Edit>) {
    let found = root.find(diagnostic.field.as_str());
    if let Some(key) = found.key.filter(|_| diagnostic.misnamed && found.exact) {
        return (key.into(), None);
    }
    let field = Region::from(found.span());
    let written = found.node.as_str().filter(|_| found.exact).and_then(|text| {
        let source = file.get(found.node.span.bytes())?;
        Some((text, Written::read(source, text)?))
    });
    let Some((text, written)) = written else { return (field, None) };
    let region = |range: &Range<usize>| {
        let Range { start, end } = written.source_of(range)?;
        let base = field.start.offset;
        Region::of(file, field.start, &(base + start..base + end))
    };
    let fix = diagnostic.fix.as_ref();
    let edit = fix.and_then(|fix| {
        Some(Edit { field: field.start.offset, region: region(&fix.range)?, text: fix.text.clone() })
    });
    let blamed = fix.map(|fix| fix.range.clone()).or_else(|| blamed(text, diagnostic.offset?));
    (blamed.and_then(|range| region(&range)).unwrap_or(field), edit)
}

/// The piece of a text that a problem at `offset` concerns: the variable that begins there, else one character.
fn blamed(text: &str, offset: usize) -> Option<Range<usize>> {
    let rest = text.get(offset..)?;
    let variable = rest.strip_prefix("{{").and_then(|inside| inside.find("}}")).map(|end| end + 4);
    let length = variable.or_else(|| rest.chars().next().map(char::len_utf8)).unwrap_or_default();
    Some(offset..offset + length)
}

#[cfg(test)]
mod tests {
    use scepter_policy::diagnostics::{FieldPath, Replacement};
    use scepter_policy::rules::RuleId;

    use super::*;

    const FILE: &str = "\
# a comment
spec:
  names: {a: 'é;b', b: \"x\\u003b{{y}}\"}
  text: |
    one
    {{two}}
";

    fn finding(field: &str) -> Diagnostic {
        Diagnostic::new(RuleId::Sub17, FieldPath::from(field), "wrong")
    }

    /// Where a finding is shown, and the text that is underlined.
    fn shown(diagnostic: &Diagnostic) -> (String, &'static str) {
        let root = scepter_yaml::documents(FILE).next().unwrap().unwrap();
        let (Region { start, end }, _) = locate(FILE, &root, diagnostic);
        let place = format!("{}:{}-{}:{}", start.line, start.column, end.line, end.column);
        (place, &FILE[start.offset..end.offset])
    }

    #[test]
    fn a_finding_about_a_whole_field_is_shown_at_its_value() {
        assert_eq!(shown(&finding("spec.names.a")), ("3:14-3:19".to_owned(), "'é;b'"));
    }

    #[test]
    fn a_finding_about_the_name_of_a_field_is_shown_at_the_name() {
        assert_eq!(shown(&finding("spec.names.a").misnamed()), ("3:11-3:12".to_owned(), "a"));
    }

    #[test]
    fn a_finding_about_a_field_that_is_missing_is_shown_at_its_parent() {
        assert_eq!(shown(&finding("spec.names.c")).1, "names");
        assert_eq!(shown(&finding("metadata.name")).0, "2:1-2:1");
    }

    #[test]
    fn a_finding_inside_a_text_is_shown_where_it_is_written() {
        assert_eq!(shown(&finding("spec.names.a").at(2)), ("3:16-3:17".to_owned(), ";"));
        assert_eq!(shown(&finding("spec.names.b").at(1)).1, "\\u003b");
        assert_eq!(shown(&finding("spec.names.b").at(2)).1, "{{y}}");
        assert_eq!(shown(&finding("spec.text").at(4)), ("6:5-6:12".to_owned(), "{{two}}"));
    }

    #[test]
    fn a_finding_at_the_end_of_a_text_or_beyond_is_shown_all_the_same() {
        assert_eq!(shown(&finding("spec.names.a").at(4)), ("3:18-3:18".to_owned(), ""));
        assert_eq!(shown(&finding("spec.names.a").at(40)).1, "'é;b'");
    }

    #[test]
    fn what_mends_a_finding_replaces_the_bytes_that_write_it() {
        let root = scepter_yaml::documents(FILE).next().unwrap().unwrap();
        let finding = finding("spec.names.b").fix(Replacement::new(1..2, ","));
        let edit = locate(FILE, &root, &finding).1.unwrap();
        assert_eq!((&FILE[edit.region.bytes()], edit.text.as_str()), ("\\u003b", ","));
    }
}
