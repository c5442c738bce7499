//! Lengths of subject attributes where an authority enforces them (SUB-13).

use crate::name::AttributeType;

/// A sentence about an attribute that is longer, in characters, than X.520 allows.
pub(super) fn judge(kind: AttributeType, length: usize) -> Option<String> {
    let most = kind.max_length().filter(|most| length > *most)?;
    Some(format!("{kind} has {length} characters, and the authority allows {most}"))
}
