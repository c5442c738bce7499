//! Roots on their way to devices (ROOT-10, ROOT-11).

use super::reference::reference;
use crate::assign::OsVersion;
use crate::diagnostics::{Diagnostic, FieldPath};
use crate::inventory::Device;
use crate::profile::Profile;
use crate::root::TrustedRoot;
use crate::rules::RuleId;
use crate::vocabulary::Platform;

/// ROOT-10, ROOT-11: why a device that did not say that the root is installed gets no challenge for a profile: an error
/// fails on that device, a warning lets it wait. `root` is the one that the profile names; `arrived` says whether it
/// reached the device as far as anybody can know.
pub fn judge_delivery(
    profile: &Profile,
    root: &TrustedRoot,
    device: &Device,
    arrived: bool,
) -> Option<Diagnostic> {
    judge_device(root, device).or_else(|| (!arrived).then(|| waiting(profile, device)))
}

/// ROOT-10: the device has not got its root.
pub fn waiting(profile: &Profile, device: &Device) -> Diagnostic {
    let message = format!("device {} does not have the root {} yet", device.id, profile.root);
    Diagnostic::new(RuleId::Root10, reference(), message)
}

/// ROOT-10: the device has not got the root of the CA that issues now; that of the CA before it does not help.
pub fn waiting_for_next(profile: &Profile, device: &Device) -> Diagnostic {
    let message = format!(
        "authority {} issues with another CA now, and device {} does not have its root yet",
        profile.authority, device.id
    );
    Diagnostic::new(RuleId::Root10, reference(), message)
        .help("assign a TrustedRootProfile with the new root to the devices of the profile")
}

/// ROOT-11: an Android device administrator cannot install roots since Android 11, except on Samsung Knox. A version that
/// the inventory does not have is left to the device.
pub fn judge_device(root: &TrustedRoot, device: &Device) -> Option<Diagnostic> {
    const FIRST_REFUSING: u32 = 11;
    if root.platform != Platform::AndroidDeviceAdministrator || device.samsung_knox == Some(true) {
        return None;
    }
    let version = device.os_version.as_deref()?;
    let refuses = OsVersion::read(version).is_some_and(|version| version.major() >= FIRST_REFUSING);
    refuses.then(|| {
        let message = format!(
            "device {} runs Android {version}, which lets nobody but its user install a root",
            device.id
        );
        Diagnostic::new(RuleId::Root11, FieldPath::spec().field("platform"), message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::sample as profile;
    use crate::root::sample;
    use crate::vocabulary::Platform::Ios;
    use crate::vocabulary::Severity;

    #[test]
    fn a_device_that_waits_for_its_root_is_no_failure() {
        let (profile, device) = (profile::profile(Ios, |_| {}), profile::device("iphone-9", Ios));
        let root = sample::root(Ios, |_| {});
        assert_eq!(judge_delivery(&profile, &root, &device, true), None);
        let finding = judge_delivery(&profile, &root, &device, false).unwrap();
        assert_eq!((finding.rule, finding.severity), (RuleId::Root10, Severity::Warning));
        assert!(finding.message.contains("iphone-9") && finding.message.contains("acme-root"));
    }

    #[test]
    fn a_device_administrator_lets_no_root_in_since_android_11_except_on_knox() {
        let judged = |platform, version: &str, samsung_knox| {
            let root = sample::root(platform, |_| {});
            let os_version = Some(version.to_owned());
            let device = Device { os_version, samsung_knox, ..profile::device("d1", platform) };
            judge_device(&root, &device).map(|finding| finding.rule)
        };
        let administrator = Platform::AndroidDeviceAdministrator;
        assert_eq!(judged(administrator, "11", None), Some(RuleId::Root11));
        assert_eq!(judged(administrator, "12.1", Some(false)), Some(RuleId::Root11));
        assert_eq!(judged(administrator, "10", None), None);
        assert_eq!(judged(administrator, "12", Some(true)), None);
        assert_eq!(judged(Platform::AndroidEnterpriseCorporate, "14", None), None);
    }
}
