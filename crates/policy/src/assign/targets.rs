//! Targets: include and exclude, each within its own kind (ASG-01 … ASG-05, ASG-08).

use super::{Assignment, Note, Observation, Way, filters};
use crate::identity::GroupId;
use crate::inventory::{Device, Memberships, User};
use crate::profile::{Assignments, Target};

/// Everything that targets are compared with.
struct Candidate<'a> {
    device: &'a Device,
    user: Option<&'a User>,
    memberships: &'a Memberships,
}

/// Whether the targets reach the device: `Targeted`, `NotTargeted`, or `Undecidable` where a filter has no answer.
pub(super) fn judge(
    assignments: &Assignments,
    device: &Device,
    user: Option<&User>,
    memberships: &Memberships,
    note: Note<'_>,
) -> Assignment {
    let candidate = Candidate { device, user, memberships };
    let mut excluded = None;
    let mut holding = Vec::new();
    for (index, include) in assignments.include.iter().enumerate() {
        let mut ways = candidate.ways(&include.target).filter(|way| {
            note(Observation::Holds { target: &include.target, way: *way });
            let Some(group) = candidate.exclusion(*way, &assignments.exclude) else { return true };
            note(Observation::Excludes { group, way: *way });
            excluded.get_or_insert_with(|| format!("{way} is a member of group {group}, which is excluded"));
            false
        });
        if ways.next().is_some() {
            holding.push((index, include));
        }
    }
    match (holding.is_empty(), excluded) {
        (false, _) => filters::judge(&holding, device, note),
        (true, Some(reason)) => Assignment::NotTargeted(reason),
        (true, None) => {
            note(Observation::HoldsNot);
            Assignment::NotTargeted(candidate.nobody(assignments))
        }
    }
}

impl<'a> Candidate<'a> {
    /// The ways in which a target holds the device.
    fn ways(&self, target: &Target) -> impl Iterator<Item = Way<'a>> + use<'a> {
        let (as_device, as_user) = match target {
            Target::AllDevices => (true, false),
            Target::AllUsers => (false, true),
            Target::Group(group) => {
                (self.memberships.device.contains(group), self.memberships.user.contains(group))
            }
        };
        let device = as_device.then_some(Way::Device(self.device));
        let user = self.user.filter(|_| as_user).map(Way::User);
        device.into_iter().chain(user)
    }

    /// A group of the way's own kind that is excluded.
    fn exclusion(&self, way: Way<'_>, exclude: &'a [GroupId]) -> Option<&'a GroupId> {
        let groups = match way {
            Way::Device(_) => &self.memberships.device,
            Way::User(_) => &self.memberships.user,
        };
        exclude.iter().find(|group| groups.contains(*group))
    }

    fn nobody(&self, assignments: &Assignments) -> String {
        let device = &self.device.id;
        match (assignments.include.is_empty(), self.user) {
            (true, _) => "the profile is assigned to nobody".to_owned(),
            (false, Some(user)) => format!("no target includes device {device} or its user {}", user.id),
            (false, None) => format!("no target includes device {device}, which has no user"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::filter::Filter;
    use crate::profile::{AssignmentFilter, FilterMode, Include, sample};
    use crate::vocabulary::Platform;

    fn id(name: &str) -> GroupId {
        GroupId::new(name).unwrap()
    }

    fn groups(names: &[&str]) -> BTreeSet<GroupId> {
        names.iter().map(|name| id(name)).collect()
    }

    fn target(name: &str) -> Target {
        match name {
            "all users" => Target::AllUsers,
            "all devices" => Target::AllDevices,
            group => Target::Group(id(group)),
        }
    }

    fn user() -> User {
        serde_json::from_str(r#"{"id": "jdoe"}"#).unwrap()
    }

    /// A laptop in the device group `fleet`, whose user is in the user group `staff`.
    fn judged(include: &[&str], exclude: &[&str]) -> Assignment {
        let memberships = Memberships { device: groups(&["fleet"]), user: groups(&["staff"]) };
        judged_as(include, exclude, Some(&user()), &memberships)
    }

    fn judged_as(
        include: &[&str],
        exclude: &[&str],
        user: Option<&User>,
        memberships: &Memberships,
    ) -> Assignment {
        let include = include.iter().map(|name| Include { target: target(name), filter: None }).collect();
        let assignments = Assignments { include, exclude: exclude.iter().copied().map(id).collect() };
        let device = sample::device("laptop", Platform::Windows10AndLater);
        judge(&assignments, &device, user, memberships, &mut |_| ())
    }

    #[track_caller]
    fn assert_left_out(assignment: &Assignment, because: &str) {
        assert!(matches!(assignment, Assignment::NotTargeted(reason) if reason == because), "{assignment:?}");
    }

    #[test]
    fn a_device_is_reached_as_itself_or_through_its_user() {
        for include in ["fleet", "staff", "all devices", "all users"] {
            assert_eq!(judged(&[include], &[]), Assignment::Targeted, "{include}");
        }
        assert_left_out(&judged(&["sales"], &[]), "no target includes device laptop or its user jdoe");
        assert_left_out(&judged(&[], &[]), "the profile is assigned to nobody");
    }

    #[test]
    fn a_device_without_a_user_is_not_among_all_users() {
        let nobody = Memberships { device: groups(&["fleet"]), user: BTreeSet::new() };
        let reason = "no target includes device laptop, which has no user";
        assert_left_out(&judged_as(&["all users"], &[], None, &nobody), reason);
        assert_eq!(judged_as(&["all devices"], &[], None, &nobody), Assignment::Targeted);
        let stale = Memberships { device: BTreeSet::new(), user: groups(&["staff"]) };
        assert_left_out(&judged_as(&["staff"], &[], None, &stale), reason);
    }

    #[test]
    fn an_exclusion_beats_an_inclusion_of_its_own_kind() {
        let device = "device laptop is a member of group fleet, which is excluded";
        let user = "user jdoe is a member of group staff, which is excluded";
        assert_left_out(&judged(&["all devices"], &["fleet"]), device);
        assert_left_out(&judged(&["all users"], &["staff"]), user);
    }

    #[test]
    fn an_exclusion_of_the_other_kind_has_no_effect() {
        assert_eq!(judged(&["all users"], &["fleet"]), Assignment::Targeted);
        assert_eq!(judged(&["staff"], &["fleet"]), Assignment::Targeted);
        assert_eq!(judged(&["all devices"], &["staff"]), Assignment::Targeted);
        assert_eq!(judged(&["fleet"], &["staff"]), Assignment::Targeted);
    }

    #[test]
    fn a_target_that_an_exclusion_takes_away_brings_no_filter() {
        let expression = Filter::parse("(device.model -eq $null)", Platform::Windows10AndLater).unwrap();
        let filter = Some(AssignmentFilter { mode: FilterMode::Exclude, expression });
        let include = [("fleet", filter), ("all users", None)]
            .map(|(name, filter)| Include { target: target(name), filter })
            .to_vec();
        let device = sample::device("laptop", Platform::Windows10AndLater);
        let memberships = Memberships { device: groups(&["fleet"]), user: groups(&["staff"]) };
        let judged = |exclude: &[&str]| {
            let assignments =
                Assignments { include: include.clone(), exclude: exclude.iter().copied().map(id).collect() };
            judge(&assignments, &device, Some(&user()), &memberships, &mut |_| ())
        };
        assert_left_out(&judged(&[]), "the Exclude filter on group fleet matches device laptop");
        assert_eq!(
            judged(&["fleet"]),
            Assignment::Targeted,
            "as its user's device, which no filter concerns"
        );
        assert!(matches!(judged(&["fleet", "staff"]), Assignment::NotTargeted(_)));
    }

    #[test]
    fn a_device_that_is_reached_both_ways_is_left_out_only_when_both_are_excluded() {
        assert_eq!(judged(&["all devices", "all users"], &["staff"]), Assignment::Targeted);
        assert_eq!(judged(&["all devices", "all users"], &["fleet"]), Assignment::Targeted);
        let both = judged(&["all devices", "all users"], &["fleet", "staff"]);
        assert!(matches!(both, Assignment::NotTargeted(_)));
    }
}
