//! Why an expression is no filter.

use super::Filter;
use super::operator::Operator;
use super::property::{Property, TextProperty, UnrecordedProperty};
use crate::diagnostics::{Diagnostic, FieldPath};
use crate::rules::RuleId;
use crate::vocabulary::Platform;

/// An expression that is no filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem} (at byte {offset})")]
pub struct FilterError {
    /// Bytes into the expression where the trouble starts.
    pub offset: usize,
    /// What is wrong there.
    pub problem: FilterProblem,
}

/// What is wrong with a filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterProblem {
    /// More than [`Filter::MAX_LENGTH`] characters.
    #[error("the expression has {0} characters, {max} are the most", max = Filter::MAX_LENGTH)]
    TooLong(usize),
    /// More than [`Filter::MAX_DEPTH`] open parentheses.
    #[error("more than {max} parentheses are open", max = Filter::MAX_DEPTH)]
    TooDeep,
    /// Another token should stand here.
    #[error("{expected} should stand here, not {}", shown(*.found))]
    Expected {
        /// What should.
        expected: &'static str,
        /// What does; nothing at the end.
        found: Option<char>,
    },
    /// A name that is no property.
    #[error("{name} is no property")]
    UnknownProperty {
        /// The name, cut to 64 characters.
        name: String,
        /// The property that is probably meant.
        nearest: Option<Property>,
    },
    /// A property of managed apps.
    #[error("{0} is a property of apps, and profiles go to devices")]
    AppProperty(String),
    /// A property of Intune that the inventory does not have.
    #[error("device.{0} cannot be asked for: the inventory does not record it")]
    UnrecordedProperty(UnrecordedProperty),
    /// A property that devices of the profile's platform do not have.
    #[error("{platform} devices have no {property}: it is a property of {}", Platform::Windows10AndLater)]
    ForeignProperty {
        /// The property.
        property: Property,
        /// The profile's platform.
        platform: Platform,
    },
    /// A word that is no operator.
    #[error("{word} is no operator")]
    UnknownOperator {
        /// The word, cut to 64 characters.
        word: String,
        /// The operator that is probably meant.
        nearest: Option<Operator>,
    },
    /// An operator that does not compare this property.
    #[error("{operator} does not compare {property}")]
    WrongOperator {
        /// The property.
        property: Property,
        /// The operator.
        operator: Operator,
    },
    /// A value of another kind than the operator takes.
    #[error("{property} {operator} takes {wanted}")]
    WrongValue {
        /// The property.
        property: Property,
        /// The operator.
        operator: Operator,
        /// What should stand here.
        wanted: &'static str,
    },
    /// Not one to four numbers with dots between them.
    #[error("{0:?} is no version")]
    NotAVersion(String),
    /// A text that no device can have.
    #[error("{property} is never {word:?}")]
    UnknownWord {
        /// The property.
        property: Property,
        /// The text, cut to 64 characters.
        word: String,
        /// The texts that it can be, or the one that is probably meant.
        known: String,
    },
    /// A text that Intune knows and the inventory cannot tell.
    #[error("{property} {word:?} cannot be asked for: the inventory does not tell such devices from others")]
    UnrecordedWord {
        /// The property.
        property: Property,
        /// The text.
        word: &'static str,
    },
    /// A text without its closing quote.
    #[error("this text is not closed by a double quote")]
    Unterminated,
    /// A control character in a text.
    #[error("this text holds a control character")]
    ControlCharacter,
    /// A text of nothing, or of blanks.
    #[error("this text is empty")]
    EmptyText,
}

impl FilterProblem {
    /// What to write instead; empty where the rule's own help says it.
    pub fn remedy(&self) -> String {
        match self {
            Self::TooLong(_) => "narrow the assignment with groups, or split it into several".to_owned(),
            Self::TooDeep => "leave parentheses out: `and` binds before `or`".to_owned(),
            Self::Expected { found: Some('\'' | '‘' | '’' | '“' | '”'), .. } => {
                "write texts in straight double quotes".to_owned()
            }
            Self::UnknownProperty { nearest: Some(property), .. } => {
                format!("did you mean device.{property}?")
            }
            Self::UnknownProperty { nearest: None, .. } => format!("the properties are {}", properties()),
            Self::AppProperty(_) => format!("ask for one of {}", properties()),
            Self::UnrecordedProperty(_) | Self::UnrecordedWord { .. } => {
                "narrow the assignment with a group of devices instead".to_owned()
            }
            Self::ForeignProperty { .. } => "leave this comparison out".to_owned(),
            Self::UnknownOperator { nearest: Some(operator), .. } => format!("did you mean {operator}?"),
            Self::UnknownOperator { nearest: None, .. } => {
                format!("the operators are {}", joined(Operator::ALL))
            }
            Self::WrongOperator { property: property @ Property::Text(TextProperty::OsVersion), .. } => {
                let operators = joined(property.operators());
                format!("write device.operatingSystemVersion to compare by order, or one of {operators}")
            }
            Self::WrongOperator { property, .. } => format!("write one of {}", joined(property.operators())),
            Self::NotAVersion(_) => "write one to four numbers with dots between them".to_owned(),
            Self::UnknownWord { known, .. } => format!("write {known}"),
            Self::Unterminated => "close it; a text cannot hold a double quote".to_owned(),
            Self::ControlCharacter => "write the text on one line, without tabs".to_owned(),
            Self::EmptyText => "write $null with -eq or -ne to ask whether there is a value".to_owned(),
            Self::WrongValue { .. } | Self::Expected { .. } => String::new(),
        }
    }
}

impl FilterError {
    /// ASG-13 about the field that holds the expression: the column is there for people, the byte for editors.
    pub(crate) fn diagnostic(&self, expression: &str, field: &FieldPath) -> Diagnostic {
        let message = format!("at {}: {}", Place::of(self.offset, expression), self.problem);
        let finding = Diagnostic::new(RuleId::Asg13, field.clone(), message).at(self.offset);
        match self.problem.remedy() {
            remedy if remedy.is_empty() => finding,
            remedy => finding.help(remedy),
        }
    }
}

/// A place in an expression as people count: from 1, in characters; the line only where there are several.
struct Place {
    line: Option<usize>,
    column: usize,
}

impl Place {
    fn of(offset: usize, expression: &str) -> Self {
        let before = expression.get(..offset).unwrap_or(expression);
        let column = before.chars().rev().take_while(|&character| character != '\n').count() + 1;
        let line = expression.contains('\n').then(|| before.matches('\n').count() + 1);
        Self { line, column }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}, column {}", self.column),
            None => write!(f, "column {}", self.column),
        }
    }
}

fn shown(found: Option<char>) -> String {
    found.map_or_else(|| "the end".to_owned(), |character| format!("{character:?}"))
}

fn properties() -> String {
    Property::ALL.map(|property| format!("device.{property}")).join(", ")
}

fn joined(operators: &[Operator]) -> String {
    operators.iter().map(|operator| operator.as_str()).collect::<Vec<_>>().join(", ")
}
