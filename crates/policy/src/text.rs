//! Text from elsewhere, made fit for the places where people read it.

/// Makes text harmless for a terminal: control and direction characters are written as escapes (TH-25).
pub fn inert(text: &str) -> String {
    text.chars()
        .map(|c| if is_dangerous(c) { c.escape_unicode().to_string() } else { c.to_string() })
        .collect()
}

/// Whether a character can steer a terminal, or turn the direction in which text is read.
pub fn is_dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A text of at most so many characters; a longer one ends in an ellipsis.
pub fn bounded(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    text.chars().take(max.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_elsewhere_cannot_steer_the_terminal() {
        assert_eq!(inert("a\u{1b}[31mb\u{202e}c\nd"), "a\\u{1b}[31mb\\u{202e}c\\u{a}d");
        assert_eq!(inert("Müller, Jürgen"), "Müller, Jürgen");
    }

    #[test]
    fn a_text_that_fits_stays_whole_and_a_longer_one_shows_that_it_was_cut() {
        assert_eq!(bounded("Grüße", 5), "Grüße");
        assert_eq!(bounded("Grüße!", 5), "Grüß…");
    }
}
