//! Assignment filters (ASG-11 … ASG-13): Intune's language for the devices that an assignment means. For people:
//! docs/filters.md.
//!
//! ```text
//! filter      = conjunction *("or" conjunction)           ; -or, -and and every other word in any case
//! conjunction = operand *("and" operand)
//! operand     = "(" filter ")" / comparison
//! comparison  = "device." property operator value
//! value       = text / "[" text *("," text) "]" / version / "$null"
//! text        = DQUOTE *char DQUOTE                       ; no escapes, no control characters
//! version     = number *3("." number)                     ; in quotes or not
//! ```
//!
//! What is parsed is typed: no comparison exists whose property lacks its operator, and every version in one is a
//! version. A property that a device does not have is `$null`: it equals nothing else, contains nothing, and is in no
//! list. Only where versions are compared by order does it leave the question open (docs/decisions/0110).

mod comparison;
mod error;
mod expression;
mod finding;
mod grammar;
mod literal;
mod operator;
mod property;
mod text;
mod words;

use std::fmt;

pub use comparison::NoVersion;
pub use error::{FilterError, FilterProblem};
pub use finding::Finding;
pub use operator::Operator;
pub use property::{Property, TextProperty, UnrecordedProperty};

use crate::inventory::Device;
use crate::vocabulary::Platform;
use expression::Expression;

/// A parsed filter. Its text is canonical: parsing what is printed gives the same filter, where the blanks of the printing
/// leave it within [`Filter::MAX_LENGTH`].
///
/// ```
/// use scepter_policy::filter::Filter;
/// use scepter_policy::vocabulary::Platform;
///
/// let filter = Filter::parse(r#"device.Model startswith "Surface""#, Platform::Windows10AndLater)?;
/// assert_eq!(filter.to_string(), r#"(device.model -startsWith "Surface")"#);
/// # Ok::<(), scepter_policy::filter::FilterError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter(Expression);

impl Filter {
    /// The most characters of an expression; the same as in the custom resource definitions.
    pub const MAX_LENGTH: usize = 3072;

    /// The deepest nesting of parentheses.
    pub const MAX_DEPTH: usize = 32;

    /// Reads an expression for a profile of that platform, in time linear in its length.
    pub fn parse(text: &str, platform: Platform) -> Result<Self, FilterError> {
        grammar::parse(text, platform).map(Self)
    }

    /// Whether the filter matches the device; `Err` when that depends on a version that the inventory does not have.
    pub fn matches(&self, device: &Device) -> Result<bool, NoVersion> {
        self.0.holds(device)
    }

    /// The comparisons that decide whether the filter matches the device, each with the value that it found. They show
    /// values of the inventory, and belong in no status or log (docs/decisions/0106).
    pub fn because<'a>(&'a self, device: &'a Device) -> Vec<Finding<'a>> {
        self.0.deciding(device).into_iter().map(|comparison| Finding { comparison, device }).collect()
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests;
