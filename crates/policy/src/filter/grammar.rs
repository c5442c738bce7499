//! The grammar, as parser combinators. Nothing is tried twice: each next token decides, so that time is linear and the
//! first error is the one to report.

use winnow::combinator::{eof, opt, preceded};
use winnow::error::{AddContext, ParserError};
use winnow::stream::{LocatingSlice, Location, Stateful, Stream};
use winnow::token::{take_till, take_while};
use winnow::{Parser, Result};

use super::Filter;
use super::error::{FilterError, FilterProblem};
use super::expression::{Expression, Junction};
use super::literal::{self, Literal, Located};
use super::operator::Operator;
use super::property::{Property, UnrecordedProperty};
use super::words::cut;
use crate::vocabulary::Platform;

/// Blanks between tokens; an expression may span lines.
const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

type Input<'a> = Stateful<LocatingSlice<&'a str>, Setting>;
type Parsed<T> = Result<T, FilterError>;

/// What the parser knows besides the text.
#[derive(Clone, Copy, Debug)]
struct Setting {
    platform: Platform,
    /// How many parentheses are open.
    depth: usize,
}

pub(super) fn parse(text: &str, platform: Platform) -> Parsed<Expression> {
    let length = text.chars().count();
    if length > Filter::MAX_LENGTH {
        return Err(FilterError { offset: 0, problem: FilterProblem::TooLong(length) });
    }
    let mut input = Stateful { input: LocatingSlice::new(text), state: Setting { platform, depth: 0 } };
    let expression = filter(&mut input)?;
    lexeme(eof).context("`and`, `or` or the end").parse_next(&mut input)?;
    Ok(expression)
}

fn filter(input: &mut Input<'_>) -> Parsed<Expression> {
    joined(Junction::Or, conjunction, input)
}

fn conjunction(input: &mut Input<'_>) -> Parsed<Expression> {
    joined(Junction::And, operand, input)
}

fn joined(
    junction: Junction,
    operand: fn(&mut Input<'_>) -> Parsed<Expression>,
    input: &mut Input<'_>,
) -> Parsed<Expression> {
    let mut operands = vec![operand(input)?];
    while opt(keyword(junction)).parse_next(input)?.is_some() {
        operands.push(operand(input)?);
    }
    Ok(Expression::join(junction, operands))
}

fn operand(input: &mut Input<'_>) -> Parsed<Expression> {
    match opt(located('(')).parse_next(input)? {
        Some(opening) => group(opening.offset, input),
        None => comparison(input),
    }
}

/// What follows an opening parenthesis.
fn group(opening: usize, input: &mut Input<'_>) -> Parsed<Expression> {
    if input.state.depth == Filter::MAX_DEPTH {
        return Err(FilterError { offset: opening, problem: FilterProblem::TooDeep });
    }
    input.state.depth += 1;
    let inner = filter(input)?;
    lexeme(')').context("`and`, `or` or a closing parenthesis").parse_next(input)?;
    input.state.depth -= 1;
    Ok(inner)
}

fn comparison(input: &mut Input<'_>) -> Parsed<Expression> {
    let name = located(word).context("a property such as device.model").parse_next(input)?;
    let property = named_property(name.what, input.state.platform)
        .map_err(|problem| FilterError { offset: name.offset, problem })?;
    let operator = operator(input)?;
    let literal =
        located(value).context("a text in double quotes, a list, a version or $null").parse_next(input)?;
    literal::comparison(property, operator, &literal).map(Expression::Comparison)
}

fn named_property(name: &str, platform: Platform) -> Result<Property, FilterProblem> {
    let unknown = |nearest| FilterProblem::UnknownProperty { name: cut(name), nearest };
    let (entity, bare) = name.split_once('.').unwrap_or(("", name));
    if entity.eq_ignore_ascii_case("app") {
        return Err(FilterProblem::AppProperty(cut(name)));
    }
    if let Some(unrecorded) = UnrecordedProperty::read(bare) {
        return Err(FilterProblem::UnrecordedProperty(unrecorded));
    }
    let property = Property::read(bare).ok_or_else(|| unknown(Property::nearest(bare)))?;
    if !entity.eq_ignore_ascii_case("device") {
        return Err(unknown(Some(property)));
    }
    if !property.is_of(platform) {
        return Err(FilterProblem::ForeignProperty { property, platform });
    }
    Ok(property)
}

fn operator(input: &mut Input<'_>) -> Parsed<Located<Operator>> {
    let Located { what: word, offset } =
        located(word).context("an operator such as -eq").parse_next(input)?;
    let unknown = || FilterProblem::UnknownOperator { word: cut(word), nearest: Operator::nearest(word) };
    let what = Operator::read(word).ok_or_else(|| FilterError { offset, problem: unknown() })?;
    Ok(Located { what, offset })
}

fn value<'a>(input: &mut Input<'a>) -> Parsed<Literal<'a>> {
    if input.input.starts_with('"') {
        return text.map(Literal::Text).parse_next(input);
    }
    if input.input.starts_with('[') {
        return list.map(Literal::List).parse_next(input);
    }
    let is_null = |word: &str| word.eq_ignore_ascii_case("$null") || word.eq_ignore_ascii_case("null");
    word.map(|word| if is_null(word) { Literal::Null } else { Literal::Bare(word) }).parse_next(input)
}

fn list<'a>(input: &mut Input<'a>) -> Parsed<Vec<Located<&'a str>>> {
    '['.parse_next(input)?;
    let item = |input: &mut Input<'a>| located(text).context("a text in double quotes").parse_next(input);
    let mut items = vec![item(input)?];
    while opt(lexeme(',')).parse_next(input)?.is_some() {
        items.push(item(input)?);
    }
    lexeme(']').context("a comma or a closing bracket").parse_next(input)?;
    Ok(items)
}

/// What stands between double quotes.
fn text<'a>(input: &mut Input<'a>) -> Parsed<&'a str> {
    let opening = input.current_token_start();
    let problem = |offset, problem| FilterError { offset, problem };
    let text = preceded('"', take_till(0.., '"')).parse_next(input)?;
    opt('"').parse_next(input)?.ok_or_else(|| problem(opening, FilterProblem::Unterminated))?;
    if let Some(at) = text.find(char::is_control) {
        return Err(problem(opening + 1 + at, FilterProblem::ControlCharacter));
    }
    if text.trim().is_empty() {
        return Err(problem(opening, FilterProblem::EmptyText));
    }
    Ok(text)
}

fn keyword<'a>(junction: Junction) -> impl Parser<Input<'a>, &'a str, FilterError> {
    let is_it =
        move |word: &&str| word.strip_prefix('-').unwrap_or(word).eq_ignore_ascii_case(junction.as_str());
    lexeme(word.verify(is_it))
}

/// A name, an operator, `$null` or a version without quotes.
fn word<'a>(input: &mut Input<'a>) -> Parsed<&'a str> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || "._$".contains(character);
    (opt('-'), take_while(1.., is_part)).take().parse_next(input)
}

/// A token with the blanks before it.
fn lexeme<'a, T>(token: impl Parser<Input<'a>, T, FilterError>) -> impl Parser<Input<'a>, T, FilterError> {
    preceded(take_while(0.., BLANKS), token)
}

fn located<'a, T>(
    token: impl Parser<Input<'a>, T, FilterError>,
) -> impl Parser<Input<'a>, Located<T>, FilterError> {
    lexeme(token.with_span()).map(|(what, span)| Located { what, offset: span.start })
}

impl ParserError<Input<'_>> for FilterError {
    type Inner = Self;

    fn from_input(input: &Input<'_>) -> Self {
        let found = input.input.chars().next();
        Self { offset: input.current_token_start(), problem: FilterProblem::Expected { expected: "", found } }
    }

    fn into_inner(self) -> Result<Self, Self> {
        Ok(self)
    }
}

/// Says what was expected where a token is missing; an error that says more is left as it is.
impl<'a> AddContext<Input<'a>> for FilterError {
    fn add_context(
        mut self,
        _: &Input<'a>,
        _: &<Input<'a> as Stream>::Checkpoint,
        expectation: &'static str,
    ) -> Self {
        if let FilterProblem::Expected { expected: expected @ "", .. } = &mut self.problem {
            *expected = expectation;
        }
        self
    }
}
