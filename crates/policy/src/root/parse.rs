//! From fields to a trusted root profile.

use jiff::Timestamp;

use super::{Fields, TrustedRoot};
use crate::diagnostics::{Diagnostic, Diagnostics, FieldPath};
use crate::rules::RuleId;

impl TrustedRoot {
    /// Judges a trusted root profile as written by the rules of the object scope; `now` decides ROOT-06.
    ///
    /// `Ok` carries the warnings; `Err` carries every finding, errors and warnings.
    pub fn parse(fields: &Fields<'_>, now: Timestamp) -> Result<(Self, Diagnostics), Diagnostics> {
        let _ = (fields, now);
        Err(Diagnostic::new(RuleId::Sch01, FieldPath::spec(), "roots cannot be parsed yet").into())
    }
}
