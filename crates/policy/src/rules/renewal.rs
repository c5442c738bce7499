//! When renewal begins (RNW-01, RNW-05).

use super::RuleId;
use crate::diagnostics::{Diagnostic, Diagnostics, FieldPath};

/// What an absent threshold means, in per cent (RNW-01).
const DEFAULT_PERCENT: u8 = 20;
/// Above this many per cent certificates are renewed strangely early (RNW-05).
const HIGH_PERCENT: u8 = 50;

/// The threshold in per cent of the lifetime that remains.
pub(crate) fn parse(percent: Option<i32>, findings: &mut Diagnostics) -> Option<u8> {
    let Some(written) = percent else { return Some(DEFAULT_PERCENT) };
    let path = FieldPath::spec().field("renewalThresholdPercent");
    let Some(percent) = u8::try_from(written).ok().filter(|percent| (1..=99).contains(percent)) else {
        let message = format!("{written} per cent is no threshold");
        findings.push(Diagnostic::new(RuleId::Rnw01, path, message));
        return None;
    };
    if percent > HIGH_PERCENT {
        let message = format!("renewal begins while {percent} per cent of the lifetime remain");
        findings.push(Diagnostic::new(RuleId::Rnw05, path, message));
    }
    Some(percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_is_one_to_ninety_nine_per_cent_and_twenty_where_none_is_written() {
        let judged = |percent| {
            let mut findings = Diagnostics::none();
            let parsed = parse(percent, &mut findings);
            (parsed, findings.iter().next().map(|finding| finding.rule))
        };
        assert_eq!(judged(None), (Some(20), None));
        assert_eq!(judged(Some(1)), (Some(1), None));
        assert_eq!(judged(Some(50)), (Some(50), None));
        assert_eq!(judged(Some(51)), (Some(51), Some(RuleId::Rnw05)));
        assert_eq!(judged(Some(99)), (Some(99), Some(RuleId::Rnw05)));
        for outside in [0, 100, -1, i32::MAX] {
            assert_eq!(judged(Some(outside)), (None, Some(RuleId::Rnw01)), "{outside}");
        }
    }
}
