//! Diagnostics: what is wrong, where, by which rule, and how to mend it.

mod excerpt;
mod replacement;

use std::fmt;

pub(crate) use excerpt::quoted;
pub use replacement::Replacement;
use serde::{Deserialize, Serialize};

use crate::rules::RuleId;
use crate::vocabulary::Severity;

/// A path to a field as `kubectl explain` users write it: `spec.subjectAlternativeNames[0].value`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FieldPath(String);

impl FieldPath {
    /// The path of a whole object's spec.
    pub fn spec() -> Self {
        Self("spec".to_owned())
    }

    /// This path's child with that name.
    #[must_use]
    pub fn field(&self, name: &str) -> Self {
        if self.0.is_empty() { Self(name.to_owned()) } else { Self(format!("{}.{name}", self.0)) }
    }

    /// This path's element at that index.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for FieldPath {
    fn from(path: &str) -> Self {
        Self(path.to_owned())
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// The rule that speaks.
    pub rule: RuleId,
    /// How bad it is.
    pub severity: Severity,
    /// The field it is about.
    pub field: FieldPath,
    /// What is wrong here, in one sentence, naming the value.
    pub message: String,
    /// What to do next. Falls back to the rule's own help.
    pub help: String,
    /// Bytes into the field's text where the trouble starts, when one place is to blame.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<usize>,
    /// Whether the field's name is to blame, and not its value.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub misnamed: bool,
    /// What to write instead, where nothing is left to decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Box<Replacement>>,
}

impl Diagnostic {
    /// A finding with the severity and the help of its rule. A message is cut after 512 characters.
    pub fn new(rule: RuleId, field: FieldPath, message: impl Into<String>) -> Self {
        let entry = rule.rule();
        Self {
            rule,
            severity: entry.severity,
            field,
            message: excerpt::sentence(message.into()),
            help: entry.help.to_owned(),
            offset: None,
            misnamed: false,
            fix: None,
        }
    }

    /// The same finding with a help of its own.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// The same finding with another severity, for rules that reject in one place and warn in another.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The same finding with the byte in the field's text where the trouble starts.
    #[must_use]
    pub fn at(mut self, offset: usize) -> Self {
        self.offset = Some(offset);
        self
    }

    /// The same finding, which blames the field's name.
    #[must_use]
    pub fn misnamed(mut self) -> Self {
        self.misnamed = true;
        self
    }

    /// The same finding with what to write instead; the trouble starts where that does.
    #[must_use]
    pub fn fix(self, fix: Replacement) -> Self {
        let finding = self.at(fix.range.start);
        Self { fix: Some(Box::new(fix)), ..finding }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.rule)?;
        if !self.field.as_str().is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        f.write_str(&self.message)?;
        if self.help.is_empty() { Ok(()) } else { write!(f, "; {}", self.help) }
    }
}

/// Findings in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// The most findings kept for one object (`status.diagnostics` holds as many).
    pub const MAX: usize = 64;

    /// Nothing found.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Adds a finding. Once there are [`Self::MAX`], an error takes the place of the last warning, and what finds no
    /// place is dropped: an error is never lost to warnings, so that [`Self::has_errors`] stays true to what was found.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if self.0.len() < Self::MAX {
            self.0.push(diagnostic);
        } else if diagnostic.severity == Severity::Error
            && let Some(last) = self.0.iter().rposition(|kept| kept.severity == Severity::Warning)
        {
            self.0.remove(last);
            self.0.push(diagnostic);
        }
    }

    /// Adds all of another's findings.
    pub fn extend(&mut self, other: Self) {
        other.0.into_iter().for_each(|diagnostic| self.push(diagnostic));
    }

    /// Whether any finding is an error.
    pub fn has_errors(&self) -> bool {
        self.errors().next().is_some()
    }

    /// The errors among the findings.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter().filter(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Every finding.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many findings there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(findings: I) -> Self {
        let mut all = Self::none();
        findings.into_iter().for_each(|diagnostic| all.push(diagnostic));
        all
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(severity: Severity, field: usize) -> Diagnostic {
        Diagnostic::new(RuleId::Sch01, FieldPath::spec().index(field), "broken").severity(severity)
    }

    #[test]
    fn an_error_after_very_many_warnings_is_kept() {
        let mut findings: Diagnostics = (0..500).map(|n| finding(Severity::Warning, n)).collect();
        assert!(!findings.has_errors());
        findings.push(finding(Severity::Error, 500));
        assert!(findings.has_errors());
        assert_eq!(findings.len(), Diagnostics::MAX);
    }

    #[test]
    fn no_more_findings_are_kept_than_a_status_holds() {
        let findings: Diagnostics = (0..500).map(|n| finding(Severity::Error, n)).collect();
        assert_eq!(findings.len(), Diagnostics::MAX);
        assert_eq!(findings.iter().next().map(|first| first.field.as_str()), Some("spec[0]"));
    }

    #[test]
    fn a_path_reads_as_people_write_it() {
        let path = FieldPath::spec().field("subjectAlternativeNames").index(0).field("value");
        assert_eq!(path.as_str(), "spec.subjectAlternativeNames[0].value");
    }

    #[test]
    fn a_finding_reads_as_rule_field_problem_and_remedy() {
        let finding = Diagnostic::new(RuleId::Ku01, FieldPath::from("spec.keyUsages"), "keyUsages is empty");
        assert_eq!(finding.help("add one").to_string(), "KU-01: spec.keyUsages: keyUsages is empty; add one");
        let whole = Diagnostic::new(RuleId::Sch01, FieldPath::default(), "spec is missing").help("add it");
        assert_eq!(whole.to_string(), "SCH-01: spec is missing; add it");
    }
}
