//! Who is reached, in words: platform, targets, filters, applicability.

use super::{Case, Step, Topic, list, sentence, sentence_of};
use crate::assign::{Aim, Assignment, Observation, Way};
use crate::identity::GroupId;
use crate::inventory::chain;
use crate::profile::Target;

/// Whose targets they are.
#[derive(Clone, Copy)]
pub(super) enum Subject<'a> {
    /// The profile's.
    Profile,
    /// Those of the root that it refers to.
    Root(Aim<'a>),
}

/// Hears what deciding looks at, and puts it into words.
pub(super) struct Listener<'a> {
    case: &'a Case<'a>,
    subject: Subject<'a>,
    heard: Vec<(Topic, String)>,
}

impl<'a> Listener<'a> {
    pub(super) fn new(case: &'a Case<'a>, subject: Subject<'a>) -> Self {
        Self { case, subject, heard: Vec::new() }
    }

    /// Takes note of one thing.
    pub(super) fn hear(&mut self, seen: Observation<'_>) {
        let (topic, sentence) = match seen {
            Observation::Platform => (Topic::Platform, self.platform()),
            Observation::Holds { target, way } => (Topic::Targets, self.holds(target, way)),
            Observation::Excludes { group, way } => (Topic::Targets, self.excludes(group, way)),
            Observation::HoldsNot => (Topic::Targets, self.holds_not()),
            Observation::Filter(said) => (Topic::Filters, sentence(&said.to_string())),
            Observation::Applicability(said) => (Topic::Applicability, sentence(&said.to_string())),
        };
        self.heard.push((topic, sentence));
    }

    /// What was heard about the targets alone.
    pub(super) fn targets(self) -> Vec<String> {
        self.heard.into_iter().filter(|(topic, _)| *topic == Topic::Targets).map(|(_, text)| text).collect()
    }

    /// Everything that was heard by topic, with what there was not to hear.
    pub(super) fn steps(mut self, decided: &Assignment) -> Vec<Step> {
        self.heard.extend(self.spared(decided).map(|sentence| (Topic::Targets, sentence)));
        let topics = [Topic::Platform, Topic::Targets, Topic::Filters, Topic::Applicability];
        let last = self.heard.iter().map(|(topic, _)| *topic).max();
        let reached = |topic: &Topic| *decided == Assignment::Targeted || Some(*topic) <= last;
        let mut steps: Vec<Step> = topics.into_iter().filter(reached).map(|topic| self.step(topic)).collect();
        if let (Assignment::Undecidable(finding), Some(step)) = (decided, steps.last_mut()) {
            step.sentences = vec![sentence_of(finding)];
        }
        steps
    }

    fn step(&self, topic: Topic) -> Step {
        let of_topic = self.heard.iter().filter(|(heard, _)| *heard == topic);
        let sentences: Vec<String> = of_topic.map(|(_, sentence)| sentence.clone()).collect();
        let silence = sentences.is_empty().then(|| self.silence(topic));
        Step::new(topic, sentences.into_iter().chain(silence).collect())
    }

    /// Why there was nothing to hear.
    fn silence(&self, topic: Topic) -> String {
        let aim = self.aim();
        let text = match topic {
            Topic::Filters if aim.assignments.include.iter().any(|include| include.filter.is_some()) => {
                "A target without a filter holds it, so no filter is asked."
            }
            Topic::Filters => "No target has a filter.",
            Topic::Applicability => "There are no applicability rules.",
            Topic::Platform | Topic::Targets | Topic::Variables | Topic::Request | Topic::Root => "",
        };
        text.to_owned()
    }

    fn aim(&self) -> Aim<'_> {
        match self.subject {
            Subject::Profile => self.case.profile.aim(),
            Subject::Root(aim) => aim,
        }
    }

    /// What the sentences call it.
    const fn name(&self) -> &'static str {
        match self.subject {
            Subject::Profile => "the profile",
            Subject::Root(_) => "the root profile",
        }
    }

    fn platform(&self) -> String {
        let (device, platform) = (self.case.device, self.aim().platform);
        if device.platform == platform {
            format!("Device {} is managed as {platform}, which {} is for.", device.id, self.name())
        } else {
            format!(
                "Device {} is managed as {}, but {} is for {platform}.",
                device.id,
                device.platform,
                self.name()
            )
        }
    }

    fn holds(&self, target: &Target, way: Way<'_>) -> String {
        let name = self.name();
        match (target, way) {
            (Target::AllDevices, _) => sentence(&format!("{name} includes all devices")),
            (Target::AllUsers, Way::User(user)) => {
                sentence(&format!("{name} includes all users, and this is a device of user {}", user.id))
            }
            (Target::AllUsers, Way::Device(_)) => sentence(&format!("{name} includes all users")),
            (Target::Group(group), way) => {
                format!("{} {}, which {name} includes.", who(way), self.membership(group, way))
            }
        }
    }

    fn excludes(&self, group: &GroupId, way: Way<'_>) -> String {
        let who = match way {
            Way::Device(_) => "it".to_owned(),
            Way::User(user) => user.id.to_string(),
        };
        format!("But {who} {}, which {} excludes.", self.membership(group, way), self.name())
    }

    fn holds_not(&self) -> String {
        let (name, device) = (self.name(), &self.case.device.id);
        let targets = &self.aim().assignments.include;
        let targets: Vec<String> = targets
            .iter()
            .map(|include| match &include.target {
                Target::Group(group) => format!("the group {group}"),
                all @ (Target::AllUsers | Target::AllDevices) => all.to_string(),
            })
            .collect();
        let them = if targets.len() == 1 { "it" } else { "any of them" };
        let clause = match (targets.as_slice(), self.case.user) {
            ([], _) => format!("{name} is assigned to nobody"),
            (some, Some(user)) => format!(
                "{name} includes {}, but neither {device} nor its user {} belongs to {them}",
                list(some),
                user.id
            ),
            (some, None) => format!(
                "{name} includes {}, but {device}, which has no user, does not belong to {them}",
                list(some)
            ),
        };
        sentence(&clause)
    }

    /// `is a member of the group a, which is part of b`, from the group that lists it outwards.
    fn membership(&self, group: &GroupId, way: Way<'_>) -> String {
        let member = match way {
            Way::Device(device) => device.id.as_str(),
            Way::User(user) => user.id.as_str(),
        };
        let through = chain(self.case.groups, group, member).unwrap_or_else(|| vec![group]);
        let names: Vec<&str> = through.into_iter().rev().map(GroupId::as_str).collect();
        format!("is a member of the group {}", names.join(", which is part of "))
    }

    /// An exclusion that holds a device which is reached all the same, and why it takes nothing away (ASG-04).
    fn spared(&self, decided: &Assignment) -> Option<String> {
        let excluded = &self.aim().assignments.exclude;
        if excluded.is_empty() || matches!(decided, Assignment::NotTargeted(_)) || self.heard.len() < 2 {
            return None;
        }
        let among = |groups: &std::collections::BTreeSet<GroupId>| {
            excluded.iter().find(|group| groups.contains(*group)).cloned()
        };
        let memberships = self.case.memberships;
        Some(match (among(&memberships.device), among(&memberships.user)) {
            (Some(group), _) => format!(
                "The excluded group {group} holds the device, but the device is reached through its user, from whom \
                 an exclusion of devices takes nothing."
            ),
            (None, Some(group)) => format!(
                "The excluded group {group} holds its user, but the device is reached as itself, from which an \
                 exclusion of users takes nothing."
            ),
            (None, None) => "No excluded group holds it.".to_owned(),
        })
    }
}

fn who(way: Way<'_>) -> String {
    match way {
        Way::Device(_) => "It".to_owned(),
        Way::User(user) => format!("Its user {}", user.id),
    }
}
