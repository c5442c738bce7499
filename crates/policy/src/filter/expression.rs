//! Comparisons joined by `and` and `or`, and what they say together.

use std::fmt;

use super::comparison::{Comparison, NoVersion};
use crate::inventory::Device;

/// A comparison, or several expressions that are joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expression {
    Comparison(Comparison),
    /// Two or more, none of them joined by the same word: made by [`Expression::join`] alone.
    Joined(Junction, Vec<Expression>),
}

/// What joins expressions; `and` binds before `or`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Junction {
    And,
    Or,
}

impl Junction {
    /// The answer of one expression that is the answer of all.
    const fn decided_by(self) -> bool {
        match self {
            Self::And => false,
            Self::Or => true,
        }
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::And => "and",
            Self::Or => "or",
        }
    }
}

impl Expression {
    /// Joins expressions. Parentheses without effect are forgotten: `(a and b) and c` is `a and b and c`.
    pub(super) fn join(junction: Junction, mut operands: Vec<Self>) -> Self {
        if operands.len() == 1 {
            return operands.remove(0);
        }
        let flat = operands.into_iter().flat_map(|operand| match operand {
            Self::Joined(inner, operands) if inner == junction => operands,
            other @ (Self::Comparison(_) | Self::Joined(..)) => vec![other],
        });
        Self::Joined(junction, flat.collect())
    }

    /// Kleene's logic: an open question stays open unless another expression decides.
    pub(super) fn holds(&self, device: &Device) -> Result<bool, NoVersion> {
        let (junction, operands) = match self {
            Self::Comparison(comparison) => return comparison.holds(device),
            Self::Joined(junction, operands) => (junction, operands),
        };
        let mut together = Ok(!junction.decided_by());
        for operand in operands {
            match operand.holds(device) {
                Ok(answer) if answer == junction.decided_by() => return Ok(answer),
                Ok(_) => {}
                Err(open) => together = together.and(Err(open)),
            }
        }
        together
    }

    /// The comparisons from which the answer follows: the first that decides, or else all.
    pub(super) fn deciding(&self, device: &Device) -> Vec<&Comparison> {
        let (junction, operands) = match self {
            Self::Comparison(comparison) => return vec![comparison],
            Self::Joined(junction, operands) => (junction, operands),
        };
        let decides = |operand: &&Self| operand.holds(device) == Ok(junction.decided_by());
        match operands.iter().find(decides) {
            Some(operand) => operand.deciding(device),
            None => operands.iter().flat_map(|operand| operand.deciding(device)).collect(),
        }
    }

    fn fmt_operand(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Comparison(comparison) => write!(f, "{comparison}"),
            Self::Joined(..) => write!(f, "({self})"),
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Comparison(comparison) => write!(f, "{comparison}"),
            Self::Joined(junction, operands) => operands.iter().enumerate().try_for_each(|(n, operand)| {
                if n > 0 {
                    write!(f, " {} ", junction.as_str())?;
                }
                operand.fmt_operand(f)
            }),
        }
    }
}
