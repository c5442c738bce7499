//! Trusted roots: the profile itself (ROOT-01 … ROOT-06), and what a SCEP profile makes of it (ROOT-07 … ROOT-09).

use jiff::{SignedDuration, Timestamp};

use super::RuleId;
use crate::assign::OsVersion;
use crate::authority::AuthorityFacts;
use crate::diagnostics::{Diagnostic, Diagnostics, FieldPath};
use crate::identity::AuthorityName;
use crate::inventory::Device;
use crate::profile::{Assignments, Profile, Target};
use crate::root::certificate::{self, NotACertificate, RootFacts};
use crate::root::{Anchor, DestinationStore, RootCertificate, TrustedRoot, fields};
use crate::vocabulary::{Platform, Severity};

/// How long before its end a root is warned about (ROOT-06): 90 days.
const NEAR_EXPIRY: SignedDuration = SignedDuration::from_hours(90 * 24);

/// ROOT-02: Windows needs a store, other platforms have none.
pub(crate) fn judge_store(fields: &fields::Fields<'_>) -> Option<Diagnostic> {
    let platform = fields.platform;
    let message = match (fields.destination_store, platform.is_windows()) {
        (Some(store), false) => format!("destinationStore is {store}, but {platform} has no such setting"),
        (None, true) => format!("destinationStore is missing, but {platform} needs it"),
        (Some(_), true) | (None, false) => return None,
    };
    Some(Diagnostic::new(RuleId::Root02, FieldPath::spec().field("destinationStore"), message))
}

/// ROOT-01, ROOT-03 … ROOT-06.
pub(crate) fn parse_certificate(
    fields: &fields::Fields<'_>,
    now: Timestamp,
    findings: &mut Diagnostics,
) -> Option<RootCertificate> {
    let path = FieldPath::spec().field("certificate");
    let certificate = fields.certificate;
    match (certificate.pem, certificate.config_map_key_ref, certificate.authority_name) {
        (Some(text), None, None) => {
            judge_der(certificate::from_pem(text), fields, &path.field("pem"), now, findings)
        }
        (None, Some(reference), None) => match reference.bytes {
            Some(bytes) => judge_der(
                certificate::from_bytes(bytes),
                fields,
                &path.field("configMapKeyRef"),
                now,
                findings,
            ),
            None => Some(RootCertificate::Unread {
                config_map: reference.name.to_owned(),
                key: reference.key.to_owned(),
            }),
        },
        (None, None, Some(name)) => match AuthorityName::new(name) {
            Ok(name) => Some(RootCertificate::Authority(name)),
            Err(invalid) => {
                let path = path.field("authorityName");
                findings.push(Diagnostic::new(RuleId::Root01, path, invalid.to_string()));
                None
            }
        },
        (None, None, None) => {
            findings.push(Diagnostic::new(RuleId::Root01, path, "there is no certificate"));
            None
        }
        (_, _, _) => {
            findings.push(Diagnostic::new(
                RuleId::Root01,
                path,
                "there is more than one source of the certificate",
            ));
            None
        }
    }
}

fn judge_der(
    der: Result<Vec<u8>, NotACertificate>,
    fields: &fields::Fields<'_>,
    path: &FieldPath,
    now: Timestamp,
    findings: &mut Diagnostics,
) -> Option<RootCertificate> {
    let read = der.and_then(|der| RootFacts::read(&der).map(|facts| (der, facts)));
    match read {
        Ok((der, facts)) => {
            findings.extend(judge_facts(&facts, fields, path, now));
            Some(RootCertificate::Der(der))
        }
        Err(problem) => {
            findings.push(Diagnostic::new(RuleId::Root03, path.clone(), problem.to_string()));
            None
        }
    }
}

/// ROOT-04, ROOT-05, ROOT-06.
fn judge_facts(
    facts: &RootFacts,
    fields: &fields::Fields<'_>,
    path: &FieldPath,
    now: Timestamp,
) -> Diagnostics {
    let mut findings = Diagnostics::none();
    if !facts.is_ca {
        let message = format!("{} is no certification authority", facts.subject);
        findings.push(Diagnostic::new(RuleId::Root04, path.clone(), message));
    }
    findings.extend(judge_place(facts, fields.destination_store).into_iter().collect());
    findings.extend(judge_age(facts, path, now).into_iter().collect());
    if let Some(signature) = facts.unloved_signature {
        let message = format!("{} is signed with {signature}, which iOS does not accept", facts.subject);
        findings.push(Diagnostic::new(RuleId::Root06, path.clone(), message).severity(Severity::Warning));
    }
    findings
}

fn judge_place(facts: &RootFacts, store: Option<DestinationStore>) -> Option<Diagnostic> {
    let message = match (store?, facts.self_signed) {
        (DestinationStore::ComputerRoot, false) => {
            format!("{} is not self-signed, but goes to the root store", facts.subject)
        }
        (DestinationStore::ComputerIntermediate | DestinationStore::UserIntermediate, true) => {
            format!("{} is self-signed, but goes to an intermediate store", facts.subject)
        }
        (DestinationStore::ComputerRoot, true)
        | (DestinationStore::ComputerIntermediate | DestinationStore::UserIntermediate, false) => {
            return None;
        }
    };
    Some(Diagnostic::new(RuleId::Root05, FieldPath::spec().field("destinationStore"), message))
}

fn judge_age(facts: &RootFacts, path: &FieldPath, now: Timestamp) -> Option<Diagnostic> {
    let (subject, begin, end) = (&facts.subject, facts.not_before, facts.not_after);
    let (message, severity) = if end < now {
        (format!("{subject} expired at {end}"), Severity::Error)
    } else if end.duration_since(now) <= NEAR_EXPIRY {
        (format!("{subject} expires at {end}"), Severity::Warning)
    } else if begin > now {
        (format!("{subject} is not valid before {begin}"), Severity::Warning)
    } else {
        return None;
    };
    Some(Diagnostic::new(RuleId::Root06, path.clone(), message).severity(severity))
}

/// ROOT-07, ROOT-08, ROOT-09: what a SCEP profile's root reference is worth, given the object that it found.
pub fn judge_reference(profile: &Profile, root: Option<&TrustedRoot>) -> Diagnostics {
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
    [judge_self_signed(root), judge_coverage(profile, root)].into_iter().flatten().collect()
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

/// ROOT-08 where the authority is known (`RootMismatch`): the root must be the one that anchors the authority.
pub fn judge_anchor(profile: &Profile, root: &TrustedRoot, authority: &AuthorityFacts) -> Option<Diagnostic> {
    let held = match &root.certificate {
        RootCertificate::Der(der) if *der == authority.root => return None,
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

/// ROOT-10: why a device that is assigned has no challenge yet.
pub fn waiting(profile: &Profile, device: &Device) -> Diagnostic {
    let message = format!("device {} does not have the root {} yet", device.id, profile.root);
    Diagnostic::new(RuleId::Root10, reference(), message)
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
        let message = format!("device {} runs Android {version}, which does not let the root in", device.id);
        Diagnostic::new(RuleId::Root11, FieldPath::spec().field("platform"), message)
    })
}

/// ROOT-12: devices receive the roots of the issuer's authorities, and those that its configuration lists by thumbprint
/// (`is_listed`: policy computes none). Whoever may write trusted root profiles does not decide whom devices trust.
pub fn judge_delivery<'a>(
    root: &TrustedRoot,
    mut authorities: impl Iterator<Item = &'a AuthorityFacts>,
    is_listed: bool,
) -> Option<Diagnostic> {
    let known = match &root.certificate {
        RootCertificate::Der(der) => is_listed || authorities.any(|authority| authority.root == *der),
        RootCertificate::Authority(name) => authorities.any(|authority| authority.name == *name),
        RootCertificate::Unread { .. } => false,
    };
    (!known).then(|| {
        let message =
            format!("{} holds a certificate that is no authority's root and is not listed", root.name);
        Diagnostic::new(RuleId::Root12, FieldPath::spec().field("certificate"), message)
    })
}

/// ROOT-09: whoever the profile includes, the root's targets must reach; whoever the root leaves out, so must the
/// profile. A group counts as covered by all users or all devices: which of the two it is only the inventory knows.
fn judge_coverage(profile: &Profile, root: &TrustedRoot) -> Option<Diagnostic> {
    let (wanted, given) = (&profile.assignments, &root.assignments);
    let uncovered =
        wanted.include.iter().map(|include| &include.target).find(|target| !covers(given, target));
    let problem = if let Some(target) = uncovered {
        format!("{} does not go to {target}", root.name)
    } else if let Some(group) =
        given.exclude.difference(&wanted.exclude).next().filter(|_| !wanted.include.is_empty())
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

fn covers(given: &Assignments, target: &Target) -> bool {
    given.include.iter().filter(|include| include.filter.is_none()).any(|include| {
        match (&include.target, target) {
            (Target::AllDevices, _) | (Target::AllUsers, Target::AllUsers | Target::Group(_)) => true,
            (Target::AllUsers, Target::AllDevices)
            | (Target::Group(_), Target::AllUsers | Target::AllDevices) => false,
            (Target::Group(given), Target::Group(wanted)) => given == wanted,
        }
    })
}

fn reference() -> FieldPath {
    FieldPath::spec().field("rootCertificateRef").field("name")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::sample as authority;
    use crate::profile::fields::{ApplicabilityRules, Assignments, EditionRule, Include};
    use crate::profile::{FilterMode, sample as profile};
    use crate::root::fields::{Certificate, ConfigMapKeyRef, Fields};
    use crate::root::sample::{self, INTERMEDIATE, LEAF, NAMESAKE, PSS, ROOT, SHA1, der};
    use crate::vocabulary::Platform::{Ios, Windows10AndLater, Windows81};

    fn judged(fields: &Fields<'_>, now: Timestamp) -> Vec<String> {
        let findings = match TrustedRoot::parse(fields, now) {
            Ok((_, warnings)) => warnings,
            Err(findings) => findings,
        };
        findings.iter().map(|f| format!("{} {} {}", f.severity, f.rule, f.field)).collect()
    }

    fn holding(pem: &'static str) -> Fields<'static> {
        Fields {
            certificate: Certificate { pem: Some(pem), ..Certificate::default() },
            ..sample::fields(Ios)
        }
    }

    const NOTHING: [&str; 0] = [];

    #[test]
    fn a_profile_holds_its_certificate_in_exactly_one_way() {
        let reference =
            Some(ConfigMapKeyRef { name: "roots", key: "acme.crt", bytes: Some(ROOT.as_bytes()) });
        let with = |certificate| judged(&Fields { certificate, ..sample::fields(Ios) }, sample::now());
        let none = Certificate::default();
        assert_eq!(with(Certificate { config_map_key_ref: reference, ..none }), NOTHING);
        assert_eq!(with(Certificate { authority_name: Some("default"), ..none }), NOTHING);
        assert_eq!(with(none), ["error ROOT-01 spec.certificate"]);
        let two = Certificate { pem: Some(ROOT), authority_name: Some("default"), ..none };
        assert_eq!(with(two), ["error ROOT-01 spec.certificate"]);
        let nameless = Certificate { authority_name: Some(""), ..none };
        assert_eq!(with(nameless), ["error ROOT-01 spec.certificate.authorityName"]);
    }

    #[test]
    fn a_reference_that_was_not_read_is_taken_as_it_is() {
        let reference = Some(ConfigMapKeyRef { name: "roots", key: "acme.crt", bytes: None });
        let certificate = Certificate { config_map_key_ref: reference, ..Certificate::default() };
        let root = sample::root(Ios, |fields| fields.certificate = certificate);
        let expected = RootCertificate::Unread { config_map: "roots".into(), key: "acme.crt".into() };
        assert_eq!(root.certificate, expected);
    }

    #[test]
    fn windows_alone_has_a_destination_store_and_needs_it() {
        for &platform in Platform::ALL {
            let with = |store| {
                let fields = Fields { destination_store: store, ..sample::fields(platform) };
                judged(&fields, sample::now()).contains(&"error ROOT-02 spec.destinationStore".to_owned())
            };
            assert_eq!(with(Some(DestinationStore::ComputerRoot)), !platform.is_windows(), "{platform}");
            assert_eq!(with(None), platform.is_windows(), "{platform}");
        }
    }

    #[test]
    fn a_text_that_is_no_single_certificate_is_refused() {
        assert_eq!(judged(&holding("nonsense"), sample::now()), ["error ROOT-03 spec.certificate.pem"]);
    }

    #[test]
    fn a_leaf_is_refused_and_an_intermediate_is_not() {
        assert_eq!(judged(&holding(LEAF), sample::now()), ["error ROOT-04 spec.certificate.pem"]);
        assert_eq!(judged(&holding(INTERMEDIATE), sample::now()), NOTHING);
    }

    #[test]
    fn the_store_and_the_certificate_should_fit() {
        let with = |store, pem| {
            let mut fields = Fields { platform: Windows10AndLater, ..holding(pem) };
            fields.destination_store = Some(store);
            judged(&fields, sample::now())
        };
        assert_eq!(with(DestinationStore::ComputerRoot, ROOT), NOTHING);
        assert_eq!(with(DestinationStore::ComputerIntermediate, INTERMEDIATE), NOTHING);
        let warning = ["warning ROOT-05 spec.destinationStore"];
        assert_eq!(with(DestinationStore::ComputerRoot, INTERMEDIATE), warning);
        assert_eq!(with(DestinationStore::UserIntermediate, ROOT), warning);
    }

    #[test]
    fn an_expired_root_is_refused_and_an_ageing_or_weak_one_warned_about() {
        let at = |now: &str| judged(&holding(ROOT), now.parse().unwrap());
        let end = RootFacts::read(&der(ROOT)).unwrap().not_after;
        assert_eq!(at("2046-11-19T06:46:14Z"), ["error ROOT-06 spec.certificate.pem"]);
        assert_eq!(judged(&holding(ROOT), end), ["warning ROOT-06 spec.certificate.pem"]);
        assert_eq!(judged(&holding(ROOT), end - NEAR_EXPIRY), ["warning ROOT-06 spec.certificate.pem"]);
        assert_eq!(judged(&holding(ROOT), end - NEAR_EXPIRY - SignedDuration::from_secs(1)), NOTHING);
        assert_eq!(at("2026-01-01T00:00:00Z"), ["warning ROOT-06 spec.certificate.pem"]);
        assert_eq!(judged(&holding(SHA1), sample::now()), ["warning ROOT-06 spec.certificate.pem"]);
        assert_eq!(judged(&holding(PSS), sample::now()), ["warning ROOT-06 spec.certificate.pem"]);
    }

    #[test]
    fn applicability_rules_belong_to_windows_10_roots_alone() {
        let editions = ["Home".to_owned()];
        let rule = EditionRule { mode: FilterMode::Include, editions: &editions };
        let rules = Some(ApplicabilityRules { os_edition: Some(rule), os_version: None });
        let on = |platform| {
            let fields = Fields { applicability_rules: rules, ..sample::fields(platform) };
            judged(&fields, sample::now())
        };
        assert_eq!(on(Windows10AndLater), NOTHING);
        assert_eq!(on(Ios), ["error APP-01 spec.applicabilityRules"]);
        assert!(on(Windows81).contains(&"error APP-01 spec.applicabilityRules".to_owned()));
    }

    fn referring(root: Option<&TrustedRoot>) -> Vec<String> {
        let profile = profile::profile(Ios, |fields| {
            let include = vec![Include { group: Some("staff"), ..Include::default() }];
            fields.assignments = Some(Assignments { include, exclude: vec!["guests"] });
        });
        let findings = judge_reference(&profile, root);
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
    fn a_device_that_waits_for_its_root_is_no_failure() {
        let finding = waiting(&profile::profile(Ios, |_| {}), &profile::device("iphone-9", Ios));
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

    #[test]
    fn devices_receive_only_roots_that_the_issuer_knows() {
        let facts = authority::facts();
        let judged = |certificate, listed| {
            let root = sample::root(Ios, |fields| fields.certificate = certificate);
            judge_delivery(&root, std::iter::once(&facts), listed).map(|finding| finding.rule)
        };
        let pem = |text| Certificate { pem: Some(text), ..Certificate::default() };
        let of = |name| Certificate { authority_name: Some(name), ..Certificate::default() };
        assert_eq!(judged(pem(ROOT), false), None);
        assert_eq!(judged(pem(NAMESAKE), true), None);
        assert_eq!(judged(of("default"), false), None);
        for unknown in [pem(NAMESAKE), pem(INTERMEDIATE), of("other")] {
            assert_eq!(judged(unknown, false), Some(RuleId::Root12));
        }
    }
}
