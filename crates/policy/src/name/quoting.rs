//! Quotes as CertNameToStr writes them.

use std::fmt::{self, Write};

/// Whether a value must stand in quotes: it is empty, begins or ends with a blank, or has a character that means
/// something outside quotes. A backslash means nothing.
pub(crate) fn needs_quotes(value: &str) -> bool {
    value.is_empty()
        || value.starts_with(char::is_whitespace)
        || value.ends_with(char::is_whitespace)
        || value.contains([',', '+', '=', '"', '\n', '<', '>', '#', ';'])
}

/// Writes a value in quotes, quotes inside it doubled.
pub(super) fn write_quoted(f: &mut fmt::Formatter<'_>, value: &str) -> fmt::Result {
    f.write_char('"')?;
    f.write_str(&value.replace('"', "\"\""))?;
    f.write_char('"')
}
