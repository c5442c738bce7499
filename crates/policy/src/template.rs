//! Templates: literal text and `{{Variables}}`, parsed before anything is substituted (SUB-10, VAR-17, VAR-19).

mod error;
mod variable;

use std::fmt;
use std::ops::Range;

pub use error::{TemplateError, TemplateProblem};
pub use variable::{Holder, Variable};

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text that stands for itself.
    Literal(String),
    /// A variable to be replaced by the device's or user's value.
    Variable(Variable),
}

/// A parsed text with variables. Substitution is literal concatenation (VAR-17) and never re-expands (VAR-19).
///
/// ```
/// use scepter_policy::template::Template;
///
/// let template = Template::parse("CN={{devicename}}Device1")?;
/// assert_eq!(template.to_string(), "CN={{DeviceName}}Device1");
/// # Ok::<(), scepter_policy::template::TemplateError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// No literal is empty, and none follows another.
    pieces: Vec<Piece>,
}

impl Template {
    /// Reads a text. Curly brackets have no meaning but to enclose a variable (VAR-02), so none remain in literals.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut pieces = Vec::new();
        let mut at = 0;
        while let Some(found) = text[at..].find(['{', '}']) {
            let bracket = at + found;
            push_literal(&mut pieces, &text[at..bracket]);
            let (variable, length) = variable_at(&text[bracket..])
                .map_err(|problem| TemplateError { offset: bracket, problem })?;
            pieces.push(Piece::Variable(variable));
            at = bracket + length;
        }
        push_literal(&mut pieces, &text[at..]);
        Ok(Self { pieces })
    }

    /// The pieces in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The variables used, in order, repetitions included.
    pub fn variables(&self) -> impl Iterator<Item = Variable> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Literal(_) => None,
            Piece::Variable(variable) => Some(*variable),
        })
    }

    /// The literal texts, in order.
    pub fn literals(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Literal(text) => Some(text.as_str()),
            Piece::Variable(_) => None,
        })
    }

    /// The whole text where there is no variable in it.
    pub fn as_static(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [] => Some(""),
            [Piece::Literal(text)] => Some(text),
            [..] => None,
        }
    }

    /// The text with each variable replaced by the value that `value_of` has for it, once and literally.
    pub fn fill<E>(&self, mut value_of: impl FnMut(Variable) -> Result<String, E>) -> Result<String, E> {
        let mut filled = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => filled.push_str(text),
                Piece::Variable(variable) => filled.push_str(&value_of(*variable)?),
            }
        }
        Ok(filled)
    }

    /// The same template with every literal rewritten.
    pub(crate) fn map_literals(self, rewrite: impl Fn(&str) -> String) -> Self {
        let pieces = self.pieces.into_iter().map(|piece| match piece {
            Piece::Literal(text) => Piece::Literal(rewrite(&text)),
            Piece::Variable(variable) => Piece::Variable(variable),
        });
        Self { pieces: pieces.collect() }
    }
}

impl fmt::Display for Template {
    /// The text that parses to this template, each variable in its canonical spelling.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces.iter().try_for_each(|piece| match piece {
            Piece::Literal(text) => f.write_str(text),
            Piece::Variable(variable) => write!(f, "{variable}"),
        })
    }
}

/// The names between double brackets as they are written, each with its bytes; whether the text is a template or not.
pub(crate) fn written_names(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    text.match_indices("{{").filter_map(|(opening, _)| {
        let start = opening + 2;
        let length = text[start..].find(['{', '}'])?;
        let name = &text[start..start + length];
        text[start + length..].starts_with("}}").then_some((start..start + length, name))
    })
}

fn push_literal(pieces: &mut Vec<Piece>, text: &str) {
    if !text.is_empty() {
        pieces.push(Piece::Literal(text.to_owned()));
    }
}

/// Reads the variable at the beginning of `text`, which begins with a bracket; also says how many bytes it takes.
fn variable_at(text: &str) -> Result<(Variable, usize), TemplateProblem> {
    let Some(inside) = text.strip_prefix("{{") else {
        return Err(if text.starts_with('{') {
            TemplateProblem::SingleOpening
        } else {
            TemplateProblem::StrayClosing
        });
    };
    let name = inside.find(['{', '}']).map(|end| &inside[..end]).ok_or(TemplateProblem::Unclosed)?;
    if !inside[name.len()..].starts_with("}}") {
        return Err(TemplateProblem::Unclosed);
    }
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let shown = || name.chars().take(error::MAX_SHOWN).collect::<String>();
    if !is_name {
        return Err(TemplateProblem::NotAName(shown()));
    }
    match Variable::from_name(name) {
        Some(variable) => Ok((variable, name.len() + 4)),
        None => Err(TemplateProblem::UnknownVariable { name: shown(), nearest: error::nearest(&shown()) }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::diagnostics::FieldPath;
    use crate::rules::RuleId;

    fn error(text: &str) -> (usize, TemplateProblem) {
        let error = Template::parse(text).expect_err(text);
        (error.offset, error.problem)
    }

    #[test]
    fn text_and_variables_alternate_as_written() {
        let template = Template::parse("{{AzureADDeviceId}}.domain.com").unwrap();
        assert_eq!(
            template.pieces(),
            [Piece::Variable(Variable::AadDeviceId), Piece::Literal(".domain.com".into())]
        );
    }

    #[test]
    fn substitution_is_literal_concatenation() {
        let template = Template::parse("{{DeviceName}}Device1").unwrap();
        assert_eq!(template.fill(|_| Ok::<_, ()>("X".to_owned())), Ok("XDevice1".to_owned()));
    }

    #[test]
    fn a_value_with_brackets_is_not_expanded_again() {
        let template = Template::parse("{{DeviceName}}").unwrap();
        let filled = template.fill(|_| Ok::<_, ()>("{{UserName}}".to_owned()));
        assert_eq!(filled, Ok("{{UserName}}".to_owned()));
    }

    #[test]
    fn every_malformed_bracket_is_refused_where_it_stands() {
        for (text, offset, problem) in [
            ("CN={UserName}", 3, TemplateProblem::SingleOpening),
            ("CN={", 3, TemplateProblem::SingleOpening),
            ("CN={{UserName}", 3, TemplateProblem::Unclosed),
            ("CN={{UserName", 3, TemplateProblem::Unclosed),
            ("CN={{User{{Name}}", 3, TemplateProblem::Unclosed),
            ("CN={{{UserName}}}", 3, TemplateProblem::Unclosed),
            ("CN=UserName}}", 11, TemplateProblem::StrayClosing),
            ("{{UserName}}}", 12, TemplateProblem::StrayClosing),
            ("{{ UserName }}", 0, TemplateProblem::NotAName(" UserName ".into())),
            ("{{}}", 0, TemplateProblem::NotAName(String::new())),
            ("{{User-Name}}", 0, TemplateProblem::NotAName("User-Name".into())),
        ] {
            assert_eq!(error(text), (offset, problem.clone()), "{text}");
            assert_eq!(problem.rule(), RuleId::Var02);
        }
    }

    #[test]
    fn an_unknown_variable_is_refused_with_every_name_once_and_the_one_that_was_meant() {
        for (text, help) in [
            ("é{{UserNmae}}", "did you mean {{UserName}}?"),
            ("é{{FavouriteColour}}", RuleId::Var01.rule().help),
        ] {
            let finding = Template::parse(text).unwrap_err().diagnostic(&FieldPath::spec(), 3);
            assert_eq!((finding.rule, finding.offset), (RuleId::Var01, Some(3 + "é".len())));
            assert_eq!(finding.help, help);
            let (_, listed) = finding.message.split_once("the variables are ").unwrap();
            let listed: Vec<_> = listed.split(", ").collect();
            assert_eq!(listed, Variable::ALL.map(Variable::name));
        }
    }

    proptest! {
        #[test]
        fn a_template_that_is_printed_and_parsed_is_the_same(
            parts in proptest::collection::vec(("[^{}]{0,8}", proptest::sample::select(&Variable::ALL[..])), 0..5)
        ) {
            let text: String = parts.iter().map(|(text, variable)| format!("{text}{variable}")).collect();
            let template = Template::parse(&text).unwrap();
            prop_assert_eq!(template.variables().count(), parts.len());
            prop_assert_eq!(template.to_string(), text);
        }

        #[test]
        fn no_text_makes_the_parser_fail_otherwise_than_by_an_error_inside_the_text(text in "[{}A-Za-z é]{0,24}") {
            match Template::parse(&text) {
                Ok(template) => prop_assert_eq!(Template::parse(&template.to_string()), Ok(template)),
                Err(error) => prop_assert!(text.is_char_boundary(error.offset) && error.offset < text.len()),
            }
        }
    }
}
