//! Who is assigned: platform, targets, filters, applicability, in that order. The one call of plan, check-in, issue and
//! `resolve`.

mod applicability;
mod filters;
mod observation;
mod targets;
mod version;

pub(crate) use observation::{Observation, Way};
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

/// Decides whether a profile reaches a device and its user.
///
/// `user` is the device's user, if it has one; without one no target of users holds the device. A device that is
/// reached in two ways, as a device and through its user, is reached as long as one of the ways is not excluded
/// (docs/decisions/0040).
pub fn assign(aim: &Aim<'_>, device: &Device, user: Option<&User>, memberships: &Memberships) -> Assignment {
    walk(aim, device, user, memberships, &mut |_| ())
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

/// Takes note of what was looked at; puts it into words only where somebody reads them.
type Note<'a> = &'a mut dyn FnMut(Observation<'_>);

/// Decides the same as [`assign`] before a witness: [`crate::explain`] puts what it sees into words.
pub(crate) fn walk(
    aim: &Aim<'_>,
    device: &Device,
    user: Option<&User>,
    memberships: &Memberships,
    note: Note<'_>,
) -> Assignment {
    note(Observation::Platform);
    if device.platform != aim.platform {
        return Assignment::NotApplicable(format!(
            "device {} is {}, the profile is for {}",
            device.id, device.platform, aim.platform
        ));
    }
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
}
