//! Keys: where they are kept, their size, and the hash that the request is signed with (KSP, KEY, HSH).

use std::collections::BTreeSet;

use super::RuleId;
use crate::assign::OsVersion;
use crate::diagnostics::{Diagnostic, Diagnostics, FieldPath};
use crate::inventory::Device;
use crate::profile::Profile;
use crate::profile::fields::Fields;
use crate::vocabulary::{HashAlgorithm, KeySize, KeyStorageProvider, Platform};

/// KEY-01, KEY-04.
pub(crate) fn parse_size(bits: Option<i32>, findings: &mut Diagnostics) -> Option<KeySize> {
    match KeySize::try_from(bits?) {
        Ok(size) => {
            if size == KeySize::Bits1024 {
                let message = "keys of 1024 bits can be broken".to_owned();
                findings.push(Diagnostic::new(RuleId::Key04, path("keySize"), message));
            }
            Some(size)
        }
        Err(unsupported) => {
            let message = format!("keys of {} bits are not offered", unsupported.0);
            findings.push(Diagnostic::new(RuleId::Key01, path("keySize"), message));
            None
        }
    }
}

/// KSP-02 … KSP-06. Off Windows the matrix has spoken already (FLD-01).
pub(crate) fn judge_provider(fields: &Fields<'_>) -> Option<Diagnostic> {
    let provider = fields.key_storage_provider.filter(|_| fields.platform.is_windows())?;
    let size = fields.key_size.and_then(|bits| KeySize::try_from(bits).ok()).unwrap_or(KeySize::Bits2048);
    let sha1_only = fields.hash_algorithms == Some(&[HashAlgorithm::Sha1]);
    let (rule, message) = match (provider, size) {
        (KeyStorageProvider::WindowsHelloOrFail, _) if fields.platform == Platform::Windows81 => {
            (RuleId::Ksp02, format!("{provider} does not exist on {}", fields.platform))
        }
        (KeyStorageProvider::WindowsHelloOrFail, KeySize::Bits4096) => {
            (RuleId::Ksp04, format!("{provider} keeps no key of 4096 bits"))
        }
        (KeyStorageProvider::WindowsHelloOrFail, KeySize::Bits1024) => {
            (RuleId::Ksp06, format!("{provider} keeps no key of 1024 bits"))
        }
        (KeyStorageProvider::WindowsHelloOrFail, KeySize::Bits2048) if sha1_only => {
            (RuleId::Ksp06, format!("{provider} does not sign with SHA1"))
        }
        (KeyStorageProvider::TpmOrFail, KeySize::Bits4096) => {
            (RuleId::Ksp03, format!("{provider} keeps no key of 4096 bits"))
        }
        (KeyStorageProvider::TpmOrSoftware, KeySize::Bits4096) => {
            (RuleId::Ksp05, format!("{provider} fails with 4096 bits on every device that has a TPM"))
        }
        (KeyStorageProvider::WindowsHelloOrFail, KeySize::Bits2048)
        | (
            KeyStorageProvider::TpmOrFail | KeyStorageProvider::TpmOrSoftware,
            KeySize::Bits1024 | KeySize::Bits2048,
        )
        | (KeyStorageProvider::Software, _) => return None,
    };
    Some(Diagnostic::new(rule, path("keyStorageProvider"), message))
}

/// HSH-02, HSH-03. On Apple platforms the matrix has spoken already (HSH-01). Where an Android profile says nothing,
/// SHA-2 is meant.
pub(crate) fn parse_hashes(fields: &Fields<'_>, findings: &mut Diagnostics) -> BTreeSet<HashAlgorithm> {
    let hashes: BTreeSet<_> = fields.hash_algorithms.unwrap_or_default().iter().copied().collect();
    if fields.platform.is_apple() {
        return BTreeSet::new();
    }
    if hashes.is_empty() {
        if fields.hash_algorithms.is_some() {
            let message = "hashAlgorithms is empty".to_owned();
            findings.push(Diagnostic::new(RuleId::Fld01, path("hashAlgorithms"), message).help("write SHA2"));
        }
        return BTreeSet::from([HashAlgorithm::Sha2]);
    }
    if !hashes.contains(&HashAlgorithm::Sha2) {
        let (rule, message) = if ignores_sha1(fields.platform) {
            (RuleId::Hsh02, format!("{} ignores SHA1 and signs with SHA2", fields.platform))
        } else {
            (RuleId::Hsh03, "requests would be signed with SHA1 alone".to_owned())
        };
        findings.push(Diagnostic::new(rule, path("hashAlgorithms"), message));
    }
    hashes
}

/// Whether devices of this platform choose SHA-2 whatever the profile says (HSH-02).
pub(crate) const fn ignores_sha1(platform: Platform) -> bool {
    match platform {
        Platform::AndroidEnterpriseCorporate
        | Platform::AndroidEnterprisePersonal
        | Platform::AndroidAosp => true,
        Platform::AndroidDeviceAdministrator
        | Platform::Ios
        | Platform::Macos
        | Platform::Windows10AndLater
        | Platform::Windows81 => false,
    }
}

/// KSP-05, KSP-07, KEY-02: what this device can keep. What the inventory does not say is left to the device.
pub fn judge_device(profile: &Profile, device: &Device) -> Diagnostics {
    [judge_tpm(profile, device), judge_os(profile, device)].into_iter().flatten().collect()
}

fn judge_tpm(profile: &Profile, device: &Device) -> Option<Diagnostic> {
    let large = profile.effective_key_size() == KeySize::Bits4096;
    match (profile.key_storage_provider?, device.tpm?) {
        (KeyStorageProvider::TpmOrFail, false) => {
            let message = format!("device {} has no TPM", device.id);
            Some(Diagnostic::new(RuleId::Ksp07, path("keyStorageProvider"), message))
        }
        (KeyStorageProvider::TpmOrSoftware, true) if large => {
            let message = format!("device {} has a TPM, which keeps no key of 4096 bits", device.id);
            let finding = Diagnostic::new(RuleId::Ksp05, path("keySize"), message);
            Some(finding.severity(crate::vocabulary::Severity::Error))
        }
        (
            KeyStorageProvider::TpmOrSoftware
            | KeyStorageProvider::TpmOrFail
            | KeyStorageProvider::WindowsHelloOrFail
            | KeyStorageProvider::Software,
            _,
        ) => None,
    }
}

fn judge_os(profile: &Profile, device: &Device) -> Option<Diagnostic> {
    if profile.effective_key_size() != KeySize::Bits4096 {
        return None;
    }
    let needed = match profile.platform {
        Platform::Ios => 14,
        Platform::Macos => 11,
        Platform::AndroidDeviceAdministrator
        | Platform::AndroidEnterpriseCorporate
        | Platform::AndroidEnterprisePersonal
        | Platform::AndroidAosp
        | Platform::Windows10AndLater
        | Platform::Windows81 => return None,
    };
    let version = device.os_version.as_deref()?;
    let too_old = OsVersion::read(version).is_some_and(|version| version.major() < needed);
    too_old.then(|| {
        let message = format!(
            "device {} runs {} {version}, which keeps no key of 4096 bits",
            device.id, profile.platform
        );
        Diagnostic::new(RuleId::Key02, path("keySize"), message)
    })
}

fn path(field: &str) -> FieldPath {
    FieldPath::spec().field(field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::sample;
    use HashAlgorithm::{Sha1, Sha2};
    use KeyStorageProvider::{Software, TpmOrFail, TpmOrSoftware, WindowsHelloOrFail};
    use Platform::{AndroidAosp, AndroidDeviceAdministrator, Windows10AndLater, Windows81};

    type Case<'a> = (Platform, KeyStorageProvider, i32, &'a [HashAlgorithm], Option<RuleId>);

    #[test]
    fn a_provider_keeps_the_sizes_and_hashes_that_it_can() {
        let both: &[_] = &[Sha1, Sha2];
        let table: [Case<'_>; 12] = [
            (Windows10AndLater, Software, 4096, &[Sha2], None),
            (Windows10AndLater, TpmOrFail, 2048, &[Sha2], None),
            (Windows10AndLater, TpmOrFail, 4096, &[Sha2], Some(RuleId::Ksp03)),
            (Windows10AndLater, TpmOrSoftware, 4096, &[Sha2], Some(RuleId::Ksp05)),
            (Windows10AndLater, WindowsHelloOrFail, 2048, &[Sha2], None),
            (Windows10AndLater, WindowsHelloOrFail, 2048, both, None),
            (Windows10AndLater, WindowsHelloOrFail, 4096, &[Sha1], Some(RuleId::Ksp04)),
            (Windows10AndLater, WindowsHelloOrFail, 1024, &[Sha2], Some(RuleId::Ksp06)),
            (Windows10AndLater, WindowsHelloOrFail, 2048, &[Sha1], Some(RuleId::Ksp06)),
            (Windows81, WindowsHelloOrFail, 2048, &[Sha2], Some(RuleId::Ksp02)),
            (Windows81, TpmOrFail, 4096, &[Sha2], Some(RuleId::Ksp03)),
            (Platform::Ios, TpmOrFail, 4096, &[Sha2], None),
        ];
        for (platform, provider, bits, hashes, expected) in table {
            let mut fields = sample::fields(platform);
            fields.key_storage_provider = Some(provider);
            fields.key_size = Some(bits);
            fields.hash_algorithms = Some(hashes);
            let found = judge_provider(&fields).map(|finding| finding.rule);
            assert_eq!(found, expected, "{platform} {provider} {bits} {hashes:?}");
        }
    }

    #[test]
    fn a_size_that_is_not_offered_is_refused_and_a_weak_one_warned_about() {
        let judged = |bits| {
            let mut findings = Diagnostics::none();
            let size = parse_size(bits, &mut findings);
            (size, findings.iter().map(|finding| finding.rule).collect::<Vec<_>>())
        };
        assert_eq!(judged(None), (None, vec![]));
        assert_eq!(judged(Some(1024)), (Some(KeySize::Bits1024), vec![RuleId::Key04]));
        assert_eq!(judged(Some(4096)), (Some(KeySize::Bits4096), vec![]));
        assert_eq!(judged(Some(3072)), (None, vec![RuleId::Key01]));
    }

    #[test]
    fn sha1_alone_is_warned_about_where_it_is_ignored_and_where_it_is_weak() {
        let judged = |platform, hashes: Option<&'static [HashAlgorithm]>| {
            let mut fields = sample::fields(platform);
            fields.hash_algorithms = hashes;
            let mut findings = Diagnostics::none();
            let parsed = parse_hashes(&fields, &mut findings);
            (parsed, findings.iter().map(|finding| finding.rule).collect::<Vec<_>>())
        };
        assert_eq!(judged(AndroidAosp, Some(&[Sha1])), (BTreeSet::from([Sha1]), vec![RuleId::Hsh02]));
        assert_eq!(judged(AndroidDeviceAdministrator, Some(&[Sha1])).1, [RuleId::Hsh03]);
        assert_eq!(judged(Windows10AndLater, Some(&[Sha1])).1, [RuleId::Hsh03]);
        assert_eq!(judged(Windows10AndLater, Some(&[Sha1, Sha2])), (BTreeSet::from([Sha1, Sha2]), vec![]));
        assert_eq!(judged(Windows10AndLater, Some(&[])).1, [RuleId::Fld01]);
        assert_eq!(judged(AndroidAosp, None), (BTreeSet::from([Sha2]), vec![]));
        assert_eq!(judged(Platform::Ios, None), (BTreeSet::new(), vec![]));
    }

    #[test]
    fn a_device_without_a_tpm_fails_where_one_is_demanded() {
        let judged = |provider, bits, tpm| {
            let profile = sample::profile(Windows10AndLater, |fields| {
                fields.key_storage_provider = Some(provider);
                fields.key_size = Some(bits);
            });
            let device = Device { tpm, ..sample::device("laptop", Windows10AndLater) };
            judge_device(&profile, &device).errors().map(|finding| finding.rule).collect::<Vec<_>>()
        };
        assert_eq!(judged(TpmOrFail, 2048, Some(false)), [RuleId::Ksp07]);
        assert_eq!(judged(TpmOrFail, 2048, Some(true)), []);
        assert_eq!(judged(TpmOrFail, 2048, None), []);
        assert_eq!(judged(TpmOrSoftware, 4096, Some(true)), [RuleId::Ksp05]);
        assert_eq!(judged(TpmOrSoftware, 4096, Some(false)), []);
        assert_eq!(judged(TpmOrSoftware, 2048, Some(true)), []);
    }

    #[test]
    fn keys_of_4096_bits_need_ios_14_and_macos_11() {
        let judged = |platform, bits, version: &str| {
            let profile = sample::profile(platform, |fields| fields.key_size = Some(bits));
            let device = Device { os_version: Some(version.to_owned()), ..sample::device("d", platform) };
            judge_device(&profile, &device).errors().map(|finding| finding.rule).collect::<Vec<_>>()
        };
        assert_eq!(judged(Platform::Ios, 4096, "13.7"), [RuleId::Key02]);
        assert_eq!(judged(Platform::Ios, 4096, "14.0"), []);
        assert_eq!(judged(Platform::Ios, 2048, "13.7"), []);
        assert_eq!(judged(Platform::Macos, 4096, "10.15.7"), [RuleId::Key02]);
        assert_eq!(judged(Platform::Macos, 4096, "11.1"), []);
    }
}
