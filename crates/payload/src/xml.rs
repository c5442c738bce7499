//! What XML 1.0 can carry (§2.2).

use crate::RenderError;

/// A finished document, unless it holds a character that a reader of XML would refuse or change: the writers escape
/// markup, and pass everything else on.
pub(crate) fn carried(document: String) -> Result<String, RenderError> {
    match document.chars().find(|&character| !is_carried(character)) {
        Some(character) => Err(RenderError::NotXml(character)),
        None => Ok(document),
    }
}

/// The production `Char`, without the carriage return, which a reader turns into a line feed.
fn is_carried(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\u{20}'..='\u{fffd}' | '\u{10000}'..)
}
