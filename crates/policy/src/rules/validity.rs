//! Validity periods (VAL-01 … VAL-05).

use jiff::Timestamp;

use super::RuleId;
use crate::authority::AuthorityFacts;
use crate::diagnostics::{Diagnostic, Diagnostics, FieldPath};
use crate::profile::{Validity, fields};
use crate::vocabulary::ValidityUnit;

/// The longest validity, in days: 24 months with a leap day (VAL-02).
const MAX_DAYS: u64 = 731;
/// Below this many days devices may see the certificate as nearly expired (VAL-03).
const MIN_SENSIBLE_DAYS: u64 = 5;

/// VAL-01, VAL-02, VAL-03.
pub(crate) fn parse(period: fields::ValidityPeriod, findings: &mut Diagnostics) -> Option<Validity> {
    let Some(value) = u32::try_from(period.value).ok().filter(|value| *value > 0) else {
        let message = format!("{} {} is no period", period.value, period.unit);
        findings.push(Diagnostic::new(RuleId::Val01, path().field("value"), message));
        return None;
    };
    let validity = Validity { value, unit: period.unit };
    match nominal_days(validity) {
        MIN_SENSIBLE_DAYS..=MAX_DAYS => Some(validity),
        0..MIN_SENSIBLE_DAYS => {
            let message = format!("{} is less than {MIN_SENSIBLE_DAYS} days", show(validity));
            findings.push(Diagnostic::new(RuleId::Val03, path(), message));
            Some(validity)
        }
        _ => {
            let message = format!("{} is longer than 24 months", show(validity));
            findings.push(Diagnostic::new(RuleId::Val02, path(), message));
            None
        }
    }
}

/// VAL-04, VAL-05: what the authority can grant now.
pub(crate) fn judge_authority(validity: Validity, facts: &AuthorityFacts, now: Timestamp) -> Diagnostics {
    let mut findings = Diagnostics::none();
    if nominal_days(validity) > nominal_days(facts.max_validity) {
        let message = format!(
            "{} is longer than the {} that authority {} grants",
            show(validity),
            show(facts.max_validity),
            facts.name
        );
        findings.push(Diagnostic::new(RuleId::Val04, path(), message));
    }
    if validity.end(now).is_none_or(|end| end >= facts.not_after) {
        let message = format!(
            "a certificate of {} issued now would not end before authority {}, which ends at {}",
            show(validity),
            facts.name,
            facts.not_after
        );
        findings.push(Diagnostic::new(RuleId::Val05, path(), message));
    }
    findings
}

/// The most days that a period takes on average over leap years: 31 for a month, 366 for a year, 731 for two.
///
/// Comparing periods must not depend on the day it is done, so that a profile that was accepted stays accepted.
fn nominal_days(validity: Validity) -> u64 {
    let value = u64::from(validity.value);
    let of_months = |months: u64| (months * 487).div_ceil(16);
    match validity.unit {
        ValidityUnit::Days => value,
        ValidityUnit::Months => of_months(value),
        ValidityUnit::Years => of_months(value * 12),
    }
}

/// `13 Months`, `1 Year`.
fn show(validity: Validity) -> String {
    let unit = validity.unit.as_str();
    format!("{} {}", validity.value, if validity.value == 1 { unit.trim_end_matches('s') } else { unit })
}

fn path() -> FieldPath {
    FieldPath::spec().field("validityPeriod")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::sample::facts;
    use ValidityUnit::{Days, Months, Years};

    fn rules(value: i32, unit: ValidityUnit) -> (bool, Vec<RuleId>) {
        let mut findings = Diagnostics::none();
        let parsed = parse(fields::ValidityPeriod { value, unit }, &mut findings).is_some();
        (parsed, findings.iter().map(|finding| finding.rule).collect())
    }

    #[test]
    fn a_period_lasts_from_five_days_to_two_years() {
        for (value, unit) in [(5, Days), (731, Days), (1, Months), (24, Months), (1, Years), (2, Years)] {
            assert_eq!(rules(value, unit), (true, vec![]), "{value} {unit}");
        }
        for (value, unit) in [(732, Days), (25, Months), (3, Years), (i32::MAX, Years)] {
            assert_eq!(rules(value, unit), (false, vec![RuleId::Val02]), "{value} {unit}");
        }
        assert_eq!(rules(4, Days), (true, vec![RuleId::Val03]));
        assert_eq!(rules(0, Years), (false, vec![RuleId::Val01]));
        assert_eq!(rules(-1, Days), (false, vec![RuleId::Val01]));
    }

    #[test]
    fn an_authority_grants_up_to_its_own_maximum_and_not_a_day_more() {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let judged = |value, unit| {
            judge_authority(Validity { value, unit }, &facts(), now)
                .iter()
                .map(|f| f.rule)
                .collect::<Vec<_>>()
        };
        assert_eq!(facts().max_validity, Validity { value: 1, unit: Years });
        assert_eq!(judged(12, Months), []);
        assert_eq!(judged(366, Days), []);
        assert_eq!(judged(367, Days), [RuleId::Val04]);
        assert_eq!(judged(13, Months), [RuleId::Val04]);
    }

    #[test]
    fn a_certificate_must_end_before_its_authority_does() {
        let judged = |now: &str| {
            judge_authority(Validity { value: 30, unit: Days }, &facts(), now.parse().unwrap())
                .iter()
                .map(|finding| finding.rule)
                .collect::<Vec<_>>()
        };
        assert_eq!(facts().not_after, "2030-01-31T00:00:00Z".parse().unwrap());
        assert_eq!(judged("2029-12-31T23:59:59Z"), []);
        assert_eq!(judged("2030-01-01T00:00:00Z"), [RuleId::Val05], "ending at the same moment is too late");
    }
}
