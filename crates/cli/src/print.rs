//! Printing: tables, colour on a terminal only, errors in one line.

mod table;

use std::io::{ErrorKind, Write as _};

use anstyle::{AnsiColor, Style};

pub(crate) use scepter_policy::text::inert;
use scepter_policy::text::is_dangerous;
pub(crate) use table::{Cell, Table};

/// Good news.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// Bad news.
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
/// News to look at.
pub(crate) const WAITING: Style = AnsiColor::Yellow.on_default();

/// Writes to standard output. A reader that went away (`| head`) is no error.
pub(crate) fn text(text: &str) -> anyhow::Result<()> {
    match anstream::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

/// Writes a text to standard error.
pub(crate) fn aside(text: &str) {
    let _ = write!(anstream::stderr(), "{text}");
}

/// Writes a line to standard error.
pub(crate) fn note(line: &str) {
    // Standard error is where failures are told; when it is gone there is nobody left to tell.
    let _ = writeln!(anstream::stderr(), "{line}");
}

/// Writes an error and its causes as one line to standard error.
pub(crate) fn error(error: &anyhow::Error) {
    let mut line = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !line.contains(&cause) {
            line.push_str(if line.is_empty() { "" } else { ": " });
            line.push_str(&cause);
        }
    }
    note(&format!("{BAD}error{BAD:#}: {}", inert(&line)));
}

/// Makes a line harmless in which places must stay what they are: each dangerous character becomes one of as many bytes.
pub(crate) fn inert_in_place(line: &str) -> String {
    let harmless = |c: char| match c.len_utf8() {
        _ if !is_dangerous(c) || c == '\t' => c,
        1 => '?',
        2 => '\u{bf}',
        _ => '\u{fffd}',
    };
    line.chars().map(harmless).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_made_harmless_without_moving_what_stands_in_it() {
        let line = "é\t\u{1b}[31m\u{9b}\u{202e};";
        let shown = inert_in_place(line);
        assert_eq!(shown, "é\t?[31m\u{bf}\u{fffd};");
        assert_eq!(shown.find(';'), line.find(';'));
    }
}
