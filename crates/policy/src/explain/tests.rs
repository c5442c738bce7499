//! The stories, word by word where people read them.

use std::collections::BTreeSet;

use super::*;
use crate::identity::GroupId;
use crate::inventory::{GroupKind, flatten};
use crate::profile::fields::{
    ApplicabilityRules, Assignments, Fields, Filter, Include, SubjectAlternativeName, VersionRule,
};
use crate::profile::{FilterMode, sample};
use crate::root::sample as roots;
use crate::rules::RuleId;
use crate::vocabulary::{CertificateType, Platform, SanType};

/// A tenant with one iPhone of one user.
struct World {
    profile: Profile,
    root: Option<TrustedRoot>,
    device: Device,
    user: Option<User>,
    groups: Vec<Group>,
}

impl World {
    fn new(change: impl FnOnce(&mut Fields<'static>)) -> Self {
        let profile = sample::profile(Platform::Ios, |fields| {
            fields.certificate_type = CertificateType::User;
            fields.subject_name_format = "CN={{UserName}},OU=Field";
            fields.assignments = Some(includes(&["staff"], vec![]));
            change(fields);
        });
        let device = Device {
            user_id: Some(crate::identity::UserId::new("jdoe").unwrap()),
            ..sample::device("iphone-1", Platform::Ios)
        };
        let user = serde_json::json!({"id": "jdoe", "userName": "John Doe"});
        let groups = vec![
            group("staff", GroupKind::User, &["emea"]),
            group("emea", GroupKind::User, &["berlin"]),
            group("berlin", GroupKind::User, &["jdoe"]),
            group("pilots", GroupKind::Device, &["iphone-1"]),
        ];
        let root = Some(roots::root(Platform::Ios, |_| {}));
        Self { profile, root, device, user: serde_json::from_value(user).unwrap(), groups }
    }

    fn story(&self) -> Story {
        let holding = |kind: GroupKind, member: &str| -> BTreeSet<GroupId> {
            let groups = flatten(&self.groups).into_iter();
            let holding = groups.filter(|(_, (of, members))| *of == kind && members.contains(member));
            holding.map(|(id, _)| id).collect()
        };
        let user = self.user.as_ref().map_or("", |user| user.id.as_str());
        let memberships = Memberships {
            device: holding(GroupKind::Device, self.device.id.as_str()),
            user: holding(GroupKind::User, user),
        };
        explain(&Case {
            profile: &self.profile,
            root: self.root.as_ref(),
            device: &self.device,
            user: self.user.as_ref(),
            memberships: &memberships,
            groups: &self.groups,
        })
    }
}

fn group(id: &str, kind: GroupKind, members: &[&str]) -> Group {
    let members = members.iter().map(|&member| member.to_owned()).collect();
    Group { id: GroupId::new(id).unwrap(), kind, members }
}

fn includes(groups: &[&'static str], exclude: Vec<&'static str>) -> Assignments<'static> {
    let include = groups.iter().map(|group| Include { group: Some(group), ..Include::default() });
    Assignments { include: include.collect(), exclude }
}

impl Story {
    #[track_caller]
    fn about(&self, topic: Topic) -> String {
        let step = self.steps.iter().find(|step| step.topic == topic);
        step.unwrap_or_else(|| panic!("nothing about {topic} in {self:#?}")).sentences.join(" ")
    }

    fn topics(&self) -> Vec<Topic> {
        self.steps.iter().map(|step| step.topic).collect()
    }

    /// Whether each step let the device pass.
    fn passed(&self) -> Vec<bool> {
        self.steps.iter().map(|step| step.passed).collect()
    }
}

#[test]
fn a_device_that_gets_its_certificate_is_told_every_step() {
    let story = World::new(|_| {}).story();
    assert!(matches!(story.outcome, Outcome::Ok(_)), "{story:#?}");
    assert_eq!(
        story.topics(),
        [
            Topic::Platform,
            Topic::Targets,
            Topic::Filters,
            Topic::Applicability,
            Topic::Variables,
            Topic::Root,
        ]
    );
    assert_eq!(story.passed(), [true; 6]);
    assert_eq!(story.about(Topic::Platform), "Device iphone-1 is managed as iOS, which the profile is for.");
    assert_eq!(
        story.about(Topic::Targets),
        "Its user jdoe is a member of the group berlin, which is part of emea, which is part of staff, which the \
         profile includes."
    );
    assert_eq!(story.about(Topic::Filters), "No target has a filter.");
    assert_eq!(story.about(Topic::Applicability), "There are no applicability rules.");
    assert_eq!(
        story.about(Topic::Variables),
        "{{UserName}} in the subject is John Doe, the userName of user jdoe."
    );
    assert_eq!(
        story.about(Topic::Root),
        "The device must trust the root acme-root first, and gets it. The root profile includes all devices. The \
         issuer hands out a challenge once the device has reported that it trusts the root."
    );
}

#[test]
fn a_device_of_another_platform_is_told_nothing_further() {
    let mut world = World::new(|_| {});
    world.device.platform = Platform::Macos;
    let story = world.story();
    assert!(matches!(story.outcome, Outcome::NotApplicable(_)));
    assert_eq!((story.topics(), story.passed()), (vec![Topic::Platform], vec![false]));
    assert_eq!(
        story.about(Topic::Platform),
        "Device iphone-1 is managed as macOS, but the profile is for iOS."
    );
}

#[test]
fn a_device_that_no_target_holds_is_told_which_targets_there_are() {
    let mut world = World::new(|fields| fields.assignments = Some(includes(&["sales", "guests"], vec![])));
    let story = world.story();
    assert!(matches!(story.outcome, Outcome::NotTargeted(_)));
    assert_eq!(
        story.about(Topic::Targets),
        "The profile includes the group sales and the group guests, but neither iphone-1 nor its user jdoe belongs to \
         any of them."
    );
    world.user = None;
    assert_eq!(
        world.story().about(Topic::Targets),
        "The profile includes the group sales and the group guests, but iphone-1, which has no user, does not belong \
         to any of them."
    );
    let nobodys = World::new(|fields| fields.assignments = None).story();
    assert_eq!(nobodys.about(Topic::Targets), "The profile is assigned to nobody.");
}

#[test]
fn an_exclusion_is_told_after_what_it_takes_away_from() {
    let story = World::new(|fields| fields.assignments = Some(includes(&["staff"], vec!["emea"]))).story();
    assert!(matches!(story.outcome, Outcome::NotTargeted(_)));
    assert_eq!(
        story.about(Topic::Targets),
        "Its user jdoe is a member of the group berlin, which is part of emea, which is part of staff, which the \
         profile includes. But jdoe is a member of the group berlin, which is part of emea, which the profile \
         excludes."
    );
}

#[test]
fn an_exclusion_of_the_other_kind_is_told_to_take_nothing_away() {
    let by_device =
        World::new(|fields| fields.assignments = Some(includes(&["staff"], vec!["pilots"]))).story();
    assert!(matches!(by_device.outcome, Outcome::Ok(_)));
    assert!(by_device.about(Topic::Targets).ends_with(
        "The excluded group pilots holds the device, but the device is reached through its user, from whom an \
         exclusion of devices takes nothing."
    ));
    let by_user =
        World::new(|fields| fields.assignments = Some(includes(&["pilots"], vec!["staff"]))).story();
    assert!(matches!(by_user.outcome, Outcome::Ok(_)));
    assert!(by_user.about(Topic::Targets).ends_with(
        "The excluded group staff holds its user, but the device is reached as itself, from which an exclusion of \
         users takes nothing."
    ));
    let neither =
        World::new(|fields| fields.assignments = Some(includes(&["staff"], vec!["guests"]))).story();
    assert!(neither.about(Topic::Targets).ends_with("No excluded group holds it."));
}

#[test]
fn a_filter_is_told_with_what_it_saw() {
    let filtered = |mode| {
        World::new(move |fields| {
            let filter = Filter { mode, expression: "(device.model -eq \"iPhone 9\")" };
            let include = Include { all_devices: Some(true), filter: Some(filter), ..Include::default() };
            fields.assignments = Some(Assignments { include: vec![include], exclude: vec![] });
        })
    };
    let story = filtered(FilterMode::Include).story();
    assert!(matches!(story.outcome, Outcome::NotTargeted(_)));
    assert_eq!(story.topics().last(), Some(&Topic::Filters));
    assert!(
        story.about(Topic::Filters).starts_with("The Include filter on all devices does not match: model")
    );
    assert!(matches!(filtered(FilterMode::Exclude).story().outcome, Outcome::Ok(_)));
}

#[test]
fn a_filter_that_does_not_count_is_told_to_be_unasked() {
    let story = World::new(|fields| {
        let filter = Filter { mode: FilterMode::Include, expression: "(device.model -eq \"iPhone 9\")" };
        let filtered = Include { all_devices: Some(true), filter: Some(filter), ..Include::default() };
        let plain = Include { group: Some("staff"), ..Include::default() };
        fields.assignments = Some(Assignments { include: vec![filtered, plain], exclude: vec![] });
    })
    .story();
    assert_eq!(story.about(Topic::Filters), "A target without a filter holds it, so no filter is asked.");
}

#[test]
fn an_applicability_rule_is_told_with_the_values_that_were_compared() {
    let mut world = World::new(|_| {});
    world.profile = sample::profile(Platform::Windows10AndLater, |fields| {
        let version = VersionRule { mode: FilterMode::Include, min: "10.0.19041.0", max: "10.0.99999.9999" };
        fields.applicability_rules = Some(ApplicabilityRules { os_edition: None, os_version: Some(version) });
    });
    world.device = sample::device("laptop-1", Platform::Windows10AndLater);
    world.device.os_version = Some("10.0.17763.1".to_owned());
    let story = world.story();
    assert!(matches!(story.outcome, Outcome::NotApplicable(_)));
    assert_eq!(
        story.about(Topic::Applicability),
        "Device laptop-1 runs 10.0.17763.1, which is outside 10.0.19041.0 to 10.0.99999.9999, the versions that the \
         profile is for."
    );
    world.device.os_version = None;
    let story = world.story();
    assert!(matches!(&story.outcome, Outcome::Fail(finding) if finding.rule == RuleId::App03));
    assert_eq!(
        story.about(Topic::Applicability),
        "Device laptop-1 has no osVersion, which the rule asks for (APP-03)."
    );
}

#[test]
fn a_variable_without_a_value_is_told_among_the_others_with_its_places_and_its_rule() {
    let story = World::new(|fields| {
        fields.subject_name_format = "CN={{UserName}},E={{EmailAddress}}";
        fields.subject_alternative_names =
            vec![SubjectAlternativeName { kind: SanType::Email, value: "{{EmailAddress}}" }];
    })
    .story();
    assert!(matches!(&story.outcome, Outcome::Fail(finding) if finding.rule == RuleId::Var05));
    assert_eq!(story.topics().last(), Some(&Topic::Variables));
    assert_eq!(
        story.about(Topic::Variables),
        "{{UserName}} in the subject is John Doe, the userName of user jdoe. {{EmailAddress}} is empty for user jdoe \
         (VAR-05). It stands in the subject and the Email name."
    );
}

#[test]
fn what_else_a_request_fails_on_is_told_after_the_variables() {
    let mut world = World::new(|fields| fields.key_size = Some(4096));
    world.device.os_version = Some("13.7".to_owned());
    let story = world.story();
    assert!(matches!(&story.outcome, Outcome::Fail(finding) if finding.rule == RuleId::Key02));
    assert_eq!(story.topics().last(), Some(&Topic::Request));
    assert_eq!(
        story.about(Topic::Request),
        "Device iphone-1 runs iOS 13.7, which keeps no key of 4096 bits (KEY-02)."
    );
    assert_eq!(story.passed(), [true, true, true, true, true, false]);
}

#[test]
fn a_device_without_its_root_is_told_whom_the_root_goes_to() {
    let mut world = World::new(|_| {});
    world.root = Some(roots::root(Platform::Ios, |fields| {
        fields.assignments = Some(includes(&["sales"], vec![]));
    }));
    let story = world.story();
    assert!(matches!(&story.outcome, Outcome::Pending(finding) if finding.rule == RuleId::Root10));
    assert_eq!(
        story.about(Topic::Root),
        "The device must trust the root acme-root first, and does not get it. The root profile includes the group \
         sales, but neither iphone-1 nor its user jdoe belongs to it. Without it the issuer hands out no challenge \
         (ROOT-10)."
    );
    world.root = None;
    let story = world.story();
    assert!(matches!(story.outcome, Outcome::Pending(_)));
    assert!(story.about(Topic::Root).contains("The root profile acme-root is not declared"), "{story:#?}");
}

#[test]
fn a_device_administrator_that_refuses_roots_fails_on_that() {
    let platform = Platform::AndroidDeviceAdministrator;
    let mut world = World::new(|_| {});
    world.profile = sample::profile(platform, |_| {});
    world.root = Some(roots::root(platform, |_| {}));
    world.device = sample::device("phone", platform);
    world.device.entra_device_id = Some("6f1e".to_owned());
    assert!(world.story().about(Topic::Root).contains("Nobody hears from this platform"));
    world.device.os_version = Some("12".to_owned());
    assert!(matches!(&world.story().outcome, Outcome::Fail(finding) if finding.rule == RuleId::Root11));
}

#[test]
fn a_profile_without_variables_says_so() {
    let story = World::new(|fields| fields.subject_name_format = "CN=shared").story();
    assert_eq!(story.about(Topic::Variables), "There are none: every device gets the same names.");
}
