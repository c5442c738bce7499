//! How apps get at the certificate (ACC-01; PLT-06 where the devices are known), and what else uses it (PLT-07).

use std::collections::BTreeSet;

use super::RuleId;
use super::matrix::{Field, Requirement};
use crate::assign::{Assignment, assign};
use crate::diagnostics::{Diagnostic, Diagnostics, FieldPath, quoted};
use crate::inventory::Inventory;
use crate::profile::{
    AccessMode, AssociatedProfile, AssociationKind, CertificateAccess, Fields, Profile, fields,
};
use crate::vocabulary::{ManagementMode, Platform};

/// The most apps that can be granted silently.
const MAX_APPS: usize = 50;

/// ACC-01 for Android Enterprise corporate; elsewhere the matrix has spoken already.
pub(crate) fn parse(fields: &Fields<'_>, findings: &mut Diagnostics) -> CertificateAccess {
    let here = Field::CertificateAccess.on(fields.platform) != Requirement::Forbidden;
    match fields.certificate_access.filter(|_| here) {
        Some(access) => parse_apps(access, findings),
        None => CertificateAccess::UserApproval,
    }
}

/// PLT-06: apps are granted a certificate that only dedicated devices get.
pub fn judge_reach(profile: &Profile, inventory: &Inventory) -> Option<Diagnostic> {
    if profile.certificate_access == CertificateAccess::UserApproval {
        return None;
    }
    let mut reached = inventory.members().filter(|member| {
        assign(&profile.aim(), member.device, member.user, &member.memberships) == Assignment::Targeted
    });
    let is_dedicated = |mode: Option<ManagementMode>| mode == Some(ManagementMode::Dedicated);
    let first = reached.next()?;
    let only_dedicated = is_dedicated(first.device.management_mode)
        && reached.all(|member| is_dedicated(member.device.management_mode));
    only_dedicated.then(|| {
        let path = FieldPath::spec().field("certificateAccess").field("apps");
        let message = "apps are granted the certificate, but only dedicated devices get it";
        Diagnostic::new(RuleId::Plt06, path, message)
    })
}

fn parse_apps(access: fields::CertificateAccess<'_>, findings: &mut Diagnostics) -> CertificateAccess {
    let path = FieldPath::spec().field("certificateAccess").field("apps");
    let refused = |path: &FieldPath, message: String| Diagnostic::new(RuleId::Acc01, path.clone(), message);
    match (access.mode, access.apps.len()) {
        (AccessMode::UserApproval, 0) => return CertificateAccess::UserApproval,
        (AccessMode::UserApproval, _) => {
            findings.push(refused(&path, "apps are listed, but the user approves every app".to_owned()));
        }
        (AccessMode::GrantSilently, 1..=MAX_APPS) => {}
        (AccessMode::GrantSilently, count) => {
            findings.push(refused(&path, format!("{count} apps are listed instead of 1 to {MAX_APPS}")));
        }
    }
    let mut apps = BTreeSet::new();
    for (index, app) in access.apps.iter().enumerate().take(MAX_APPS) {
        if !is_package_id(app) {
            findings.push(refused(
                &path.index(index),
                format!("{} is no package id such as com.example.mail", quoted(app)),
            ));
        } else if !apps.insert(app.clone()) {
            findings.push(refused(&path.index(index), format!("{app} stands in the list more than once")));
        }
    }
    CertificateAccess::GrantSilently(apps)
}

/// PLT-07, and SCH-01 for what the list's keys say: each profile once, each with a name.
pub(crate) fn parse_associations(
    associations: &[fields::AssociatedProfile<'_>],
    platform: Platform,
    findings: &mut Diagnostics,
) -> BTreeSet<AssociatedProfile> {
    let mut parsed = BTreeSet::new();
    for (index, association) in associations.iter().enumerate() {
        let path = FieldPath::spec().field("associatedProfiles").index(index);
        let (kind, name) = (association.kind, association.name);
        let shown = quoted(name);
        if kind == AssociationKind::Vpn && platform == Platform::AndroidAosp {
            let message = format!("the VPN profile {shown} cannot use a certificate on {platform}");
            findings.push(Diagnostic::new(RuleId::Plt07, path.field("kind"), message));
        }
        if name.trim().is_empty() {
            let message = format!("a {kind} profile has no name");
            findings.push(Diagnostic::new(RuleId::Sch01, path.field("name"), message));
        } else if !parsed.insert(AssociatedProfile { kind, name: name.to_owned() }) {
            let message = format!("the {kind} profile {shown} stands in the list more than once");
            findings.push(Diagnostic::new(RuleId::Sch01, path, message).help("remove the repetition"));
        }
    }
    parsed
}

/// Android's rule for application ids: two segments or more, each beginning with a letter.
fn is_package_id(text: &str) -> bool {
    let is_segment = |segment: &str| {
        segment.starts_with(|first: char| first.is_ascii_alphabetic())
            && segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    text.len() <= 255 && text.contains('.') && text.split('.').all(is_segment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::sample;

    fn judged(mode: AccessMode, apps: &[&str]) -> Vec<(RuleId, String)> {
        let apps: Vec<String> = apps.iter().map(|&app| app.to_owned()).collect();
        let mut findings = Diagnostics::none();
        parse_apps(fields::CertificateAccess { mode, apps: &apps }, &mut findings);
        findings.iter().map(|finding| (finding.rule, finding.field.to_string())).collect()
    }

    #[test]
    fn silent_access_names_one_to_fifty_apps_each_once() {
        let many: Vec<String> = (0..51).map(|n| format!("com.example.app{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let list = || (RuleId::Acc01, "spec.certificateAccess.apps".to_owned());
        let entry = |index| (RuleId::Acc01, format!("spec.certificateAccess.apps[{index}]"));
        assert_eq!(judged(AccessMode::GrantSilently, &many[..50]), []);
        assert_eq!(judged(AccessMode::GrantSilently, &many), [list()]);
        assert_eq!(judged(AccessMode::GrantSilently, &[]), [list()]);
        assert_eq!(judged(AccessMode::GrantSilently, &["com.a.b", "com.a.b"]), [entry(1)]);
        for bad in ["mail", "com.", "com.1a", "com.a-b", ".com", ""] {
            assert_eq!(judged(AccessMode::GrantSilently, &[bad]), [entry(0)], "{bad}");
        }
    }

    #[test]
    fn apps_are_not_listed_where_the_user_approves() {
        assert_eq!(judged(AccessMode::UserApproval, &[]), []);
        assert_eq!(judged(AccessMode::UserApproval, &["com.a.b"]).len(), 1);
    }

    #[test]
    fn apps_that_only_dedicated_devices_could_serve_are_warned_about() {
        let apps = ["com.example.mail".to_owned()];
        let judged = |mode, modes: &[&str]| {
            let mut profile = sample::profile(Platform::AndroidEnterpriseCorporate, |_| {});
            if mode == AccessMode::GrantSilently {
                profile.certificate_access = CertificateAccess::GrantSilently(apps.iter().cloned().collect());
            }
            let device = |(n, mode): (usize, &&str)| serde_json::json!({"id": format!("d{n}"), "platform": "AndroidEnterpriseCorporate", "managementMode": mode});
            let devices: Vec<_> = modes.iter().enumerate().map(device).collect();
            let inventory = serde_json::from_value(serde_json::json!({"devices": devices})).unwrap();
            judge_reach(&profile, &inventory).map(|finding| finding.rule)
        };
        let silently = AccessMode::GrantSilently;
        assert_eq!(judged(silently, &["Dedicated", "Dedicated"]), Some(RuleId::Plt06));
        assert_eq!(judged(silently, &["Dedicated", "FullyManaged"]), None);
        assert_eq!(judged(silently, &[]), None, "nobody is reached");
        assert_eq!(judged(AccessMode::UserApproval, &["Dedicated"]), None);
    }

    #[test]
    fn a_vpn_profile_is_refused_on_aosp_alone() {
        let association = |kind| fields::AssociatedProfile { kind, name: "corp" };
        for &platform in Platform::ALL {
            let mut findings = Diagnostics::none();
            let both = [association(AssociationKind::WiFi), association(AssociationKind::Vpn)];
            parse_associations(&both, platform, &mut findings);
            let found: Vec<_> =
                findings.iter().map(|finding| (finding.rule, finding.field.as_str())).collect();
            let vpn: &[_] = &[(RuleId::Plt07, "spec.associatedProfiles[1].kind")];
            assert_eq!(found, if platform == Platform::AndroidAosp { vpn } else { &[] }, "{platform}");
        }
    }

    #[test]
    fn an_associated_profile_is_named_and_named_once() {
        let wifi = |name| fields::AssociatedProfile { kind: AssociationKind::WiFi, name };
        let mut findings = Diagnostics::none();
        parse_associations(&[wifi("a"), wifi("a"), wifi(" ")], Platform::Ios, &mut findings);
        let found: Vec<_> = findings.iter().map(|finding| finding.field.as_str()).collect();
        assert_eq!(found, ["spec.associatedProfiles[1]", "spec.associatedProfiles[2].name"]);
    }
}
