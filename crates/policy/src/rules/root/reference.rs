//! What a SCEP profile makes of its root (ROOT-07 … ROOT-09).

use std::collections::BTreeMap;

use crate::authority::AuthorityFacts;
use crate::diagnostics::{Diagnostic, Diagnostics, FieldPath};
use crate::identity::GroupId;
use crate::inventory::GroupKind;
use crate::profile::{AssignmentFilter, Assignments, Include, Profile, Target};
use crate::root::certificate::RootFacts;
use crate::root::{Anchor, RootCertificate, TrustedRoot};
use crate::rules::RuleId;
use crate::vocabulary::Severity;

/// The kinds of the groups that somebody knows.
type Kinds = BTreeMap<GroupId, GroupKind>;

/// ROOT-07, ROOT-08, ROOT-09: what a SCEP profile's root reference is worth, given the object that it found.
pub fn judge_reference(profile: &Profile, root: Option<&TrustedRoot>, kinds: &Kinds) -> Diagnostics {
    let Some(root) = root else {
        let message = format!("there is no TrustedRootProfile {} in this namespace", profile.root);
        let finding = Diagnostic::new(RuleId::Root07, reference(), message);
        return finding.severity(Severity::Warning).into();
    };
    if root.platform != profile.platform {
        let message =
            format!("{} is for {}, this profile for {}", root.name, root.platform, profile.platform);
        return Diagnostic::new(RuleId::Root07, reference(), message).into();
    }
    [judge_self_signed(root), judge_coverage(profile, root, kinds)].into_iter().flatten().collect()
}

/// D-08: an intermediate is no root, unless its profile says that it is meant.
fn judge_self_signed(root: &TrustedRoot) -> Option<Diagnostic> {
    let facts = root.facts().filter(|facts| !facts.self_signed && root.anchor == Anchor::SelfSigned)?;
    let message =
        format!("{} holds {}, which {} issued: it is no root", root.name, facts.subject, facts.issuer);
    let finding = Diagnostic::new(RuleId::Root08, reference(), message);
    Some(
        finding.help("put the self-signed root there, or set its anchor to Any if the intermediate is meant"),
    )
}

/// ROOT-08 where the authority is known (`RootMismatch`): the root must be one that anchors the authority. During a roll-over
/// there are two.
pub fn judge_anchor(profile: &Profile, root: &TrustedRoot, authority: &AuthorityFacts) -> Option<Diagnostic> {
    let held = match &root.certificate {
        RootCertificate::Der(der) if authority.is_anchored_by(der) => return None,
        RootCertificate::Der(_) => match root.facts() {
            Some(facts) if !facts.self_signed && root.anchor == Anchor::Any => return None,
            facts => facts.map_or_else(|| "another certificate".to_owned(), |facts| facts.subject),
        },
        RootCertificate::Authority(name) if *name == profile.authority => return None,
        RootCertificate::Authority(name) => format!("the root of authority {name}"),
        RootCertificate::Unread { .. } => return None,
    };
    let anchor =
        RootFacts::read(&authority.root).map_or_else(|_| "its own root".to_owned(), |facts| facts.subject);
    let message =
        format!("{} holds {held}, but authority {} is anchored by {anchor}", root.name, authority.name);
    Some(Diagnostic::new(RuleId::Root08, reference(), message))
}

/// ROOT-09: whoever the profile includes, the root's targets must reach; whoever the root leaves out, so must the
/// profile. A group of unknown kind counts as covered by all users.
fn judge_coverage(profile: &Profile, root: &TrustedRoot, kinds: &Kinds) -> Option<Diagnostic> {
    let (wanted, given) = (&profile.assignments, &root.assignments);
    let uncovered = wanted.include.iter().find(|include| !covers(given, include, kinds));
    let problem = if let Some(include) = uncovered {
        format!("{} does not go to {}", root.name, include.target)
    } else if let Some(narrowed) = given
        .include
        .iter()
        .find(|include| include.leaves_out() && !has_filter(wanted, include.filter.as_ref()))
    {
        format!("{} leaves out devices of {} by a filter", root.name, narrowed.target)
    } else if let Some(group) = given
        .exclude
        .iter()
        .find(|group| !wanted.exclude.contains(group))
        .filter(|_| !wanted.include.is_empty())
    {
        format!("{} leaves out group {group}", root.name)
    } else if root.applicability != profile.applicability && root.applicability.is_some_rule() {
        format!("the applicability rules of {} are not those of this profile", root.name)
    } else {
        return None;
    };
    let field = FieldPath::spec().field("assignments");
    Some(Diagnostic::new(
        RuleId::Root09,
        field,
        format!("{problem}: those devices would wait for their root"),
    ))
}

/// A filtered target of the root covers one of the profile with the same filter: what else a filter covers, only devices
/// can tell.
fn covers(given: &Assignments, wanted: &Include, kinds: &Kinds) -> bool {
    let same_devices = |include: &&Include| include.filter.is_none() || include.filter == wanted.filter;
    given.include.iter().filter(same_devices).any(|include| match (&include.target, &wanted.target) {
        (Target::AllDevices, _) | (Target::AllUsers, Target::AllUsers) => true,
        (Target::AllUsers, Target::Group(wanted)) => kinds.get(wanted) != Some(&GroupKind::Device),
        (Target::AllUsers, Target::AllDevices)
        | (Target::Group(_), Target::AllUsers | Target::AllDevices) => false,
        (Target::Group(given), Target::Group(wanted)) => given == wanted,
    })
}

fn has_filter(assignments: &Assignments, filter: Option<&AssignmentFilter>) -> bool {
    assignments.include.iter().any(|include| include.filter.as_ref() == filter)
}

/// The field that names the root.
pub(super) fn reference() -> FieldPath {
    FieldPath::spec().field("rootCertificateRef").field("name")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::{AuthorityFacts, sample as authority};
    use crate::profile::fields::{Assignments, Filter, Include};
    use crate::profile::{FilterMode, sample as profile};
    use crate::root::fields::Certificate;
    use crate::root::sample::{self, INTERMEDIATE, NAMESAKE, ROOT, der};
    use crate::vocabulary::Platform::{self, Ios};

    const NOTHING: [&str; 0] = [];

    fn referring(root: Option<&TrustedRoot>) -> Vec<String> {
        referring_to(root, GroupKind::User)
    }

    /// A profile for the group `staff`, of that kind, without `guests`.
    fn referring_to(root: Option<&TrustedRoot>, kind: GroupKind) -> Vec<String> {
        let profile = profile::profile(Ios, |fields| {
            let include = vec![Include { group: Some("staff"), ..Include::default() }];
            fields.assignments = Some(Assignments { include, exclude: vec!["guests"] });
        });
        let kinds = BTreeMap::from([(GroupId::new("staff").unwrap(), kind)]);
        let findings = judge_reference(&profile, root, &kinds);
        findings.iter().map(|f| format!("{} {} {}", f.severity, f.rule, f.field)).collect()
    }

    #[test]
    fn a_missing_root_is_waited_for_and_one_of_another_platform_is_refused() {
        assert_eq!(referring(Some(&sample::root(Ios, |_| {}))), NOTHING);
        assert_eq!(referring(None), ["warning ROOT-07 spec.rootCertificateRef.name"]);
        let other = sample::root(Platform::Macos, |_| {});
        assert_eq!(referring(Some(&other)), ["error ROOT-07 spec.rootCertificateRef.name"]);
    }

    #[test]
    fn an_intermediate_serves_as_root_only_when_it_is_meant() {
        let pem = Certificate { pem: Some(INTERMEDIATE), ..Certificate::default() };
        let plain = sample::root(Ios, |fields| fields.certificate = pem);
        let meant = sample::root(Ios, |fields| {
            fields.certificate = pem;
            fields.anchor = Some(Anchor::Any);
        });
        assert_eq!(referring(Some(&plain)), ["error ROOT-08 spec.rootCertificateRef.name"]);
        assert_eq!(referring(Some(&meant)), NOTHING);
    }

    #[test]
    fn the_root_should_go_to_whoever_gets_the_profile() {
        let given = |include: Include<'static>, exclude: &[&'static str]| {
            let root = sample::root(Ios, |fields| {
                fields.assignments = Some(Assignments { include: vec![include], exclude: exclude.to_vec() });
            });
            referring(Some(&root))
        };
        let group = |name| Include { group: Some(name), ..Include::default() };
        let all_users = Include { all_users: Some(true), ..Include::default() };
        let warning = ["warning ROOT-09 spec.assignments"];
        assert_eq!(given(group("staff"), &[]), NOTHING);
        assert_eq!(given(group("staff"), &["guests"]), NOTHING);
        assert_eq!(given(all_users, &[]), NOTHING);
        assert_eq!(given(group("fleet"), &[]), warning);
        assert_eq!(given(group("staff"), &["interns"]), warning);
    }

    #[test]
    fn a_filter_on_the_root_should_be_on_the_profile_too() {
        const PHONES: Filter<'_> =
            Filter { mode: FilterMode::Include, expression: r#"(device.model -startsWith "iPhone")"# };
        const TABLETS: Filter<'_> = Filter { mode: FilterMode::Exclude, ..PHONES };
        let devices = |filter| Assignments {
            include: vec![Include { all_devices: Some(true), filter, ..Include::default() }],
            exclude: vec![],
        };
        let found = |of_profile, of_root| {
            let profile = profile::profile(Ios, |fields| fields.assignments = Some(devices(of_profile)));
            let root = sample::root(Ios, |fields| fields.assignments = Some(devices(of_root)));
            let findings = judge_reference(&profile, Some(&root), &Kinds::new());
            findings.iter().map(|finding| finding.rule).collect::<Vec<_>>()
        };
        for filter in [None, Some(PHONES), Some(TABLETS)] {
            assert_eq!(found(filter, None), []);
            assert_eq!(found(filter, filter), []);
        }
        for (of_profile, of_root) in [(None, PHONES), (None, TABLETS), (Some(PHONES), TABLETS)] {
            assert_eq!(found(of_profile, Some(of_root)), [RuleId::Root09]);
        }
    }

    #[test]
    fn a_root_for_all_users_does_not_cover_a_group_of_devices() {
        let root = sample::root(Ios, |fields| {
            let include = vec![Include { all_users: Some(true), ..Include::default() }];
            fields.assignments = Some(Assignments { include, exclude: vec![] });
        });
        assert_eq!(referring_to(Some(&root), GroupKind::User), NOTHING);
        assert_eq!(referring_to(Some(&root), GroupKind::Device), ["warning ROOT-09 spec.assignments"]);
    }

    #[test]
    fn the_root_must_be_the_one_that_anchors_the_authority() {
        let facts = authority::facts();
        assert_eq!(facts.root, der(ROOT));
        let profile = profile::profile(Ios, |_| {});
        let with = |certificate, anchor| {
            let root = sample::root(Ios, |fields| {
                fields.certificate = certificate;
                fields.anchor = anchor;
            });
            judge_anchor(&profile, &root, &facts).map(|finding| finding.rule)
        };
        let pem = |text| Certificate { pem: Some(text), ..Certificate::default() };
        let of = |name| Certificate { authority_name: Some(name), ..Certificate::default() };
        assert_eq!(with(pem(ROOT), None), None);
        assert_eq!(with(of("default"), None), None);
        assert_eq!(with(pem(NAMESAKE), None), Some(RuleId::Root08), "the same name is not the same root");
        assert_eq!(with(pem(NAMESAKE), Some(Anchor::Any)), Some(RuleId::Root08));
        assert_eq!(with(pem(INTERMEDIATE), Some(Anchor::Any)), None);
        assert_eq!(with(of("other"), None), Some(RuleId::Root08));
    }

    #[test]
    fn either_root_anchors_an_authority_whose_ca_is_replaced() {
        let facts = AuthorityFacts { other_roots: vec![der(NAMESAKE)], ..authority::facts() };
        let profile = profile::profile(Ios, |_| {});
        for pem in [ROOT, NAMESAKE] {
            let root = sample::root(Ios, |fields| {
                fields.certificate = Certificate { pem: Some(pem), ..Certificate::default() };
            });
            assert_eq!(judge_anchor(&profile, &root, &facts), None);
        }
    }
}
