//! Who gets a profile (ASG-01, ASG-06, ASG-07, ASG-13; ASG-04 and, where it is asked for, ASG-09 as far as the kinds of
//! groups are known).

use std::collections::{BTreeMap, BTreeSet};

use super::RuleId;
use crate::diagnostics::{Diagnostic, Diagnostics, FieldPath};
use crate::filter::Filter;
use crate::identity::GroupId;
use crate::inventory::GroupKind;
use crate::profile::{AssignmentFilter, Assignments, Include, Profile, Target, fields};
use crate::vocabulary::{CertificateType, Platform};

/// ASG-01, ASG-06, ASG-07, ASG-13.
pub(crate) fn parse(
    assignments: Option<&fields::Assignments<'_>>,
    platform: Platform,
    findings: &mut Diagnostics,
) -> Assignments {
    let Some(assignments) = assignments else { return Assignments::default() };
    let path = FieldPath::spec().field("assignments");
    let include = parse_includes(&assignments.include, platform, &path.field("include"), findings);
    let exclude = parse_excludes(assignments, &path.field("exclude"), findings);
    judge_everyone(&include, &path.field("include"), findings);
    Assignments { include: include.into_iter().map(|(_, include)| include).collect(), exclude }
}

/// ASG-04: an exclusion of one kind does nothing where everything that is included is of the other kind.
pub fn judge_kinds(assignments: &Assignments, kinds: &BTreeMap<GroupId, GroupKind>) -> Diagnostics {
    let included: BTreeSet<GroupKind> =
        assignments.include.iter().filter_map(|include| include.target.kind(kinds)).collect();
    let path = FieldPath::spec().field("assignments").field("exclude");
    let without_effect = |(index, group): (usize, &GroupId)| {
        let kind = *kinds.get(group)?;
        let other = *included.iter().find(|included| **included != kind)?;
        let group = Target::Group(group.clone()).named(kinds);
        let message = if included.contains(&kind) {
            format!(
                "excluding {group}, has no effect on the {} that the profile is assigned to",
                plural(other)
            )
        } else {
            format!("excluding {group}, has no effect: the profile is assigned to {}", plural(other))
        };
        Some(Diagnostic::new(RuleId::Asg04, path.index(index).field("group"), message))
    };
    assignments.exclude.iter().enumerate().filter_map(without_effect).collect()
}

/// ASG-09: targets whose members are not of the kind that the certificate names.
pub(crate) fn judge_bearers(profile: &Profile, kinds: &BTreeMap<GroupId, GroupKind>) -> Diagnostics {
    let (meant, certificate) = match profile.certificate_type {
        CertificateType::User => (GroupKind::User, "user certificate"),
        CertificateType::Device => (GroupKind::Device, "device certificate"),
    };
    let path = FieldPath::spec().field("assignments").field("include");
    let of_the_other_kind = |(index, include): (usize, &Include)| {
        include.target.kind(kinds).filter(|kind| *kind != meant)?;
        let message = format!("this {certificate} is assigned to {}", include.target.named(kinds));
        Some(Diagnostic::new(RuleId::Asg09, path.index(index), message))
    };
    profile.assignments.include.iter().enumerate().filter_map(of_the_other_kind).collect()
}

impl Target {
    /// The target with the kind of its members, for people: `staff, a group of users`.
    fn named(&self, kinds: &BTreeMap<GroupId, GroupKind>) -> String {
        match (self, self.kind(kinds)) {
            (Self::Group(group), Some(kind)) => format!("{group}, a group of {}", plural(kind)),
            (Self::Group(_) | Self::AllUsers | Self::AllDevices, _) => self.to_string(),
        }
    }

    /// Whether the target names users or devices; `None` for a group that nobody knows.
    fn kind(&self, kinds: &BTreeMap<GroupId, GroupKind>) -> Option<GroupKind> {
        match self {
            Self::Group(group) => kinds.get(group).copied(),
            Self::AllUsers => Some(GroupKind::User),
            Self::AllDevices => Some(GroupKind::Device),
        }
    }
}

const fn plural(kind: GroupKind) -> &'static str {
    match kind {
        GroupKind::User => "users",
        GroupKind::Device => "devices",
    }
}

fn parse_includes(
    includes: &[fields::Include<'_>],
    platform: Platform,
    path: &FieldPath,
    findings: &mut Diagnostics,
) -> Vec<(usize, Include)> {
    let mut seen = BTreeSet::new();
    let mut parsed = Vec::with_capacity(includes.len());
    for (index, include) in includes.iter().enumerate() {
        let path = path.index(index);
        let target = match parse_target(include, &path) {
            Ok(target) => target,
            Err(finding) => {
                findings.push(finding);
                continue;
            }
        };
        if !seen.insert(target.clone()) {
            findings.push(Diagnostic::new(
                RuleId::Asg07,
                path.clone(),
                format!("{target} is included twice"),
            ));
        }
        let filter = match include.filter.map(|filter| parse_filter(filter, platform, &path)).transpose() {
            Ok(filter) => filter,
            Err(finding) => {
                findings.push(finding);
                None
            }
        };
        parsed.push((index, Include { target, filter }));
    }
    parsed
}

/// ASG-13, whose finding refuses the profile: without its filter a target would reach devices that its author left out.
fn parse_filter(
    filter: fields::Filter<'_>,
    platform: Platform,
    path: &FieldPath,
) -> Result<AssignmentFilter, Diagnostic> {
    let field = path.field("filter").field("expression");
    let expression = Filter::parse(filter.expression, platform)
        .map_err(|error| error.diagnostic(filter.expression, &field))?;
    Ok(AssignmentFilter { mode: filter.mode, expression })
}

fn parse_target(include: &fields::Include<'_>, path: &FieldPath) -> Result<Target, Diagnostic> {
    let everyone = |flag: Option<bool>, field: &str| match flag {
        Some(false) => {
            Err(Diagnostic::new(RuleId::Asg01, path.field(field), format!("{field} can only be true")))
        }
        Some(true) | None => Ok(flag.is_some()),
    };
    let all_users = everyone(include.all_users, "allUsers")?;
    let all_devices = everyone(include.all_devices, "allDevices")?;
    match (include.group, all_users, all_devices) {
        (Some(group), false, false) => parse_group(group, &path.field("group")).map(Target::Group),
        (None, true, false) => Ok(Target::AllUsers),
        (None, false, true) => Ok(Target::AllDevices),
        (None, false, false) => Err(Diagnostic::new(RuleId::Asg01, path.clone(), "this target names nobody")),
        (Some(_), _, _) | (None, true, true) => Err(Diagnostic::new(
            RuleId::Asg01,
            path.clone(),
            "this target names more than one of group, allUsers and allDevices",
        )),
    }
}

fn parse_excludes(
    assignments: &fields::Assignments<'_>,
    path: &FieldPath,
    findings: &mut Diagnostics,
) -> Vec<GroupId> {
    let included: BTreeSet<&str> = assignments.include.iter().filter_map(|include| include.group).collect();
    let (mut seen, mut parsed) = (BTreeSet::new(), Vec::with_capacity(assignments.exclude.len()));
    for (index, &name) in assignments.exclude.iter().enumerate() {
        let path = path.index(index).field("group");
        match parse_group(name, &path) {
            Err(finding) => findings.push(finding),
            Ok(group) if included.contains(name) => {
                let message = format!("group {group} is both included and excluded");
                findings.push(Diagnostic::new(RuleId::Asg07, path, message));
            }
            Ok(group) if !seen.insert(name) => {
                let message = format!("group {group} is excluded twice");
                findings.push(Diagnostic::new(RuleId::Asg07, path, message));
            }
            Ok(group) => parsed.push(group),
        }
    }
    parsed
}

fn parse_group(name: &str, path: &FieldPath) -> Result<GroupId, Diagnostic> {
    GroupId::new(name).map_err(|invalid| Diagnostic::new(RuleId::Asg01, path.clone(), invalid.to_string()))
}

/// ASG-06: all users and all devices leave nobody to be added.
fn judge_everyone(includes: &[(usize, Include)], path: &FieldPath, findings: &mut Diagnostics) {
    let has = |target: &Target| includes.iter().any(|(_, include)| include.target == *target);
    if !(has(&Target::AllUsers) && has(&Target::AllDevices)) {
        return;
    }
    for (index, include) in includes {
        if let Target::Group(group) = &include.target {
            let message = format!("group {group} is included beside all users and all devices");
            findings.push(Diagnostic::new(RuleId::Asg06, path.index(*index).field("group"), message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::{FilterMode, sample};

    const USERS: fields::Include<'_> =
        fields::Include { group: None, all_users: Some(true), all_devices: None, filter: None };
    const DEVICES: fields::Include<'_> =
        fields::Include { group: None, all_users: None, all_devices: Some(true), filter: None };

    fn group(name: &str) -> fields::Include<'_> {
        fields::Include { group: Some(name), ..fields::Include::default() }
    }

    fn judged(include: &[fields::Include<'_>], exclude: &[&str]) -> Vec<String> {
        let assignments = fields::Assignments { include: include.to_vec(), exclude: exclude.to_vec() };
        let mut findings = Diagnostics::none();
        parse(Some(&assignments), Platform::Ios, &mut findings);
        findings.iter().map(|finding| format!("{} {}", finding.rule, finding.field)).collect()
    }

    #[test]
    fn a_target_is_exactly_one_of_a_group_all_users_and_all_devices() {
        assert_eq!(judged(&[group("staff"), USERS], &[]), [] as [&str; 0]);
        let nobody = fields::Include::default();
        let both = fields::Include { group: Some("staff"), ..USERS };
        let no = fields::Include { all_users: Some(false), ..nobody };
        assert_eq!(
            judged(&[nobody, both], &[]),
            ["ASG-01 spec.assignments.include[0]", "ASG-01 spec.assignments.include[1]"]
        );
        assert_eq!(judged(&[no], &[]), ["ASG-01 spec.assignments.include[0].allUsers"]);
        assert_eq!(judged(&[group("")], &[]), ["ASG-01 spec.assignments.include[0].group"]);
    }

    #[test]
    fn groups_beside_all_users_and_all_devices_are_refused() {
        assert_eq!(judged(&[USERS, DEVICES], &["guests"]), [] as [&str; 0]);
        assert_eq!(judged(&[USERS, group("fleet")], &[]), [] as [&str; 0]);
        assert_eq!(judged(&[USERS, group("a"), DEVICES], &[]), ["ASG-06 spec.assignments.include[1].group"]);
    }

    #[test]
    fn a_group_stands_in_an_assignment_once() {
        assert_eq!(judged(&[group("a"), group("a")], &[]), ["ASG-07 spec.assignments.include[1]"]);
        assert_eq!(judged(&[group("a")], &["a"]), ["ASG-07 spec.assignments.exclude[0].group"]);
        assert_eq!(judged(&[group("a")], &["b", "b"]), ["ASG-07 spec.assignments.exclude[1].group"]);
        assert_eq!(judged(&[USERS, USERS], &[]), ["ASG-07 spec.assignments.include[1]"]);
    }

    #[test]
    fn a_filter_that_cannot_be_read_says_where_and_what_to_write() {
        let expression = "(device.modle -eq \"X1\")";
        let filter = fields::Filter { mode: FilterMode::Include, expression };
        let include = vec![fields::Include { filter: Some(filter), ..DEVICES }];
        let mut findings = Diagnostics::none();
        parse(Some(&fields::Assignments { include, exclude: vec![] }), Platform::Ios, &mut findings);
        let finding = findings.iter().next().unwrap();
        assert_eq!(finding.rule, RuleId::Asg13);
        assert_eq!(finding.field.as_str(), "spec.assignments.include[0].filter.expression");
        assert_eq!(finding.message, "at column 2: device.modle is no property");
        assert_eq!(finding.help, "did you mean device.model?");
        assert_eq!(finding.offset, Some(1));
    }

    #[test]
    fn no_assignment_is_no_finding() {
        let mut findings = Diagnostics::none();
        assert_eq!(parse(None, Platform::Ios, &mut findings), Assignments::default());
        assert!(findings.is_empty());
    }

    #[test]
    fn an_exclusion_of_the_other_kind_is_warned_about() {
        let kinds = BTreeMap::from([
            (GroupId::new("staff").unwrap(), GroupKind::User),
            (GroupId::new("byod").unwrap(), GroupKind::Device),
        ]);
        let warned = |include: &[fields::Include<'_>], exclude: &str| {
            let assignments = fields::Assignments { include: include.to_vec(), exclude: vec![exclude] };
            let parsed = parse(Some(&assignments), Platform::Ios, &mut Diagnostics::none());
            judge_kinds(&parsed, &kinds).iter().map(|finding| finding.rule).collect::<Vec<_>>()
        };
        assert_eq!(warned(&[USERS], "byod"), [RuleId::Asg04]);
        assert_eq!(warned(&[group("staff"), DEVICES], "byod"), [RuleId::Asg04]);
        assert_eq!(warned(&[DEVICES], "byod"), []);
        assert_eq!(warned(&[USERS], "staff"), []);
        assert_eq!(warned(&[USERS], "unknown"), []);
    }

    #[test]
    fn a_certificate_goes_to_what_it_names() {
        let kinds = BTreeMap::from([
            (GroupId::new("staff").unwrap(), GroupKind::User),
            (GroupId::new("fleet").unwrap(), GroupKind::Device),
        ]);
        let judged = |certificate_type| {
            let profile = sample::profile(Platform::Ios, |fields| {
                let include = vec![group("staff"), group("fleet"), group("unknown"), DEVICES];
                fields.assignments = Some(fields::Assignments { include, exclude: vec![] });
                fields.certificate_type = certificate_type;
            });
            let findings = judge_bearers(&profile, &kinds);
            findings.iter().map(|finding| finding.message.clone()).collect::<Vec<_>>()
        };
        assert_eq!(
            judged(CertificateType::User),
            [
                "this user certificate is assigned to fleet, a group of devices",
                "this user certificate is assigned to all devices"
            ]
        );
        assert_eq!(
            judged(CertificateType::Device),
            ["this device certificate is assigned to staff, a group of users"]
        );
    }
}
