//! Rules that speak only where somebody asked for them: `scepter lint --warn ID`. They warn, and never decide whether a
//! profile is served.

use std::collections::{BTreeMap, BTreeSet};

use super::{Activation, RULES, RuleId, assignment, sid, variables};
use crate::diagnostics::Diagnostics;
use crate::identity::GroupId;
use crate::inventory::GroupKind;
use crate::profile::{Fields, Profile};

/// The rules that were asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requested(BTreeSet<RuleId>);

/// A rule that needs no asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} speaks unasked; the rules that can be asked for are {known}", known = known())]
pub struct SpeaksUnasked(pub RuleId);

impl Requested {
    /// Asks for rules. Refuses one that speaks unasked: whoever names it expects something that does not happen.
    pub fn new(ids: impl IntoIterator<Item = RuleId>) -> Result<Self, SpeaksUnasked> {
        let asked = ids.into_iter().map(|id| match id.rule().activation {
            Activation::OnRequest => Ok(id),
            Activation::Always => Err(SpeaksUnasked(id)),
        });
        asked.collect::<Result<_, _>>().map(Self)
    }

    /// Every rule that waits to be asked.
    pub fn all() -> Self {
        Self(on_request().collect())
    }

    fn contains(&self, id: RuleId) -> bool {
        self.0.contains(&id)
    }
}

/// What the rules that were asked for say of a profile: SID-08, and ASG-09 as far as the kinds of groups are known.
pub fn judge(profile: &Profile, kinds: &BTreeMap<GroupId, GroupKind>, requested: &Requested) -> Diagnostics {
    let mut findings = Diagnostics::none();
    if requested.contains(RuleId::Sid08) {
        findings.extend(sid::judge_absence(profile).into_iter().collect());
    }
    if requested.contains(RuleId::Asg09) {
        findings.extend(assignment::judge_bearers(profile, kinds));
    }
    findings
}

/// What the rules that were asked for say of how a profile is written, be it right or not: VAR-23.
pub fn judge_writing(fields: &Fields<'_>, requested: &Requested) -> Diagnostics {
    if requested.contains(RuleId::Var23) { variables::judge_spelling(fields) } else { Diagnostics::none() }
}

fn on_request() -> impl Iterator<Item = RuleId> {
    RULES.iter().filter(|rule| rule.activation == Activation::OnRequest).map(|rule| rule.id)
}

fn known() -> String {
    on_request().map(RuleId::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::fields::SubjectAlternativeName;
    use crate::profile::sample;
    use crate::vocabulary::{CertificateType, Platform, SanType};

    #[test]
    fn only_rules_that_wait_for_it_can_be_asked_for() {
        assert_eq!(Requested::new([RuleId::Asg09, RuleId::Sid08, RuleId::Var23]), Ok(Requested::all()));
        let refused = Requested::new([RuleId::Asg09, RuleId::Var05]).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "VAR-05 speaks unasked; the rules that can be asked for are VAR-23, SID-08, ASG-09"
        );
    }

    #[test]
    fn a_rule_that_was_not_asked_for_is_silent() {
        let profile = sample::profile(Platform::Ios, |fields| {
            fields.certificate_type = CertificateType::User;
        });
        let judged = |requested| judge(&profile, &BTreeMap::new(), &requested).len();
        assert_eq!(judged(Requested::default()), 0);
        assert_eq!(judged(Requested::new([RuleId::Sid08]).unwrap()), 0);
        assert_eq!(judged(Requested::new([RuleId::Asg09]).unwrap()), 1, "a user certificate for all devices");
    }

    #[test]
    fn asking_for_one_rule_does_not_wake_another() {
        let profile = sample::profile(Platform::Windows10AndLater, |fields| {
            fields.certificate_type = CertificateType::User;
            fields.subject_alternative_names =
                vec![SubjectAlternativeName { kind: SanType::Upn, value: "{{UserPrincipalName}}" }];
        });
        let judged = |requested| -> Vec<RuleId> {
            judge(&profile, &BTreeMap::new(), &requested).iter().map(|finding| finding.rule).collect()
        };
        assert_eq!(judged(Requested::default()), []);
        for id in [RuleId::Sid08, RuleId::Asg09] {
            assert_eq!(judged(Requested::new([id]).unwrap()), [id]);
        }
    }

    #[test]
    fn a_rule_that_waits_to_be_asked_warns() {
        for id in on_request() {
            assert_eq!(id.severity(), crate::vocabulary::Severity::Warning, "{id}");
        }
    }
}
