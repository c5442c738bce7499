//! Literals, and whether they fit the property and the operator that they stand after.

use super::comparison::{Comparison, Order, Sense, TextTest, TrustTest, VersionTest};
use super::error::{FilterError, FilterProblem};
use super::operator::Operator;
use super::property::{Property, TextProperty};
use super::text::Text;
use super::words;
use crate::assign::OsVersion;

/// Something and the byte where it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Located<T> {
    pub(super) what: T,
    pub(super) offset: usize,
}

/// A value as written.
#[derive(Clone, Debug)]
pub(super) enum Literal<'a> {
    Null,
    /// Between quotes, and not empty.
    Text(&'a str),
    /// A word without quotes.
    Bare(&'a str),
    /// One text or more.
    List(Vec<Located<&'a str>>),
}

/// The typed comparison, or what does not fit.
pub(super) fn comparison(
    property: Property,
    operator: Located<Operator>,
    literal: &Located<Literal<'_>>,
) -> Result<Comparison, FilterError> {
    let typed = Typing { property, operator: operator.what, literal };
    let fits = match property {
        Property::Text(text) => typed.text(text)?.map(|test| Comparison::Text(text, test)),
        Property::OperatingSystemVersion => typed.version()?.map(Comparison::Version),
        Property::DeviceOwnership => match typed.operator {
            Operator::Eq => Some(Comparison::Ownership(Sense::Is, typed.word(words::ownership)?)),
            Operator::Ne => Some(Comparison::Ownership(Sense::IsNot, typed.word(words::ownership)?)),
            Operator::In
            | Operator::NotIn
            | Operator::StartsWith
            | Operator::Contains
            | Operator::NotContains
            | Operator::Gt
            | Operator::Ge
            | Operator::Lt
            | Operator::Le => None,
        },
        Property::DeviceTrustType => typed.trust_type()?.map(Comparison::TrustType),
    };
    let misfit = FilterProblem::WrongOperator { property, operator: operator.what };
    fits.ok_or(FilterError { offset: operator.offset, problem: misfit })
}

/// A comparison before it is known to fit. Its tests are `None` where the property lacks the operator.
struct Typing<'l, 'a> {
    property: Property,
    operator: Operator,
    literal: &'l Located<Literal<'a>>,
}

impl Typing<'_, '_> {
    fn text(&self, property: TextProperty) -> Result<Option<TextTest>, FilterError> {
        let equal = |sense| self.whole_text(property).map(|text| Some(TextTest::Equal(sense, text)));
        let among = |sense| self.whole_texts(property).map(|texts| Some(TextTest::Among(sense, texts)));
        let contains = |sense| self.part().map(|part| Some(TextTest::Contains(sense, part)));
        match self.operator {
            Operator::Eq => equal(Sense::Is),
            Operator::Ne => equal(Sense::IsNot),
            Operator::In => among(Sense::Is),
            Operator::NotIn => among(Sense::IsNot),
            Operator::StartsWith => self.part().map(|part| Some(TextTest::StartsWith(part))),
            Operator::Contains => contains(Sense::Is),
            Operator::NotContains => contains(Sense::IsNot),
            Operator::Gt | Operator::Ge | Operator::Lt | Operator::Le => Ok(None),
        }
    }

    fn version(&self) -> Result<Option<VersionTest>, FilterError> {
        let equal = |sense| match self.literal.what {
            Literal::Null => Ok(Some(VersionTest::Equal(sense, None))),
            Literal::Text(_) | Literal::Bare(_) | Literal::List(_) => {
                self.version_literal().map(|version| Some(VersionTest::Equal(sense, Some(version))))
            }
        };
        let ordered =
            |order| self.version_literal().map(|version| Some(VersionTest::Ordered(order, version)));
        match self.operator {
            Operator::Eq => equal(Sense::Is),
            Operator::Ne => equal(Sense::IsNot),
            Operator::Gt => ordered(Order::Above),
            Operator::Ge => ordered(Order::AtLeast),
            Operator::Lt => ordered(Order::Below),
            Operator::Le => ordered(Order::AtMost),
            Operator::In
            | Operator::NotIn
            | Operator::StartsWith
            | Operator::Contains
            | Operator::NotContains => Ok(None),
        }
    }

    fn trust_type(&self) -> Result<Option<TrustTest>, FilterError> {
        let equal = |sense| self.word(words::join_type).map(|word| Some(TrustTest::Equal(sense, word)));
        let among = |sense| self.list(words::join_type).map(|ways| Some(TrustTest::Among(sense, ways)));
        match self.operator {
            Operator::Eq => equal(Sense::Is),
            Operator::Ne => equal(Sense::IsNot),
            Operator::In => among(Sense::Is),
            Operator::NotIn => among(Sense::IsNot),
            Operator::StartsWith
            | Operator::Contains
            | Operator::NotContains
            | Operator::Gt
            | Operator::Ge
            | Operator::Lt
            | Operator::Le => Ok(None),
        }
    }

    fn whole_text(&self, property: TextProperty) -> Result<Option<Text>, FilterError> {
        match self.literal.what {
            Literal::Null => Ok(None),
            Literal::Text(text) => read_at(text, self.literal.offset, |text| whole(property, text)).map(Some),
            Literal::Bare(_) | Literal::List(_) => Err(self.misfit("a text in double quotes, or $null")),
        }
    }

    fn whole_texts(&self, property: TextProperty) -> Result<Vec<Text>, FilterError> {
        self.list(|text| whole(property, text))
    }

    fn part(&self) -> Result<Text, FilterError> {
        match self.literal.what {
            Literal::Text(text) => Ok(Text::new(text)),
            Literal::Null | Literal::Bare(_) | Literal::List(_) => {
                Err(self.misfit("a text in double quotes"))
            }
        }
    }

    fn version_literal(&self) -> Result<OsVersion, FilterError> {
        match self.literal.what {
            Literal::Text(text) | Literal::Bare(text) => read_at(text, self.literal.offset, |text| {
                OsVersion::read(text).ok_or_else(|| FilterProblem::NotAVersion(words::cut(text)))
            }),
            Literal::Null | Literal::List(_) => Err(self.misfit("a version such as 10.0.22631.3296")),
        }
    }

    /// A word of a closed set, or `$null`.
    fn word<T>(&self, read: fn(&str) -> Result<Option<T>, FilterProblem>) -> Result<Option<T>, FilterError> {
        match self.literal.what {
            Literal::Null => Ok(None),
            Literal::Text(text) => read_at(text, self.literal.offset, read),
            Literal::Bare(_) | Literal::List(_) => Err(self.misfit("a text in double quotes, or $null")),
        }
    }

    fn list<T>(&self, read: impl Fn(&str) -> Result<T, FilterProblem>) -> Result<Vec<T>, FilterError> {
        match &self.literal.what {
            Literal::List(items) => items.iter().map(|item| read_at(item.what, item.offset, &read)).collect(),
            Literal::Null | Literal::Text(_) | Literal::Bare(_) => {
                Err(self.misfit("a list of texts such as [\"a\", \"b\"]"))
            }
        }
    }

    fn misfit(&self, wanted: &'static str) -> FilterError {
        let problem = FilterProblem::WrongValue { property: self.property, operator: self.operator, wanted };
        FilterError { offset: self.literal.offset, problem }
    }
}

fn read_at<T>(
    text: &str,
    offset: usize,
    read: impl Fn(&str) -> Result<T, FilterProblem>,
) -> Result<T, FilterError> {
    read(text).map_err(|problem| FilterError { offset, problem })
}

/// A text that is to equal the whole value of a property.
fn whole(property: TextProperty, text: &str) -> Result<Text, FilterProblem> {
    match property {
        TextProperty::OperatingSystemSku => words::check_sku(text)?,
        TextProperty::DeviceName
        | TextProperty::Manufacturer
        | TextProperty::Model
        | TextProperty::DeviceCategory
        | TextProperty::OsVersion => {}
    }
    Ok(Text::new(text))
}
