//! What the attacks came to: a row for each, in `target/tmp/attacks`, which `make attacks` prints as one table.

use std::fs;
use std::path::{Path, PathBuf};

/// One attack on its way to its row.
pub(crate) struct Attack {
    id: &'static str,
    what: &'static str,
    tries: usize,
    seen: Vec<String>,
}

impl Attack {
    /// An attack with its id in the threat model.
    pub(crate) fn new(id: &'static str, what: &'static str) -> Self {
        Self { id, what, tries: 0, seen: Vec::new() }
    }

    /// Counts another try.
    pub(crate) fn tried(&mut self) {
        self.tried_times(1);
    }

    /// Counts so many more.
    pub(crate) fn tried_times(&mut self, times: usize) {
        self.tries += times;
    }

    /// Notes what could be seen of it from inside.
    pub(crate) fn saw(&mut self, what: impl Into<String>) {
        self.seen.push(what.into());
    }

    /// Writes the row. `certificates` is how many the issuer knows, `due` how many honest devices got; they must be equal.
    pub(crate) fn conclude(self, certificates: usize, due: usize) {
        let Self { id, what, tries, seen } = self;
        let beyond = i128::try_from(certificates).unwrap() - i128::try_from(due).unwrap();
        let row = format!("| {id} | {what} | {tries} | {beyond} | {} |\n", seen.join("; "));
        let folder = folder();
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(file_name(id, what)), &row).unwrap();
        assert_ne!(tries, 0, "{id} was not tried");
        assert_eq!(certificates, due, "{id}: certificates beyond those that were due");
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("attacks")
}

/// Rows sort by id.
fn file_name(id: &str, what: &str) -> String {
    let words = what.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
    format!("{id}-{}.md", words.take(60).collect::<String>())
}
