//! A parsed SCEP profile: every value checked, every default filled in. Parsing is validation.

pub mod fields;
mod parse;
#[cfg(test)]
pub(crate) mod sample;

use std::collections::BTreeSet;

pub use fields::Fields;
use jiff::Timestamp;

use crate::assign::Aim;
use crate::filter::Filter;
use crate::identity::{Association, AuthorityName, GroupId, ObjectName};
use crate::name::Oid;
use crate::san::SanTemplate;
use crate::vocabulary::{
    CertificateType, DeletionPolicy, HashAlgorithm, KeySize, KeyStorageProvider, KeyUsage, Platform,
    ValidityUnit,
};

/// A validity period, at most 24 months (VAL-02).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Validity {
    /// How many units; at least 1.
    pub value: u32,
    /// The unit.
    pub unit: ValidityUnit,
}

/// An extended key usage with the name that people gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtendedKeyUsage {
    /// The name, such as `Client Authentication`.
    pub name: String,
    /// The OID.
    pub oid: Oid,
}

crate::vocabulary::vocabulary! {
    /// Who lets an app use the certificate.
    AccessMode {
        /// The user, for each app.
        UserApproval = "UserApproval",
        /// Nobody is asked for the listed apps.
        GrantSilently = "GrantSilently",
    }
}

/// How apps get at the certificate (Android Enterprise corporate; ACC-01).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CertificateAccess {
    /// The user approves each app's use.
    #[default]
    UserApproval,
    /// These apps use it silently; 1 to 50 package ids.
    GrantSilently(BTreeSet<String>),
}

/// One include target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Include {
    /// Whom it names.
    pub target: Target,
    /// The filter that narrows it.
    pub filter: Option<AssignmentFilter>,
}

impl Include {
    /// Whether its filter takes devices away from other targets too: one of mode `Exclude` does (ASG-12).
    pub fn leaves_out(&self) -> bool {
        self.filter.as_ref().is_some_and(|filter| filter.mode == FilterMode::Exclude)
    }
}

/// Whom an assignment names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// The members of a group; whether users or devices, the inventory says.
    Group(GroupId),
    /// Every user of the tenant.
    AllUsers,
    /// Every device of the tenant.
    AllDevices,
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Group(group) => write!(f, "group {group}"),
            Self::AllUsers => f.write_str("all users"),
            Self::AllDevices => f.write_str("all devices"),
        }
    }
}

/// A filter on an include target (ASG-11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignmentFilter {
    /// Whether a match applies or withholds the profile.
    pub mode: FilterMode,
    /// The devices that it matches (ASG-13).
    pub expression: Filter,
}

crate::vocabulary::vocabulary! {
    /// What a filter's match, or an applicability rule's match, means.
    FilterMode {
        /// Matching devices get the profile.
        Include = "Include",
        /// Matching devices do not.
        Exclude = "Exclude",
    }
}

/// Who gets a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assignments {
    /// Targets; none means nobody (ASG-02).
    pub include: Vec<Include>,
    /// Groups that are left out, within their own kind (ASG-03, ASG-04): each once, in the order of the object.
    pub exclude: Vec<GroupId>,
}

/// Applicability rules; Windows 10 and later only (APP-01). Both must hold (APP-06).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applicability {
    /// By edition.
    pub os_edition: Option<EditionRule>,
    /// By version, bounds inclusive.
    pub os_version: Option<VersionRule>,
}

impl Applicability {
    /// Whether any rule leaves devices out.
    pub const fn is_some_rule(&self) -> bool {
        self.os_edition.is_some() || self.os_version.is_some()
    }
}

/// An edition rule (APP-04).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditionRule {
    /// Whether listed editions get the profile or not.
    pub mode: FilterMode,
    /// The editions.
    pub editions: BTreeSet<String>,
}

/// A version rule (APP-03).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRule {
    /// Whether versions in the range get the profile or not.
    pub mode: FilterMode,
    /// The lowest version in the range.
    pub min: [u32; 4],
    /// The highest version in the range.
    pub max: [u32; 4],
}

crate::vocabulary::vocabulary! {
    /// The kinds of profile that a SCEP profile can be associated with.
    AssociationKind {
        /// A Wi-Fi profile.
        WiFi = "WiFi",
        /// A VPN profile; refused on Android AOSP (PLT-07).
        Vpn = "VPN",
    }
}

/// A Wi-Fi or VPN profile that uses this profile's certificate (LIF-04).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssociatedProfile {
    /// Its kind.
    pub kind: AssociationKind,
    /// Its name.
    pub name: String,
}

/// How much a change may take away before it waits for approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisruptionBudget {
    /// Per cent of the live certificates, 0 to 100.
    Percent(u8),
    /// A number of certificates.
    Count(u32),
}

/// A profile that can be served. Made only by parsing; holding one means that every object rule was satisfied.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Profile {
    /// The object's name in its namespace.
    pub name: ObjectName,
    /// The name that people see.
    pub display_name: String,
    /// The platform (PLT-01).
    pub platform: Platform,
    /// User or device certificate.
    pub certificate_type: CertificateType,
    /// The subject name.
    pub subject: crate::name::SubjectTemplate,
    /// The subject alternative names, in order.
    pub subject_alternative_names: Vec<SanTemplate>,
    /// The validity period.
    pub validity: Validity,
    /// Where Windows keeps the key.
    pub key_storage_provider: Option<KeyStorageProvider>,
    /// The key usages; at least one (KU-01).
    pub key_usages: BTreeSet<KeyUsage>,
    /// The key size, when configured; see [`Profile::effective_key_size`].
    pub key_size: Option<KeySize>,
    /// The hashes that a device may sign with; empty on Apple platforms (HSH-01).
    pub hash_algorithms: BTreeSet<HashAlgorithm>,
    /// The `TrustedRootProfile` that anchors the authority (ROOT-07).
    pub root: ObjectName,
    /// The extended key usages, in order; at least one.
    pub extended_key_usages: Vec<ExtendedKeyUsage>,
    /// Per cent of the lifetime that remains when renewal begins, 1 to 99 (RNW-01).
    pub renewal_threshold_percent: u8,
    /// Where the issuer is reached, in order; at least one (URL-01).
    pub scep_server_urls: Vec<String>,
    /// How apps get at the certificate.
    pub certificate_access: CertificateAccess,
    /// Wi-Fi and VPN profiles that use the certificate.
    pub associated_profiles: BTreeSet<AssociatedProfile>,
    /// Windows applicability rules.
    pub applicability: Applicability,
    /// Who gets it.
    pub assignments: Assignments,
    /// The authority that issues.
    pub authority: AuthorityName,
    /// Whether an expired Apple certificate is requested again (RNW-04).
    pub reissue_expired: bool,
    /// Judged and reported, but nothing changed.
    pub suspend: bool,
    /// What deletion does to certificates.
    pub deletion_policy: DeletionPolicy,
    /// How much an edit may take away.
    pub max_disruption: DisruptionBudget,
}

impl Profile {
    /// Which certificates a device gets: the profile's own, and on Apple platforms one more for each associated profile
    /// (LIF-04).
    pub fn associations(&self) -> impl Iterator<Item = Association> {
        let more = self.associated_profiles.iter().filter(|_| self.platform.is_apple());
        let more = more.map(|associated| match associated.kind {
            AssociationKind::WiFi => Association::WiFi(associated.name.clone()),
            AssociationKind::Vpn => Association::Vpn(associated.name.clone()),
        });
        std::iter::once(Association::Own).chain(more)
    }

    /// The key size that a device is asked for: 2048 bits where nothing is configured (KEY-05).
    pub fn effective_key_size(&self) -> KeySize {
        self.key_size.unwrap_or(KeySize::Bits2048)
    }

    /// When renewal of a certificate begins: when that many per cent of its lifetime remain (RNW-02).
    pub fn renewal_begins(&self, not_before: Timestamp, not_after: Timestamp) -> Timestamp {
        let remaining =
            not_after.duration_since(not_before) / 100 * i32::from(self.renewal_threshold_percent);
        not_after.saturating_sub(remaining).unwrap_or(not_before)
    }

    /// What deciding who is assigned needs of this profile.
    pub fn aim(&self) -> Aim<'_> {
        Aim { platform: self.platform, assignments: &self.assignments, applicability: &self.applicability }
    }
}
