//! Applicability rules on a device (APP-03 … APP-06): they narrow what the targets reached.

use super::{Assignment, Note, Observation, OsVersion};
use crate::diagnostics::{Diagnostic, FieldPath};
use crate::inventory::Device;
use crate::profile::{Applicability, EditionRule, FilterMode, VersionRule};
use crate::rules::RuleId;

/// `Targeted` when both rules let the device pass, `NotApplicable` when one does not, `Undecidable` when the inventory
/// does not say what a rule asks for.
pub(super) fn judge(rules: &Applicability, device: &Device, note: Note<'_>) -> Assignment {
    if !rules.is_some_rule() {
        return Assignment::Targeted;
    }
    let edition = rules.os_edition.as_ref().map(|rule| judge_edition(rule, device));
    let version = rules.os_version.as_ref().map(|rule| judge_version(rule, device));
    for judged in [edition, version].into_iter().flatten() {
        match judged {
            Ok(Passage { passes, because, reason }) => {
                note(Observation::Applicability(format_args!("{because}")));
                if !passes {
                    return Assignment::NotApplicable(reason);
                }
            }
            Err(finding) => {
                note(Observation::Applicability(format_args!("{}", finding.message)));
                return Assignment::Undecidable(finding);
            }
        }
    }
    Assignment::Targeted
}

/// What a rule says of a device: `because` shows the device's value and is for explanations; `reason` is for statuses,
/// which show none (docs/decisions/0106).
struct Passage {
    passes: bool,
    because: String,
    reason: String,
}

fn judge_edition(rule: &EditionRule, device: &Device) -> Result<Passage, Diagnostic> {
    let unknown = || {
        let path = FieldPath::spec().field("applicabilityRules").field("osEdition");
        let message = format!("device {} has no osEdition, which the rule asks for", device.id);
        Diagnostic::new(RuleId::App04, path, message).help("give the device an osEdition in the inventory")
    };
    let edition = device.os_edition.as_deref().ok_or_else(unknown)?;
    let listed = rule.editions.iter().any(|known| known.eq_ignore_ascii_case(edition));
    let is = if listed { "is" } else { "is not" };
    let place = format!("{is} among the editions {}", clause(rule.mode));
    Ok(Passage {
        passes: passes(rule.mode, listed),
        because: format!("device {} has {edition}, which {place}", device.id),
        reason: format!("the edition of device {} {place}", device.id),
    })
}

fn judge_version(rule: &VersionRule, device: &Device) -> Result<Passage, Diagnostic> {
    let unknown = || {
        let path = FieldPath::spec().field("applicabilityRules").field("osVersion");
        let message = match &device.os_version {
            None => format!("device {} has no osVersion, which the rule asks for", device.id),
            Some(_) => format!("device {} has an osVersion that is no version", device.id),
        };
        Diagnostic::new(RuleId::App03, path, message).help("correct osVersion in the inventory")
    };
    let version = device.os_version.as_deref().and_then(OsVersion::read).ok_or_else(unknown)?;
    let (min, max) = (OsVersion(rule.min), OsVersion(rule.max));
    let inside = (min..=max).contains(&version);
    let is = if inside { "within" } else { "outside" };
    let place = format!("is {is} {min} to {max}, the versions {}", clause(rule.mode));
    Ok(Passage {
        passes: passes(rule.mode, inside),
        because: format!("device {} runs {version}, which {place}", device.id),
        reason: format!("the version of device {} {place}", device.id),
    })
}

const fn passes(mode: FilterMode, matches: bool) -> bool {
    match mode {
        FilterMode::Include => matches,
        FilterMode::Exclude => !matches,
    }
}

const fn clause(mode: FilterMode) -> &'static str {
    match mode {
        FilterMode::Include => "that the profile is for",
        FilterMode::Exclude => "that the profile leaves out",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::profile::sample;
    use crate::vocabulary::Platform;
    use FilterMode::{Exclude, Include};

    fn laptop(edition: Option<&str>, version: Option<&str>) -> Device {
        Device {
            os_edition: edition.map(ToOwned::to_owned),
            os_version: version.map(ToOwned::to_owned),
            ..sample::device("laptop", Platform::Windows10AndLater)
        }
    }

    fn editions(mode: FilterMode) -> Applicability {
        let editions = BTreeSet::from(["Enterprise".to_owned()]);
        Applicability { os_edition: Some(EditionRule { mode, editions }), os_version: None }
    }

    fn versions(mode: FilterMode) -> Applicability {
        let rule = VersionRule { mode, min: [10, 0, 19045, 0], max: [10, 0, 22631, 9999] };
        Applicability { os_edition: None, os_version: Some(rule) }
    }

    fn reaches(rules: &Applicability, device: &Device) -> Option<bool> {
        match judge(rules, device, &mut |_| ()) {
            Assignment::Targeted => Some(true),
            Assignment::NotApplicable(_) => Some(false),
            Assignment::NotTargeted(_) | Assignment::Undecidable(_) => None,
        }
    }

    #[test]
    fn an_edition_is_included_or_excluded_whatever_its_case() {
        let on = |mode, edition| reaches(&editions(mode), &laptop(Some(edition), None));
        assert_eq!(on(Include, "enterprise"), Some(true));
        assert_eq!(on(Include, "Home"), Some(false));
        assert_eq!(on(Exclude, "Enterprise"), Some(false));
        assert_eq!(on(Exclude, "Home"), Some(true));
    }

    #[test]
    fn a_version_range_holds_its_bounds_and_compares_numbers() {
        let on = |mode, version| reaches(&versions(mode), &laptop(None, Some(version)));
        assert_eq!(on(Include, "10.0.19045"), Some(true));
        assert_eq!(on(Include, "10.0.22631.9999"), Some(true));
        assert_eq!(on(Include, "10.0.9999.1"), Some(false));
        assert_eq!(on(Include, "10.0.22632.0"), Some(false));
        assert_eq!(on(Exclude, "10.0.20000.1"), Some(false));
        assert_eq!(on(Exclude, "11.0"), Some(true));
    }

    #[test]
    fn both_rules_must_let_a_device_pass() {
        let rules = Applicability { os_version: versions(Include).os_version, ..editions(Include) };
        assert_eq!(reaches(&rules, &laptop(Some("Enterprise"), Some("10.0.19045.1"))), Some(true));
        assert_eq!(reaches(&rules, &laptop(Some("Home"), Some("10.0.19045.1"))), Some(false));
        assert_eq!(reaches(&rules, &laptop(Some("Enterprise"), Some("10.0.1.1"))), Some(false));
    }

    #[test]
    fn the_reason_shows_no_value_and_the_explanation_does() {
        let mut steps = Vec::new();
        let rules = Applicability { os_version: versions(Include).os_version, ..editions(Include) };
        let device = laptop(Some("Enterprise"), Some("10.0.1.1"));
        let judged = judge(&rules, &device, &mut |seen| match seen {
            Observation::Applicability(said) => steps.push(said.to_string()),
            other => panic!("{other:?} is no applicability rule"),
        });
        let range = "is outside 10.0.19045.0 to 10.0.22631.9999, the versions that the profile is for";
        assert_eq!(judged, Assignment::NotApplicable(format!("the version of device laptop {range}")));
        assert_eq!(
            steps,
            [
                "device laptop has Enterprise, which is among the editions that the profile is for"
                    .to_owned(),
                format!("device laptop runs 10.0.1.1, which {range}"),
            ]
        );
    }

    #[test]
    fn what_the_inventory_does_not_say_is_not_guessed() {
        assert_eq!(reaches(&editions(Exclude), &laptop(None, None)), None);
        assert_eq!(reaches(&versions(Exclude), &laptop(None, None)), None);
        assert_eq!(reaches(&versions(Include), &laptop(None, Some("unknown"))), None);
    }
}
