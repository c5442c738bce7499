//! Why a text is no template, and the name that was probably meant (VAR-01, VAR-02).

use super::Variable;
use crate::diagnostics::{Diagnostic, FieldPath};
use crate::rules::RuleId;
use crate::spelling;

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
        let finding = finding.at(start + self.offset);
        match self.problem {
            TemplateProblem::UnknownVariable { nearest: Some(nearest), .. } => {
                finding.help(format!("did you mean {nearest}?"))
            }
            TemplateProblem::UnknownVariable { nearest: None, .. }
            | TemplateProblem::SingleOpening
            | TemplateProblem::StrayClosing
            | TemplateProblem::Unclosed
            | TemplateProblem::NotAName(_) => finding,
        }
    }
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

    #[test]
    fn a_misspelt_name_suggests_the_one_that_was_meant() {
        assert_eq!(nearest("UserNmae"), Some(Variable::UserName));
        assert_eq!(nearest("Email_Address"), Some(Variable::EmailAddress));
        assert_eq!(nearest("AzureADDeviceID2"), Some(Variable::AadDeviceId));
    }

    #[test]
    fn a_name_that_resembles_none_suggests_none() {
        assert_eq!(nearest("FavouriteColour"), None);
        assert_eq!(nearest("x"), None);
    }
}
