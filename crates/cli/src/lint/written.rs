//! How a text is written in YAML: which bytes of the file write which bytes of the text.

use std::ops::Range;

/// A text and the bytes of the file that write it. Made only where that is certain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// For each byte of the text the byte of the source that begins to write it, and last where the source stops. Bytes
    /// inside a character have the place of the character.
    places: Vec<usize>,
}

impl Written {
    /// Finds out how `source` writes `text`. `source` is a scalar as it stands in the file: plain, or in quotes with the
    /// quotes, on one line, or a literal block. `None` for what is folded over lines, and for what this does not read as
    /// the same text.
    pub(crate) fn read(source: &str, text: &str) -> Option<Self> {
        let mut reader = Reader { source, text, places: Vec::with_capacity(text.len() + 1) };
        let end = match source.chars().next()? {
            '\'' => reader.single_quoted()?,
            '"' => reader.double_quoted()?,
            '|' => reader.literal()?,
            _ => reader.plain()?,
        };
        (reader.places.len() == text.len()).then_some(())?;
        reader.places.push(end);
        Some(Self { places: reader.places })
    }

    /// The bytes of the source that write these bytes of the text.
    pub(crate) fn source_of(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let place = |at: usize| self.places.get(at).copied();
        (range.start <= range.end).then_some(place(range.start)?..place(range.end)?)
    }
}

struct Reader<'a> {
    source: &'a str,
    text: &'a str,
    places: Vec<usize>,
}

impl Reader<'_> {
    /// Notes that the source at `at` writes the text's next character, which must be `character`.
    fn takes(&mut self, character: char, at: usize) -> Option<()> {
        let rest = self.text.get(self.places.len()..)?;
        rest.starts_with(character).then_some(())?;
        self.places.extend(std::iter::repeat_n(at, character.len_utf8()));
        Some(())
    }

    fn plain(&mut self) -> Option<usize> {
        let source = self.source.trim_end();
        source.char_indices().try_for_each(|(at, character)| self.takes(character, at))?;
        Some(source.len())
    }

    fn single_quoted(&mut self) -> Option<usize> {
        let inside = self.source.strip_prefix('\'')?.strip_suffix('\'')?;
        let mut characters = inside.char_indices();
        while let Some((at, character)) = characters.next() {
            if character == '\'' {
                characters.next().filter(|(_, second)| *second == '\'')?;
            }
            self.takes(character, 1 + at)?;
        }
        Some(1 + inside.len())
    }

    fn double_quoted(&mut self) -> Option<usize> {
        let inside = self.source.strip_prefix('"')?.strip_suffix('"')?;
        let mut characters = inside.char_indices();
        while let Some((at, character)) = characters.next() {
            let meant = if character == '\\' { escaped(&mut characters)? } else { character };
            self.takes(meant, 1 + at)?;
        }
        Some(1 + inside.len())
    }

    /// `|`, its indicators, then lines that are indented alike. The end of the block is the end of its last line.
    fn literal(&mut self) -> Option<usize> {
        let (header, body) = self.source.split_once('\n')?;
        header.trim_end_matches('\r').chars().skip(1).all(|c| matches!(c, '-' | '+')).then_some(())?;
        let indent = body.len() - body.trim_start_matches(' ').len();
        let mut at = header.len() + 1;
        let mut end = at;
        for line in body.split_inclusive('\n') {
            // What follows the text, such as a comment, can stand within the block for the parser.
            if self.places.len() == self.text.len() {
                break;
            }
            let content = line.trim_end_matches(['\n', '\r']);
            let skipped = indent.min(content.len());
            content[..skipped].bytes().all(|byte| byte == b' ').then_some(())?;
            for (offset, character) in content[skipped..].char_indices() {
                self.takes(character, at + skipped + offset)?;
            }
            end = at + content.len();
            // Which line breaks at the end belong to the text, the header says, and the text has them or not.
            if self.places.len() < self.text.len() && content.len() < line.len() {
                self.takes('\n', end)?;
            }
            at += line.len();
        }
        Some(end)
    }
}

/// The character that an escape in double quotes means, after its backslash.
fn escaped(characters: &mut std::str::CharIndices<'_>) -> Option<char> {
    let (_, kind) = characters.next()?;
    let mut hexadecimal = |digits: usize| {
        let code: Option<String> = (0..digits).map(|_| characters.next().map(|(_, digit)| digit)).collect();
        u32::from_str_radix(&code?, 16).ok().and_then(char::from_u32)
    };
    match kind {
        '"' | '\\' | '/' | ' ' => Some(kind),
        't' => Some('\t'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        'x' => hexadecimal(2),
        'u' => hexadecimal(4),
        'U' => hexadecimal(8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The piece of the source that writes a piece of the text.
    fn piece<'a>(source: &'a str, text: &str, of: &str) -> Option<&'a str> {
        let start = text.find(of).unwrap();
        let range = Written::read(source, text)?.source_of(&(start..start + of.len()))?;
        Some(&source[range])
    }

    #[test]
    fn a_piece_of_a_text_is_found_in_every_way_of_writing_it() {
        assert_eq!(piece("CN=a;OU=b", "CN=a;OU=b", ";"), Some(";"));
        assert_eq!(piece("'it''s; é'", "it's; é", "; é"), Some("; é"));
        assert_eq!(piece(r#""\u0041\tb;\"c\"""#, "A\tb;\"c\"", "\"c"), Some("\\\"c"));
        assert_eq!(piece("|-\n  CN=a;\n  OU=b\n", "CN=a;\nOU=b", ";\nOU"), Some(";\n  OU"));
        assert_eq!(piece("|\n    {{x}}\n", "{{x}}\n", "{{x}}"), Some("{{x}}"));
        assert_eq!(piece("|-\n    a;b\n  # c\n", "a;b", ";b"), Some(";b"));
    }

    #[test]
    fn a_text_that_is_written_otherwise_is_left_alone() {
        for (source, text) in [
            ("a\n  b", "a b"),
            ("'a\n  b'", "a b"),
            (">-\n  a\n  b\n", "a b"),
            ("|2-\n   a\n", " a"),
            ("\"\\N\"", "\u{85}"),
            ("a", "b"),
            ("a", "ab"),
            ("ab", "a"),
            ("'", ""),
            ("", ""),
        ] {
            assert_eq!(Written::read(source, text), None, "{source:?}");
        }
    }

    proptest! {
        #[test]
        fn what_writes_a_text_in_single_quotes_is_found_byte_by_byte(text in "[a-z'é; ]{0,12}", cut in 0..12_usize) {
            let source = format!("'{}'", text.replace('\'', "''"));
            let written = Written::read(&source, &text).unwrap();
            let cut = (0..=cut.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            let range = written.source_of(&(cut..text.len())).unwrap();
            prop_assert_eq!(source[range].replace("''", "'"), &text[cut..]);
        }

        #[test]
        fn no_source_makes_it_fail(source in "[\"'|\\-+a-z\\\\u0 \\n]{0,16}", text in "[\"'a-z0 \\n]{0,8}") {
            if let Some(written) = Written::read(&source, &text) {
                let range = written.source_of(&(0..text.len())).unwrap();
                prop_assert!(source.get(range).is_some());
            }
        }
    }
}
