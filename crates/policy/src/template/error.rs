//! Why a text is no template, and the name that was probably meant (VAR-01, VAR-02).

use super::Variable;
use crate::diagnostics::{Diagnostic, FieldPath, Replacement};
use crate::rules::RuleId;
use crate::spelling;

/// The most characters of a name that an error shows.
pub(super) const MAX_SHOWN: usize = 64;

/// A text that is no template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem} (at byte {offset})")]
pub struct TemplateError {
    /// Bytes into the text where the trouble starts.
    pub offset: usize,
    /// What is wrong there.
    pub problem: TemplateProblem,
}

/// What is wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateProblem {
    /// VAR-01: double brackets round a name that nobody knows.
    #[error("{{{{{name}}}}} is no variable; the variables are {known}", known = known_names())]
    UnknownVariable {
        /// The name, cut to 64 characters.
        name: String,
        /// The known variable whose name is nearest, if one is near.
        nearest: Option<Variable>,
    },
    /// VAR-02: `{` that does not begin `{{`.
    #[error("a single {{ has no meaning; a variable is written {{{{Name}}}}")]
    SingleOpening,
    /// VAR-02: `}` that closes nothing.
    #[error("this }} closes nothing; a variable is written {{{{Name}}}}")]
    StrayClosing,
    /// VAR-02: `{{` without `}}`.
    #[error("{{{{ is not closed by }}}}")]
    Unclosed,
    /// VAR-02: something between the brackets that cannot be a name, blanks among it.
    #[error("{{{{{0}}}}} is no name in brackets; write it without blanks, as {{{{Name}}}}")]
    NotAName(String),
}

impl TemplateProblem {
    /// The rule that speaks.
    pub const fn rule(&self) -> RuleId {
        match self {
            Self::UnknownVariable { .. } => RuleId::Var01,
            Self::SingleOpening | Self::StrayClosing | Self::Unclosed | Self::NotAName(_) => RuleId::Var02,
        }
    }
}

impl TemplateError {
    /// The finding about a field whose text holds the template from `start` on.
    pub(crate) fn diagnostic(&self, field: &FieldPath, start: usize) -> Diagnostic {
        let finding = Diagnostic::new(self.problem.rule(), field.clone(), self.problem.to_string());
        let at = start + self.offset;
        let finding = finding.at(at);
        match &self.problem {
            TemplateProblem::UnknownVariable { nearest: Some(nearest), .. } => {
                finding.help(format!("did you mean {nearest}?"))
            }
            TemplateProblem::NotAName(name) => match without_blanks(name) {
                Some(variable) => finding.fix(Replacement::new(at..at + name.len() + BRACKETS, variable)),
                None => finding,
            },
            TemplateProblem::UnknownVariable { nearest: None, .. }
            | TemplateProblem::SingleOpening
            | TemplateProblem::StrayClosing
            | TemplateProblem::Unclosed => finding,
        }
    }
}

/// The bytes of `{{` and `}}`.
const BRACKETS: usize = 4;

/// The variable that is meant where blanks are all that is wrong. A name that may have been cut is left alone.
fn without_blanks(name: &str) -> Option<String> {
    let known = name.trim();
    (name.chars().count() < MAX_SHOWN && Variable::from_name(known).is_some())
        .then(|| format!("{{{{{known}}}}}"))
}

fn known_names() -> String {
    Variable::ALL.map(Variable::name).join(", ")
}

/// The variable whose name or alias is probably meant.
pub(super) fn nearest(name: &str) -> Option<Variable> {
    let known =
        Variable::ALL.into_iter().flat_map(|variable| variable.names().map(move |known| (known, variable)));
    spelling::nearest(name, known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::Template;

    #[test]
    fn a_misspelt_name_suggests_the_one_that_was_meant() {
        assert_eq!(nearest("UserNmae"), Some(Variable::UserName));
        assert_eq!(nearest("Email_Address"), Some(Variable::EmailAddress));
        assert_eq!(nearest("AzureADDeviceID2"), Some(Variable::AadDeviceId));
    }

    #[test]
    fn blanks_in_the_brackets_of_a_known_name_are_mended_and_nothing_else_is() {
        let mended = |text: &str| {
            let finding = Template::parse(text).unwrap_err().diagnostic(&FieldPath::spec(), 0);
            assert_eq!(finding.rule, RuleId::Var02);
            finding.fix.and_then(|fix| fix.apply(text))
        };
        assert_eq!(mended("é{{ UserName\t}}x").as_deref(), Some("é{{UserName}}x"));
        for text in ["{{ User Name }}", "{{ UserNmae }}", "{UserName}", "{{}}", "{{UserName", &cut()] {
            assert_eq!(mended(text), None, "{text}");
        }
    }

    /// A name that an error shows without its end, which need not be a blank.
    fn cut() -> String {
        format!("{{{{UserName{}x}}}}", " ".repeat(80))
    }

    #[test]
    fn a_name_that_resembles_none_suggests_none() {
        assert_eq!(nearest("FavouriteColour"), None);
        assert_eq!(nearest("x"), None);
    }
}
