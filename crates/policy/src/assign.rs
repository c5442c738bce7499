//! Who is assigned: platform, targets, filters, applicability, in that order. The one call of plan, check-in, issue and
//! `resolve`.

mod applicability;
mod filters;
mod targets;
mod version;

use std::fmt;

pub(crate) use version::OsVersion;

use crate::diagnostics::Diagnostic;
use crate::inventory::{Device, Memberships, User};
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

/// An assignment with the sentences that lead to it, for `--explain`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What was decided.
    pub assignment: Assignment,
    /// Each thing that was looked at and what it said, in the order in which it was done.
    pub steps: Vec<String>,
}

/// Decides whether a profile reaches a device and its user.
///
/// `user` is the device's user, if it has one; without one no target of users holds the device. A device that is
/// reached in two ways, as a device and through its user, is reached as long as one of the ways is not excluded
/// (docs/decisions/0040).
pub fn assign(aim: &Aim<'_>, device: &Device, user: Option<&User>, memberships: &Memberships) -> Assignment {
    walk(aim, device, user, memberships, &mut |_| ())
}

/// Decides the same as [`assign`] and says why.
pub fn explain(
    aim: &Aim<'_>,
    device: &Device,
    user: Option<&User>,
    memberships: &Memberships,
) -> Explanation {
    let mut steps = Vec::new();
    let assignment = walk(aim, device, user, memberships, &mut |step| steps.push(step.to_string()));
    Explanation { assignment, steps }
}

/// Decides the same as [`assign`] for somebody who keeps rows: a device of another platform that no target holds is not
/// targeted. To such a device the profile is nothing at all, while a held device deserves to be told why it is left out.
pub fn concern(aim: &Aim<'_>, device: &Device, user: Option<&User>, memberships: &Memberships) -> Assignment {
    match assign(aim, device, user, memberships) {
        Assignment::NotApplicable(reason) => {
            match targets::judge(aim.assignments, device, user, memberships, &mut |_| ()) {
                elsewhere @ Assignment::NotTargeted(_) => elsewhere,
                Assignment::Targeted | Assignment::NotApplicable(_) | Assignment::Undecidable(_) => {
                    Assignment::NotApplicable(reason)
                }
            }
        }
        decided @ (Assignment::Targeted | Assignment::NotTargeted(_) | Assignment::Undecidable(_)) => decided,
    }
}

/// Takes note of a step; formats it only where somebody reads it.
type Note<'a> = &'a mut dyn FnMut(fmt::Arguments<'_>);

fn walk(
    aim: &Aim<'_>,
    device: &Device,
    user: Option<&User>,
    memberships: &Memberships,
    note: Note<'_>,
) -> Assignment {
    if device.platform != aim.platform {
        let reason =
            format!("device {} is {}, the profile is for {}", device.id, device.platform, aim.platform);
        note(format_args!("{reason}"));
        return Assignment::NotApplicable(reason);
    }
    note(format_args!("device {} is {}, as the profile", device.id, device.platform));
    match targets::judge(aim.assignments, device, user, memberships, note) {
        Assignment::Targeted => applicability::judge(aim.applicability, device, note),
        elsewhere @ (Assignment::NotTargeted(_)
        | Assignment::NotApplicable(_)
        | Assignment::Undecidable(_)) => elsewhere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::sample;

    #[test]
    fn a_device_of_another_platform_is_not_applicable_whoever_is_targeted() {
        let profile = sample::profile(Platform::Ios, |_| {});
        let reached =
            |platform| assign(&profile.aim(), &sample::device("d1", platform), None, &Memberships::default());
        assert_eq!(reached(Platform::Ios), Assignment::Targeted);
        assert!(
            matches!(reached(Platform::Macos), Assignment::NotApplicable(reason) if reason.contains("macOS"))
        );
    }

    #[test]
    fn a_device_of_another_platform_concerns_a_profile_only_where_a_target_holds_it() {
        let device = sample::device("d1", Platform::Macos);
        let concerned = |profile: &crate::profile::Profile| {
            concern(&profile.aim(), &device, None, &Memberships::default())
        };
        let for_all = sample::profile(Platform::Ios, |_| {});
        assert!(matches!(concerned(&for_all), Assignment::NotApplicable(_)));
        let mut for_nobody = for_all;
        for_nobody.assignments = Assignments::default();
        assert!(matches!(concerned(&for_nobody), Assignment::NotTargeted(_)));
    }

    #[test]
    fn the_explanation_decides_the_same_and_says_each_step() {
        let profile = sample::profile(Platform::Ios, |_| {});
        let device = sample::device("d1", Platform::Ios);
        let explained = explain(&profile.aim(), &device, None, &Memberships::default());
        assert_eq!(explained.assignment, assign(&profile.aim(), &device, None, &Memberships::default()));
        assert_eq!(
            explained.steps,
            [
                "device d1 is iOS, as the profile",
                "all devices includes device d1",
                "no applicability rule speaks of it"
            ]
        );
    }
}
