//! Lists for people and tools.

use jiff::Timestamp;
use scepter_policy::identity::{DeviceId, ObjectKey, ObjectName, UserId};
use scepter_policy::report::CertificateFacts;
use scepter_policy::vocabulary::Platform;
use serde::{Deserialize, Serialize};

/// The declared objects of one owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectList {
    /// The objects.
    pub items: Vec<ObjectKey>,
}

/// Devices of a namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceList {
    /// The devices, by id.
    pub items: Vec<DeviceRecord>,
}

/// A device in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceRecord {
    /// Its id.
    pub id: DeviceId,
    /// Its platform.
    pub platform: Platform,
    /// Its user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
}

/// Certificates of a namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateList {
    /// The certificates, newest first.
    pub items: Vec<CertificateRecord>,
}

/// A certificate in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CertificateRecord {
    /// Serial number, lower-case hex.
    pub serial_number: String,
    /// The profile.
    pub profile: ObjectName,
    /// The device.
    pub device: DeviceId,
    /// When it begins.
    pub not_before: Timestamp,
    /// When it ends.
    pub not_after: Timestamp,
    /// When it was revoked, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// The certificate, DER as base64.
    #[serde(with = "crate::document::base64_bytes")]
    pub certificate: Vec<u8>,
}

/// The issuer's authorities.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorityList {
    /// The authorities.
    pub items: Vec<AuthorityRecord>,
}

/// An authority in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthorityRecord {
    /// Its name.
    pub name: String,
    /// Where devices reach it.
    pub public_urls: Vec<String>,
    /// The name of its CA that issues, under which CRL and OCSP are published.
    pub ca: String,
    /// That CA's certificate.
    pub certificate: CertificateFacts,
    /// The root that anchors it, DER as base64.
    #[serde(with = "crate::document::base64_bytes")]
    pub root: Vec<u8>,
    /// When the certificates of its RA end, the first of them.
    pub registration_authority_not_after: Timestamp,
    /// The CA that follows, while its time is still to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<NextCaRecord>,
}

/// The CA that follows an authority's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NextCaRecord {
    /// Its name.
    pub ca: String,
    /// From when it issues.
    pub from: Timestamp,
    /// Its certificate.
    pub certificate: CertificateFacts,
    /// The root that anchors it, DER as base64; devices are to have it by then.
    #[serde(with = "crate::document::base64_bytes")]
    pub root: Vec<u8>,
}
