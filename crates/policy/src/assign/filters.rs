//! Filters on the targets that hold a device: what each says, and which of them counts (ASG-11, ASG-12).

use super::{Assignment, Note, Observation};
use crate::diagnostics::{Diagnostic, FieldPath};
use crate::filter::NoVersion;
use crate::inventory::Device;
use crate::profile::{AssignmentFilter, FilterMode, Include};
use crate::rules::RuleId;

/// A target of a profile with its place among the targets.
type Holding<'a> = (usize, &'a Include);

/// Decides between the targets that hold a device, of which there is one at least. Where one has a filter of mode
/// `Exclude`, those filters alone count; else a target without a filter reaches the device; else one of the filters of
/// mode `Include` must match. An open question is left open where its answer would decide.
pub(super) fn judge(holding: &[Holding<'_>], device: &Device, note: Note<'_>) -> Assignment {
    let has = |mode| holding.iter().any(|(_, include)| mode_of(include) == mode);
    if has(Some(FilterMode::Exclude)) {
        any_matches(holding, FilterMode::Exclude, device, note)
    } else if has(None) {
        Assignment::Targeted
    } else {
        any_matches(holding, FilterMode::Include, device, note)
    }
}

fn mode_of(include: &Include) -> Option<FilterMode> {
    include.filter.as_ref().map(|filter| filter.mode)
}

/// Filters of the same mode: one that matches is enough.
fn any_matches(holding: &[Holding<'_>], mode: FilterMode, device: &Device, note: Note<'_>) -> Assignment {
    let mut open = None;
    let mut unmatched = None;
    for (index, include) in holding {
        let Some(filter) = include.filter.as_ref().filter(|filter| filter.mode == mode) else { continue };
        let answer = filter.expression.matches(device);
        let question = Question { include, filter, device };
        note(Observation::Filter(format_args!("{question} {}: {}", verb(answer), Because(&question))));
        match answer {
            Ok(true) => return matched(&question),
            Ok(false) => {
                unmatched.get_or_insert(question);
            }
            Err(why) => {
                open.get_or_insert_with(|| undecidable(*index, &question, why));
            }
        }
    }
    match (open, mode, unmatched) {
        (Some(open), _, _) => Assignment::Undecidable(open),
        (None, FilterMode::Include, Some(question)) => {
            Assignment::NotTargeted(format!("{question} does not match device {}", device.id))
        }
        (None, FilterMode::Exclude, _) | (None, FilterMode::Include, None) => Assignment::Targeted,
    }
}

fn matched(question: &Question<'_>) -> Assignment {
    match question.filter.mode {
        FilterMode::Include => Assignment::Targeted,
        FilterMode::Exclude => {
            Assignment::NotTargeted(format!("{question} matches device {}", question.device.id))
        }
    }
}

/// ASG-13 on a device. Shown in statuses, so that it says no value (docs/decisions/0106).
fn undecidable(index: usize, question: &Question<'_>, why: NoVersion) -> Diagnostic {
    let field = FieldPath::spec().field("assignments").field("include").index(index);
    let message = format!("{question} has no answer: device {} {why}", question.device.id);
    Diagnostic::new(RuleId::Asg13, field.field("filter").field("expression"), message)
        .help("correct osVersion in the inventory")
}

const fn verb(answer: Result<bool, NoVersion>) -> &'static str {
    match answer {
        Ok(true) => "matches",
        Ok(false) => "does not match",
        Err(_) => "has no answer",
    }
}

/// A filter that is asked about a device; prints as `the Include filter on group laptops`.
struct Question<'a> {
    include: &'a Include,
    filter: &'a AssignmentFilter,
    device: &'a Device,
}

impl std::fmt::Display for Question<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the {} filter on {}", self.filter.mode, self.include.target)
    }
}

/// What the comparisons found, put together only where somebody reads it.
struct Because<'a>(&'a Question<'a>);

impl std::fmt::Display for Because<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Question { filter, device, .. } = self.0;
        filter.expression.because(device).iter().enumerate().try_for_each(|(n, finding)| {
            let comma = if n > 0 { ", and " } else { "" };
            write!(f, "{comma}{finding}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::Filter;
    use crate::profile::{Target, sample};
    use crate::vocabulary::Platform;
    use FilterMode::{Exclude, Include as Wanted};

    const PERSONAL: &str = r#"(device.deviceOwnership -eq "Personal")"#;
    const SURFACE: &str = r#"(device.model -startsWith "Surface")"#;
    const OLD: &str = "(device.operatingSystemVersion -lt 10.0.22000)";

    fn include(filter: Option<(FilterMode, &str)>) -> Include {
        let filter = filter.map(|(mode, expression)| AssignmentFilter {
            mode,
            expression: Filter::parse(expression, Platform::Windows10AndLater).unwrap(),
        });
        Include { target: Target::AllDevices, filter }
    }

    /// A company's Surface without a version.
    fn surface() -> Device {
        let mut device = sample::device("laptop", Platform::Windows10AndLater);
        device.model = Some("Surface Book 3".to_owned());
        device.ownership = Some(crate::vocabulary::Ownership::Corporate);
        device
    }

    fn judged(filters: &[Option<(FilterMode, &str)>]) -> Assignment {
        let includes: Vec<Include> = filters.iter().map(|filter| include(*filter)).collect();
        let holding: Vec<Holding<'_>> = includes.iter().enumerate().collect();
        judge(&holding, &surface(), &mut |_| ())
    }

    fn reaches(filters: &[Option<(FilterMode, &str)>]) -> Option<bool> {
        match judged(filters) {
            Assignment::Targeted => Some(true),
            Assignment::NotTargeted(_) => Some(false),
            Assignment::NotApplicable(_) | Assignment::Undecidable(_) => None,
        }
    }

    #[test]
    fn a_match_applies_where_it_includes_and_withholds_where_it_excludes() {
        assert_eq!(reaches(&[Some((Wanted, SURFACE))]), Some(true));
        assert_eq!(reaches(&[Some((Wanted, PERSONAL))]), Some(false));
        assert_eq!(reaches(&[Some((Exclude, SURFACE))]), Some(false));
        assert_eq!(reaches(&[Some((Exclude, PERSONAL))]), Some(true));
    }

    #[test]
    fn an_exclude_filter_counts_more_than_no_filter_and_no_filter_more_than_an_include_filter() {
        assert_eq!(reaches(&[None, Some((Exclude, SURFACE))]), Some(false));
        assert_eq!(reaches(&[Some((Wanted, SURFACE)), Some((Exclude, SURFACE))]), Some(false));
        assert_eq!(reaches(&[Some((Wanted, PERSONAL)), Some((Exclude, PERSONAL))]), Some(true));
        assert_eq!(reaches(&[Some((Wanted, PERSONAL)), None]), Some(true));
    }

    #[test]
    fn among_filters_of_one_mode_a_single_match_is_enough() {
        assert_eq!(reaches(&[Some((Wanted, PERSONAL)), Some((Wanted, SURFACE))]), Some(true));
        assert_eq!(reaches(&[Some((Exclude, PERSONAL)), Some((Exclude, SURFACE))]), Some(false));
    }

    #[test]
    fn an_open_question_is_left_open_in_either_mode_unless_another_filter_decides() {
        assert_eq!(reaches(&[Some((Wanted, OLD))]), None);
        assert_eq!(reaches(&[Some((Exclude, OLD))]), None);
        assert_eq!(reaches(&[Some((Wanted, OLD)), Some((Wanted, SURFACE))]), Some(true));
        assert_eq!(reaches(&[Some((Exclude, OLD)), Some((Exclude, SURFACE))]), Some(false));
        assert_eq!(reaches(&[Some((Wanted, OLD)), Some((Wanted, PERSONAL))]), None);
    }

    #[test]
    fn the_reason_names_the_filter_and_no_value_of_the_device() {
        let Assignment::NotTargeted(reason) = judged(&[Some((Exclude, SURFACE))]) else { panic!() };
        assert_eq!(reason, "the Exclude filter on all devices matches device laptop");
        let Assignment::Undecidable(finding) = judged(&[None, Some((Exclude, OLD))]) else { panic!() };
        assert_eq!(finding.rule, RuleId::Asg13);
        assert_eq!(finding.field.as_str(), "spec.assignments.include[1].filter.expression");
        assert_eq!(
            finding.message,
            "the Exclude filter on all devices has no answer: device laptop has no osVersion"
        );
    }

    #[test]
    fn the_explanation_shows_the_value_and_what_was_asked() {
        let expression = format!("{PERSONAL} or {SURFACE} and (device.manufacturer -ne \"Contoso\")");
        let includes = [include(Some((Wanted, expression.as_str())))];
        let mut steps = Vec::new();
        judge(&[(0, &includes[0])], &surface(), &mut |seen| match seen {
            Observation::Filter(said) => steps.push(said.to_string()),
            other => panic!("{other:?} is no filter"),
        });
        assert_eq!(
            steps,
            [concat!(
                "the Include filter on all devices matches: model \"Surface Book 3\" starts with \"Surface\", ",
                "and manufacturer, which is absent, is not \"Contoso\""
            )]
        );
    }
}
