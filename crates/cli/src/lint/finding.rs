//! Findings with their places, in the order in which they are told.

use std::sync::Arc;

use scepter_policy::diagnostics::Diagnostic;
use scepter_policy::vocabulary::Severity;

use super::place::{Edit, Region};
use crate::namespaces::Identity;

/// A file as it was read.
#[derive(Debug)]
pub(crate) struct Source {
    /// Its path as it was given, `-` for standard input.
    pub(crate) file: String,
    /// What stands in it.
    pub(crate) text: String,
    /// Whether that is all of it: bytes that are no text are shown by replacements, and never written.
    pub(crate) is_text: bool,
}

impl Source {
    /// Whether it was read from standard input.
    pub(crate) fn is_standard_input(&self) -> bool {
        self.file == "-"
    }
}

/// A diagnostic about an object in a file.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    /// The file.
    pub(crate) source: Arc<Source>,
    /// Where in it.
    pub(crate) region: Region,
    /// The object: kind, namespace and name, each empty where the file does not say.
    pub(crate) object: Identity,
    /// What is wrong.
    pub(crate) diagnostic: Diagnostic,
    /// What would mend it in the file, where that is certain.
    pub(crate) edit: Option<Edit>,
}

impl Finding {
    /// How bad it is.
    pub(crate) fn severity(&self) -> Severity {
        self.diagnostic.severity
    }

    fn place(&self) -> (&str, usize, usize) {
        (&self.source.file, self.region.start.line, self.region.start.column)
    }
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// By file, line, column and rule.
    pub(crate) told: Vec<Finding>,
    /// How many there are beyond those.
    pub(crate) left_out: usize,
    /// How many of all are errors.
    pub(crate) errors: usize,
    /// How many of all are warnings.
    pub(crate) warnings: usize,
    /// The objects that were judged.
    pub(crate) objects: usize,
    /// The files that were read.
    pub(crate) files: usize,
}

impl Findings {
    /// Sorts findings and keeps at most `most` of them, errors before warnings.
    pub(crate) fn new(mut all: Vec<Finding>, most: usize, objects: usize, files: usize) -> Self {
        let by_place = |a: &Finding, b: &Finding| {
            let rules =
                (a.diagnostic.rule, &a.diagnostic.field).cmp(&(b.diagnostic.rule, &b.diagnostic.field));
            a.place().cmp(&b.place()).then(rules)
        };
        all.sort_by(by_place);
        let errors = all.iter().filter(|finding| finding.severity() == Severity::Error).count();
        let (warnings, left_out) = (all.len() - errors, all.len().saturating_sub(most));
        if left_out > 0 {
            all.sort_by_key(|finding| finding.severity() != Severity::Error);
            all.truncate(most);
            all.sort_by(by_place);
        }
        Self { told: all, left_out, errors, warnings, objects, files }
    }
}

#[cfg(test)]
mod tests {
    use scepter_policy::diagnostics::FieldPath;
    use scepter_policy::rules::RuleId;

    use super::*;
    use crate::lint::place::Position;

    fn finding(file: &str, line: usize, severity: Severity) -> Finding {
        let start = Position { line, column: 1, offset: 0 };
        let diagnostic = Diagnostic::new(RuleId::Sch01, FieldPath::spec(), "wrong").severity(severity);
        Finding {
            source: Arc::new(Source { file: file.to_owned(), text: String::new(), is_text: true }),
            region: Region { start, end: start },
            object: Identity::default(),
            diagnostic,
            edit: None,
        }
    }

    fn places(findings: &Findings) -> Vec<(&str, usize)> {
        findings
            .told
            .iter()
            .map(|finding| (finding.source.file.as_str(), finding.region.start.line))
            .collect()
    }

    #[test]
    fn findings_are_told_in_the_order_of_files_and_lines() {
        let all = [("b", 1), ("a", 10), ("a", 9)].map(|(file, line)| finding(file, line, Severity::Error));
        let findings = Findings::new(all.to_vec(), 9, 0, 0);
        assert_eq!(places(&findings), [("a", 9), ("a", 10), ("b", 1)]);
    }

    #[test]
    fn when_there_are_too_many_the_errors_are_told_and_all_are_counted() {
        let severity = |line: usize| if line < 5 { Severity::Warning } else { Severity::Error };
        let all = (0..8).rev().map(|line| finding("a", line, severity(line)));
        let findings = Findings::new(all.collect(), 4, 0, 0);
        assert_eq!(places(&findings), [("a", 0), ("a", 5), ("a", 6), ("a", 7)]);
        assert_eq!((findings.errors, findings.warnings, findings.left_out), (3, 5, 4));
    }
}
