//! Text of others in our sentences.

/// The most characters that a sentence quotes of one text.
const MAX_QUOTED: usize = 64;
/// The most characters of a sentence.
const MAX_SENTENCE: usize = 512;

/// The text in quotes, control characters escaped and its end cut off where it is long, for a message to quote.
pub(crate) fn quoted(text: &str) -> String {
    format!("{:?}", cut(text, MAX_QUOTED))
}

/// A sentence of bounded length, whatever it quotes.
pub(super) fn sentence(text: String) -> String {
    if text.len() <= MAX_SENTENCE { text } else { cut(&text, MAX_SENTENCE) }
}

/// The first characters of a text, with a mark where others followed.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters_and_a_short_one_is_quoted_whole() {
        assert_eq!(quoted("a\tb"), r#""a\tb""#);
        assert_eq!(quoted(&"é".repeat(64)), format!("{:?}", "é".repeat(64)));
        assert_eq!(quoted(&"é".repeat(65)), format!("\"{}…\"", "é".repeat(64)));
        assert_eq!(sentence("é".repeat(2000)).chars().count(), 513);
        assert_eq!(sentence("short".to_owned()), "short");
    }
}
