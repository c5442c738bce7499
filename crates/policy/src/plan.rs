//! What a change would do: computed before anything is changed, from what is stored and what is wanted.

use serde::{Deserialize, Serialize};

use crate::profile::Profile;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// What a change of one field does to certificates that are out.
    Effect {
        /// Nothing.
        None = "none",
        /// They are requested anew at the next check-in; the old one is revoked once the new one is installed.
        Reissue = "reissue",
        /// They are revoked.
        Revoke = "revoke",
    }
}

/// A field that a change touches, and what follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The field's path.
    pub field: String,
    /// What follows for certificates.
    pub effect: Effect,
}

/// How many certificates a change touches, counted by the caller from its rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Devices that become assigned.
    pub assigned: u32,
    /// Devices that stop being assigned and hold no certificate.
    pub unassigned: u32,
    /// Live certificates of devices that stop being assigned.
    pub revoked: u32,
    /// Live certificates of devices that stay assigned.
    pub kept: u32,
}

/// What a change would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// Whether it waits for approval.
    pub held: bool,
    /// Assignments that come into being.
    pub create: u32,
    /// Assignments whose parameters change without a new certificate.
    pub update: u32,
    /// Certificates that will be requested anew.
    pub reissue: u32,
    /// Certificates that will be revoked.
    pub revoke: u32,
    /// Assignments that end without a certificate.
    pub remove: u32,
    /// The fields that changed.
    pub changes: Vec<Change>,
}

/// Compares the stored profile with the wanted one.
pub fn plan(stored: Option<&Profile>, wanted: &Profile, counts: Counts) -> Plan {
    let changes = stored.map(|stored| changes(stored, wanted)).unwrap_or_default();
    let reissue = changes.iter().any(|change| change.effect == Effect::Reissue);
    Plan {
        held: false,
        create: counts.assigned,
        update: if reissue || changes.is_empty() { 0 } else { counts.kept },
        reissue: if reissue { counts.kept } else { 0 },
        revoke: counts.revoked,
        remove: counts.unassigned,
        changes,
    }
}

/// The fields that differ, each with what follows. The platform is immutable and therefore not here.
fn changes(old: &Profile, new: &Profile) -> Vec<Change> {
    [appearance(old, new), request(old, new), reach(old, new)].into_iter().flatten().collect()
}

type Row = (&'static str, bool, Effect);

/// What certificates do not say: devices that hold one need no other.
fn appearance(old: &Profile, new: &Profile) -> Vec<Change> {
    changed([
        ("displayName", old.display_name != new.display_name, Effect::None),
        (
            "renewalThresholdPercent",
            old.renewal_threshold_percent != new.renewal_threshold_percent,
            Effect::None,
        ),
        ("scepServerURLs", old.scep_server_urls != new.scep_server_urls, Effect::None),
        ("certificateAccess", old.certificate_access != new.certificate_access, Effect::None),
        ("reissueExpired", old.reissue_expired != new.reissue_expired, Effect::None),
        ("suspend", old.suspend != new.suspend, Effect::None),
        ("deletionPolicy", old.deletion_policy != new.deletion_policy, Effect::None),
        ("maxDisruption", old.max_disruption != new.max_disruption, Effect::None),
    ])
}

/// What devices are asked for, and by whom it is signed.
fn request(old: &Profile, new: &Profile) -> Vec<Change> {
    changed([
        ("certificateType", old.certificate_type != new.certificate_type, Effect::Reissue),
        ("subjectNameFormat", old.subject != new.subject, Effect::Reissue),
        (
            "subjectAlternativeNames",
            old.subject_alternative_names != new.subject_alternative_names,
            Effect::Reissue,
        ),
        ("validityPeriod", old.validity != new.validity, Effect::Reissue),
        ("keyStorageProvider", old.key_storage_provider != new.key_storage_provider, Effect::Reissue),
        ("keyUsages", old.key_usages != new.key_usages, Effect::Reissue),
        ("keySize", old.effective_key_size() != new.effective_key_size(), Effect::Reissue),
        ("hashAlgorithms", old.hash_algorithms != new.hash_algorithms, Effect::Reissue),
        ("rootCertificateRef", old.root != new.root, Effect::Reissue),
        ("extendedKeyUsages", old.extended_key_usages != new.extended_key_usages, Effect::Reissue),
        ("authorityName", old.authority != new.authority, Effect::Reissue),
    ])
}

/// Who gets certificates: to add somebody takes nothing away, to leave somebody out does.
fn reach(old: &Profile, new: &Profile) -> Vec<Change> {
    let effect = |narrows| if narrows { Effect::Revoke } else { Effect::None };
    let fewer_associations = !old.associated_profiles.is_subset(&new.associated_profiles);
    let narrower_rules = new.applicability.is_some_rule();
    let (before, after) = (&old.assignments, &new.assignments);
    let fewer_targets = before.include.iter().any(|include| !after.include.contains(include))
        || after.include.iter().any(|include| include.leaves_out() && !before.include.contains(include))
        || after.exclude.iter().any(|group| !before.exclude.contains(group));
    changed([
        (
            "associatedProfiles",
            old.associated_profiles != new.associated_profiles,
            effect(fewer_associations),
        ),
        ("applicabilityRules", old.applicability != new.applicability, effect(narrower_rules)),
        ("assignments", old.assignments != new.assignments, effect(fewer_targets)),
    ])
}

fn changed<const N: usize>(rows: [Row; N]) -> Vec<Change> {
    let change = |(field, _, effect): Row| Change { field: format!("spec.{field}"), effect };
    rows.into_iter().filter(|(_, changed, _)| *changed).map(change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::fields::{
        ApplicabilityRules, Assignments, EditionRule, Fields, Filter, Include, MaxDisruption,
    };
    use crate::profile::{FilterMode, sample};
    use crate::vocabulary::{CertificateType, DeletionPolicy, KeyStorageProvider, KeyUsage, Platform};
    use std::sync::LazyLock;

    const COUNTS: Counts = Counts { assigned: 1, unassigned: 2, revoked: 3, kept: 4 };

    static URLS: LazyLock<Vec<String>> = LazyLock::new(|| vec!["https://other.example/scep".to_owned()]);
    static HOME: LazyLock<Vec<String>> = LazyLock::new(|| vec!["Home".to_owned()]);

    fn edited(change: impl FnOnce(&mut Fields<'static>)) -> Plan {
        let platform = Platform::Windows10AndLater;
        plan(Some(&sample::profile(platform, |_| {})), &sample::profile(platform, change), COUNTS)
    }

    fn effects(change: impl FnOnce(&mut Fields<'static>)) -> Vec<(String, Effect)> {
        edited(change).changes.into_iter().map(|change| (change.field, change.effect)).collect()
    }

    fn group(name: &'static str) -> Include<'static> {
        Include { group: Some(name), ..Include::default() }
    }

    #[test]
    fn a_new_profile_creates_what_it_assigns_and_takes_nothing_away() {
        let wanted = sample::profile(Platform::Ios, |_| {});
        let counts = Counts { assigned: 9, ..Counts::default() };
        let plan = plan(None, &wanted, counts);
        assert_eq!((plan.create, plan.update, plan.reissue, plan.revoke, plan.remove), (9, 0, 0, 0, 0));
        assert!(plan.changes.is_empty() && !plan.held);
    }

    #[test]
    fn the_same_profile_again_changes_no_certificate() {
        let plan = edited(|_| {});
        assert_eq!((plan.update, plan.reissue), (0, 0));
        assert!(plan.changes.is_empty());
    }

    #[test]
    fn what_a_certificate_does_not_say_is_updated_without_a_new_one() {
        let plan = edited(|fields| {
            fields.display_name = Some("Wi-Fi");
            fields.renewal_threshold_percent = Some(30);
            fields.scep_server_urls = &URLS;
            fields.suspend = Some(true);
            fields.reissue_expired = Some(false);
            fields.deletion_policy = Some(DeletionPolicy::Retain);
            fields.max_disruption = Some(MaxDisruption::Count(5));
        });
        assert_eq!((plan.update, plan.reissue), (4, 0));
        assert_eq!(plan.changes.len(), 7);
        assert!(plan.changes.iter().all(|change| change.effect == Effect::None));
    }

    #[test]
    fn what_a_certificate_says_is_issued_anew() {
        type Edit = fn(&mut Fields<'static>);
        let edits: [(&str, Edit); 8] = [
            ("spec.certificateType", |fields| fields.certificate_type = CertificateType::User),
            ("spec.subjectNameFormat", |fields| fields.subject_name_format = "CN={{DeviceName}}"),
            ("spec.validityPeriod", |fields| fields.validity_period.value = 2),
            ("spec.keyStorageProvider", |fields| {
                fields.key_storage_provider = Some(KeyStorageProvider::TpmOrFail);
            }),
            ("spec.keyUsages", |fields| fields.key_usages = &[KeyUsage::KeyEncipherment]),
            ("spec.keySize", |fields| fields.key_size = Some(4096)),
            ("spec.rootCertificateRef", |fields| fields.root_certificate_ref = "other"),
            ("spec.authorityName", |fields| fields.authority_name = Some("other")),
        ];
        for (field, edit) in edits {
            let plan = edited(edit);
            assert_eq!(plan.changes, [Change { field: field.to_owned(), effect: Effect::Reissue }]);
            assert_eq!((plan.update, plan.reissue), (0, 4), "{field}");
        }
    }

    #[test]
    fn to_write_the_default_key_size_changes_nothing() {
        assert_eq!(effects(|fields| fields.key_size = Some(2048)), []);
    }

    #[test]
    fn to_leave_somebody_out_revokes_and_to_add_somebody_does_not() {
        let assign = |include: Vec<Include<'static>>, exclude: &[&'static str]| {
            let exclude = exclude.to_vec();
            effects(move |fields| fields.assignments = Some(Assignments { include, exclude }))
        };
        let everyone = Include { all_devices: Some(true), ..Include::default() };
        let assignments = |effect| vec![("spec.assignments".to_owned(), effect)];
        assert_eq!(assign(vec![everyone, group("staff")], &[]), assignments(Effect::None));
        assert_eq!(assign(vec![group("staff")], &[]), assignments(Effect::Revoke));
        assert_eq!(assign(vec![everyone], &["guests"]), assignments(Effect::Revoke));
    }

    #[test]
    fn a_filter_that_includes_adds_and_one_that_excludes_takes_away() {
        let everyone = Include { all_devices: Some(true), ..Include::default() };
        let added = |mode| {
            let filter = Some(Filter { mode, expression: r#"(device.model -eq "X1")"# });
            let include = vec![everyone, Include { filter, ..group("staff") }];
            effects(|fields| fields.assignments = Some(Assignments { include, exclude: vec![] }))
        };
        let assignments = |effect| [("spec.assignments".to_owned(), effect)];
        assert_eq!(added(FilterMode::Include), assignments(Effect::None));
        assert_eq!(added(FilterMode::Exclude), assignments(Effect::Revoke));
    }

    #[test]
    fn a_new_applicability_rule_revokes() {
        let rule = EditionRule { mode: FilterMode::Include, editions: &HOME };
        let rules = ApplicabilityRules { os_edition: Some(rule), os_version: None };
        let found = effects(|fields| fields.applicability_rules = Some(rules));
        assert_eq!(found, [("spec.applicabilityRules".to_owned(), Effect::Revoke)]);
    }

    #[test]
    fn the_counts_of_the_caller_decide_how_many_are_lost() {
        let plan = edited(|_| {});
        assert_eq!((plan.create, plan.revoke, plan.remove), (1, 3, 2));
    }
}
