//! Certificates and trusted root profiles for tests.

use jiff::Timestamp;

use super::fields::{Certificate, Fields};
use super::{DestinationStore, TrustedRoot, certificate};
use crate::profile::fields::{Assignments, Include};
use crate::vocabulary::Platform;

/// A self-signed root, `CN=Acme Root,O=Acme`, current until 2046.
pub(crate) const ROOT: &str = include_str!("../../tests/certificates/root.pem");
/// Another self-signed root of the same name.
pub(crate) const NAMESAKE: &str = include_str!("../../tests/certificates/namesake.pem");
/// An issuing CA below [`ROOT`].
pub(crate) const INTERMEDIATE: &str = include_str!("../../tests/certificates/intermediate.pem");
/// A device certificate below [`ROOT`].
pub(crate) const LEAF: &str = include_str!("../../tests/certificates/leaf.pem");
/// A root signed with SHA-1.
pub(crate) const SHA1: &str = include_str!("../../tests/certificates/sha1.pem");
/// A root signed with RSASSA-PSS.
pub(crate) const PSS: &str = include_str!("../../tests/certificates/pss.pem");

/// The DER of a PEM certificate.
pub(crate) fn der(pem: &str) -> Vec<u8> {
    certificate::from_pem(pem).unwrap()
}

/// A moment at which all of them are current.
pub(crate) fn now() -> Timestamp {
    "2030-01-01T00:00:00Z".parse().unwrap()
}

/// Fields that are right on the platform and break no rule: the root for all devices.
pub(crate) fn fields(platform: Platform) -> Fields<'static> {
    Fields {
        name: "acme-root",
        display_name: None,
        platform,
        certificate: Certificate { pem: Some(ROOT), ..Certificate::default() },
        anchor: None,
        file_name: None,
        destination_store: platform.is_windows().then_some(DestinationStore::ComputerRoot),
        assignments: Some(Assignments {
            include: vec![Include { all_devices: Some(true), ..Include::default() }],
            exclude: vec![],
        }),
        applicability_rules: None,
        suspend: None,
        deletion_policy: None,
    }
}

/// The parsed profile of fields that `change` may alter without breaking a rule.
pub(crate) fn root(platform: Platform, change: impl FnOnce(&mut Fields<'static>)) -> TrustedRoot {
    let mut fields = fields(platform);
    change(&mut fields);
    TrustedRoot::parse(&fields, now()).map(|(root, _)| root).unwrap()
}
