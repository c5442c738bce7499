//! Who is assigned: platform, targets, filters, applicability, in that order. The one call of plan, check-in, issue and
//! `resolve`.

use crate::diagnostics::Diagnostic;
use crate::profile::{Applicability, Assignments};
use crate::vocabulary::Platform;

/// Whether a profile reaches a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assignment {
    /// It does.
    Targeted,
    /// No include target holds the device, or an exclusion or a filter takes it out; with the reason.
    NotTargeted(String),
    /// The platform or an applicability rule leaves it out (PLT-02, APP-05); with the reason.
    NotApplicable(String),
    /// It would, but the question has no answer on this device.
    Undecidable(Diagnostic),
}

/// What deciding needs of a profile; a SCEP profile and a trusted root profile both have it.
#[derive(Clone, Copy, Debug)]
pub struct Aim<'a> {
    /// The platform.
    pub platform: Platform,
    /// The targets.
    pub assignments: &'a Assignments,
    /// The applicability rules.
    pub applicability: &'a Applicability,
}
