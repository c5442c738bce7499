//! A trusted root profile as it was written; [`TrustedRoot::parse`](super::TrustedRoot::parse) judges it.

use super::{Anchor, DestinationStore};
use crate::profile::fields::{ApplicabilityRules, Assignments};
use crate::vocabulary::{DeletionPolicy, Platform};

/// The `metadata.name` and the spec of a `TrustedRootProfile`.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    /// `metadata.name`.
    pub name: &'a str,
    /// `displayName`.
    pub display_name: Option<&'a str>,
    /// `platform`.
    pub platform: Platform,
    /// `certificate`.
    pub certificate: Certificate<'a>,
    /// `anchor`; absent means `SelfSigned`.
    pub anchor: Option<Anchor>,
    /// `fileName`.
    pub file_name: Option<&'a str>,
    /// `destinationStore`.
    pub destination_store: Option<DestinationStore>,
    /// `assignments`.
    pub assignments: Option<Assignments<'a>>,
    /// `applicabilityRules`.
    pub applicability_rules: Option<ApplicabilityRules<'a>>,
    /// `suspend`; absent means false.
    pub suspend: Option<bool>,
    /// `deletionPolicy`; absent means `Revoke`.
    pub deletion_policy: Option<DeletionPolicy>,
}

/// `certificate`; exactly one field is to be set (ROOT-01).
#[derive(Clone, Copy, Debug, Default)]
pub struct Certificate<'a> {
    /// `pem`.
    pub pem: Option<&'a str>,
    /// `configMapKeyRef`.
    pub config_map_key_ref: Option<ConfigMapKeyRef<'a>>,
    /// `authorityName`.
    pub authority_name: Option<&'a str>,
}

/// `certificate.configMapKeyRef`, and what the caller found there.
#[derive(Clone, Copy, Debug)]
pub struct ConfigMapKeyRef<'a> {
    /// `name`.
    pub name: &'a str,
    /// `key`.
    pub key: &'a str,
    /// The bytes, PEM or DER. `None` where the caller does not read references (admission) or found nothing.
    pub bytes: Option<&'a [u8]>,
}
