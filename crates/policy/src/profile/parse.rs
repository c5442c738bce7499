//! From fields to a profile: every object rule, every default.

use super::{Fields, Profile};
use crate::diagnostics::{Diagnostic, Diagnostics, FieldPath};
use crate::rules::RuleId;

impl Profile {
    /// Judges a profile as written by the rules of the object scope.
    ///
    /// `Ok` carries the warnings; `Err` carries every finding, errors and warnings.
    pub fn parse(fields: &Fields<'_>) -> Result<(Self, Diagnostics), Diagnostics> {
        let _ = fields;
        Err(Diagnostic::new(RuleId::Sch01, FieldPath::spec(), "profiles cannot be parsed yet").into())
    }
}
