//! From the wire to policy: a spec lends its fields, policy parses them.

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use kube::Resource;
use scepter_policy::diagnostics::Diagnostics;
use scepter_policy::profile::{Profile, fields as profile};
use scepter_policy::root::{TrustedRoot, fields as root};

use super::assignments::{ApplicabilityRules, Assignments, Include};
use super::{ScepProfile, TrustedRootProfile};

impl ScepProfile {
    /// Judges the profile by every rule of the object scope. `Ok` carries the warnings, `Err` every finding.
    pub fn parse(&self) -> Result<(Profile, Diagnostics), Diagnostics> {
        Profile::parse(&self.into())
    }
}

impl TrustedRootProfile {
    /// Judges the profile by every rule of the object scope. `referenced` is what `configMapKeyRef` names, where it
    /// was read; `now` decides whether the certificate has expired. `Ok` carries the warnings, `Err` every finding.
    pub fn parse(
        &self,
        referenced: Option<&[u8]>,
        now: Timestamp,
    ) -> Result<(TrustedRoot, Diagnostics), Diagnostics> {
        TrustedRoot::parse(&self.fields(referenced), now)
    }

    fn fields<'a>(&'a self, referenced: Option<&'a [u8]>) -> root::Fields<'a> {
        let spec = &self.spec;
        root::Fields {
            name: name(self),
            display_name: spec.display_name.as_deref(),
            platform: spec.platform,
            certificate: root::Certificate {
                pem: spec.certificate.pem.as_deref(),
                config_map_key_ref: spec.certificate.config_map_key_ref.as_ref().map(|reference| {
                    root::ConfigMapKeyRef { name: &reference.name, key: &reference.key, bytes: referenced }
                }),
                authority_name: spec.certificate.authority_name.as_deref(),
            },
            anchor: Some(spec.anchor),
            file_name: spec.file_name.as_deref(),
            destination_store: spec.destination_store,
            assignments: spec.assignments.as_ref().map(Into::into),
            applicability_rules: spec.applicability_rules.as_ref().map(Into::into),
            suspend: Some(spec.suspend),
            deletion_policy: Some(spec.deletion_policy),
        }
    }
}

impl<'a> From<&'a ScepProfile> for profile::Fields<'a> {
    fn from(object: &'a ScepProfile) -> Self {
        let spec = &object.spec;
        Self {
            name: name(object),
            display_name: spec.display_name.as_deref(),
            platform: spec.platform,
            certificate_type: spec.certificate_type,
            subject_name_format: &spec.subject_name_format,
            subject_alternative_names: spec
                .subject_alternative_names
                .iter()
                .map(|san| profile::SubjectAlternativeName { kind: san.kind, value: &san.value })
                .collect(),
            validity_period: profile::ValidityPeriod {
                value: spec.validity_period.value,
                unit: spec.validity_period.unit,
            },
            key_storage_provider: spec.key_storage_provider,
            key_usages: &spec.key_usages,
            key_size: spec.key_size,
            hash_algorithms: spec.hash_algorithms.as_deref(),
            root_certificate_ref: &spec.root_certificate_ref.name,
            extended_key_usages: spec
                .extended_key_usages
                .iter()
                .map(|usage| profile::ExtendedKeyUsage { name: &usage.name, oid: &usage.oid })
                .collect(),
            renewal_threshold_percent: Some(spec.renewal_threshold_percent),
            scep_server_urls: &spec.scep_server_urls,
            certificate_access: spec
                .certificate_access
                .as_ref()
                .map(|access| profile::CertificateAccess { mode: access.mode, apps: &access.apps }),
            associated_profiles: spec
                .associated_profiles
                .iter()
                .map(|associated| profile::AssociatedProfile {
                    kind: associated.kind,
                    name: &associated.name,
                })
                .collect(),
            applicability_rules: spec.applicability_rules.as_ref().map(Into::into),
            assignments: spec.assignments.as_ref().map(Into::into),
            authority_name: Some(&spec.authority_name),
            reissue_expired: Some(spec.reissue_expired),
            suspend: Some(spec.suspend),
            deletion_policy: Some(spec.deletion_policy),
            max_disruption: spec.max_disruption.as_ref().map(disruption),
        }
    }
}

fn name<K: Resource>(object: &K) -> &str {
    object.meta().name.as_deref().unwrap_or_default()
}

fn disruption(budget: &IntOrString) -> profile::MaxDisruption<'_> {
    match budget {
        IntOrString::Int(count) => profile::MaxDisruption::Count(*count),
        IntOrString::String(text) => profile::MaxDisruption::Text(text),
    }
}

impl<'a> From<&'a Assignments> for profile::Assignments<'a> {
    fn from(assignments: &'a Assignments) -> Self {
        Self {
            include: assignments.include.iter().map(Into::into).collect(),
            exclude: assignments.exclude.iter().map(|excluded| excluded.group.as_str()).collect(),
        }
    }
}

impl<'a> From<&'a Include> for profile::Include<'a> {
    fn from(include: &'a Include) -> Self {
        Self {
            group: include.group.as_deref(),
            all_users: include.all_users,
            all_devices: include.all_devices,
            filter: include
                .filter
                .as_ref()
                .map(|filter| profile::Filter { mode: filter.mode, expression: &filter.expression }),
        }
    }
}

impl<'a> From<&'a ApplicabilityRules> for profile::ApplicabilityRules<'a> {
    fn from(rules: &'a ApplicabilityRules) -> Self {
        Self {
            os_edition: rules
                .os_edition
                .as_ref()
                .map(|rule| profile::EditionRule { mode: rule.mode, editions: &rule.editions }),
            os_version: rules.os_version.as_ref().map(|rule| profile::VersionRule {
                mode: rule.mode,
                min: &rule.min,
                max: &rule.max,
            }),
        }
    }
}
