//! What a comparison found on a device, in a person's words.

use std::fmt;

use super::comparison::Comparison;
use super::operator::Operator;
use crate::inventory::Device;

/// A comparison and the device that it was asked of; printed with the device's value.
#[derive(Clone, Copy, Debug)]
pub struct Finding<'a> {
    pub(super) comparison: &'a Comparison,
    pub(super) device: &'a Device,
}

impl fmt::Display for Finding<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { comparison, device } = self;
        let property = comparison.property();
        let answer = match comparison.holds(device) {
            Ok(answer) => answer,
            Err(open) => return write!(f, "device {} {open}", device.id),
        };
        match property.shown(device) {
            Some(value) => write!(f, "{property} {value:?} ")?,
            None if comparison.is_with_null() => write!(f, "{property} ")?,
            None => write!(f, "{property}, which is absent, ")?,
        }
        f.write_str(relation(comparison.operator(), answer))?;
        if comparison.is_with_null() {
            return f.write_str(" absent");
        }
        f.write_str(" ")?;
        comparison.fmt_literal(f)
    }
}

/// How the value stands to the literal, given what the operator answered.
const fn relation(operator: Operator, answer: bool) -> &'static str {
    match (operator, answer) {
        (Operator::Eq, true) | (Operator::Ne, false) => "is",
        (Operator::Eq, false) | (Operator::Ne, true) => "is not",
        (Operator::In, true) | (Operator::NotIn, false) => "is one of",
        (Operator::In, false) | (Operator::NotIn, true) => "is none of",
        (Operator::StartsWith, true) => "starts with",
        (Operator::StartsWith, false) => "does not start with",
        (Operator::Contains, true) | (Operator::NotContains, false) => "contains",
        (Operator::Contains, false) | (Operator::NotContains, true) => "does not contain",
        (Operator::Gt, true) | (Operator::Le, false) => "is above",
        (Operator::Gt, false) | (Operator::Le, true) => "is at most",
        (Operator::Ge, true) | (Operator::Lt, false) => "is at least",
        (Operator::Ge, false) | (Operator::Lt, true) => "is below",
    }
}
