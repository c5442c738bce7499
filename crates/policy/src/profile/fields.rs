//! A SCEP profile as it was written: borrowed, optional where the API is optional, integers raw.
//!
//! Names and nesting follow `ScepProfile.spec`; [`Profile::parse`](super::Profile::parse) turns this into a profile.

use super::{AccessMode, AssociationKind, FilterMode};
use crate::vocabulary::{
    CertificateType, DeletionPolicy, HashAlgorithm, KeyStorageProvider, KeyUsage, Platform, SanType,
    ValidityUnit,
};

/// The `metadata.name` and the spec of a `ScepProfile`.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    /// `metadata.name`.
    pub name: &'a str,
    /// `displayName`.
    pub display_name: Option<&'a str>,
    /// `platform`.
    pub platform: Platform,
    /// `certificateType`.
    pub certificate_type: CertificateType,
    /// `subjectNameFormat`.
    pub subject_name_format: &'a str,
    /// `subjectAlternativeNames`, in order.
    pub subject_alternative_names: Vec<SubjectAlternativeName<'a>>,
    /// `validityPeriod`.
    pub validity_period: ValidityPeriod,
    /// `keyStorageProvider`.
    pub key_storage_provider: Option<KeyStorageProvider>,
    /// `keyUsages`.
    pub key_usages: &'a [KeyUsage],
    /// `keySize`, in bits.
    pub key_size: Option<i32>,
    /// `hashAlgorithms`; `None` where the field is absent.
    pub hash_algorithms: Option<&'a [HashAlgorithm]>,
    /// `rootCertificateRef.name`.
    pub root_certificate_ref: &'a str,
    /// `extendedKeyUsages`, in order.
    pub extended_key_usages: Vec<ExtendedKeyUsage<'a>>,
    /// `renewalThresholdPercent`.
    pub renewal_threshold_percent: Option<i32>,
    /// `scepServerURLs`, in order.
    pub scep_server_urls: &'a [String],
    /// `certificateAccess`.
    pub certificate_access: Option<CertificateAccess<'a>>,
    /// `associatedProfiles`.
    pub associated_profiles: Vec<AssociatedProfile<'a>>,
    /// `applicabilityRules`.
    pub applicability_rules: Option<ApplicabilityRules<'a>>,
    /// `assignments`.
    pub assignments: Option<Assignments<'a>>,
    /// `authorityName`; absent means `default`.
    pub authority_name: Option<&'a str>,
    /// `reissueExpired`; absent means true.
    pub reissue_expired: Option<bool>,
    /// `suspend`; absent means false.
    pub suspend: Option<bool>,
    /// `deletionPolicy`; absent means `Revoke`.
    pub deletion_policy: Option<DeletionPolicy>,
    /// `maxDisruption`; absent means 100 %.
    pub max_disruption: Option<MaxDisruption<'a>>,
}

/// An element of `subjectAlternativeNames`.
#[derive(Clone, Copy, Debug)]
pub struct SubjectAlternativeName<'a> {
    /// `type`.
    pub kind: SanType,
    /// `value`.
    pub value: &'a str,
}

/// `validityPeriod`.
#[derive(Clone, Copy, Debug)]
pub struct ValidityPeriod {
    /// `value`.
    pub value: i32,
    /// `unit`.
    pub unit: ValidityUnit,
}

/// An element of `extendedKeyUsages`.
#[derive(Clone, Copy, Debug)]
pub struct ExtendedKeyUsage<'a> {
    /// `name`.
    pub name: &'a str,
    /// `oid`, dotted.
    pub oid: &'a str,
}

/// `certificateAccess`.
#[derive(Clone, Copy, Debug)]
pub struct CertificateAccess<'a> {
    /// `mode`.
    pub mode: AccessMode,
    /// `apps`.
    pub apps: &'a [String],
}

/// An element of `associatedProfiles`.
#[derive(Clone, Copy, Debug)]
pub struct AssociatedProfile<'a> {
    /// `kind`.
    pub kind: AssociationKind,
    /// `name`.
    pub name: &'a str,
}

/// `applicabilityRules`.
#[derive(Clone, Copy, Debug)]
pub struct ApplicabilityRules<'a> {
    /// `osEdition`.
    pub os_edition: Option<EditionRule<'a>>,
    /// `osVersion`.
    pub os_version: Option<VersionRule<'a>>,
}

/// `applicabilityRules.osEdition`.
#[derive(Clone, Copy, Debug)]
pub struct EditionRule<'a> {
    /// `match`.
    pub mode: FilterMode,
    /// `editions`.
    pub editions: &'a [String],
}

/// `applicabilityRules.osVersion`.
#[derive(Clone, Copy, Debug)]
pub struct VersionRule<'a> {
    /// `match`.
    pub mode: FilterMode,
    /// `min`.
    pub min: &'a str,
    /// `max`.
    pub max: &'a str,
}

/// `assignments`.
#[derive(Clone, Debug, Default)]
pub struct Assignments<'a> {
    /// `include`.
    pub include: Vec<Include<'a>>,
    /// `exclude[*].group`.
    pub exclude: Vec<&'a str>,
}

/// An element of `assignments.include`; exactly one of its first three fields is to be set (ASG-01).
#[derive(Clone, Copy, Debug, Default)]
pub struct Include<'a> {
    /// `group`.
    pub group: Option<&'a str>,
    /// `allUsers`.
    pub all_users: Option<bool>,
    /// `allDevices`.
    pub all_devices: Option<bool>,
    /// `filter`.
    pub filter: Option<Filter<'a>>,
}

/// `assignments.include[*].filter`.
#[derive(Clone, Copy, Debug)]
pub struct Filter<'a> {
    /// `mode`.
    pub mode: FilterMode,
    /// `expression`.
    pub expression: &'a str,
}

/// `maxDisruption`: an integer or a text such as `25%`.
#[derive(Clone, Copy, Debug)]
pub enum MaxDisruption<'a> {
    /// A number of certificates.
    Count(i32),
    /// A text; right when it is a percentage.
    Text(&'a str),
}
