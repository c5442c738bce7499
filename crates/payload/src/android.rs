//! JSON for an Android agent (policy-rules §11.3). Android has no SCEP of its own: an agent with the right to install
//! certificates reads this, asks, and installs. The names are those that Intune's agent reads, in JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use scepter_policy::profile::{
    AccessMode, AssociatedProfile, AssociationKind, CertificateAccess, ExtendedKeyUsage, Profile,
};
use scepter_policy::san::GeneralName;
use scepter_policy::vocabulary::ValidityUnit;
use serde::Serialize;

use crate::identifiers::Identifiers;
use crate::{ContentType, Delivery, Payload, RenderError, Root, codes, thumbprint};

/// The root and the request.
pub(crate) fn render(delivery: &Delivery<'_>) -> Result<Payload, RenderError> {
    let identifiers = Identifiers::of(delivery.key);
    written(&Document {
        root: AndroidRoot::new(&delivery.root, &identifiers),
        enroll: Some(Enroll::new(delivery, &identifiers)),
    })
}

/// The root alone.
pub(crate) fn render_root(root: &Root<'_>, identifiers: &Identifiers) -> Result<Payload, RenderError> {
    written(&Document { root: AndroidRoot::new(root, identifiers), enroll: None })
}

fn written(document: &Document) -> Result<Payload, RenderError> {
    let body =
        serde_json::to_string_pretty(document).map_err(|error| RenderError::Writer(error.to_string()))?;
    Ok(Payload { content_type: ContentType::Json, body: body + "\n" })
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    root: AndroidRoot,
    #[serde(skip_serializing_if = "Option::is_none")]
    enroll: Option<Enroll>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AndroidRoot {
    id: String,
    display_name: String,
    file_name: String,
    encoded_certificate: String,
}

impl AndroidRoot {
    fn new(root: &Root<'_>, identifiers: &Identifiers) -> Self {
        Self {
            id: identifiers.root.hyphenated().to_string(),
            display_name: root.profile.display_name.clone(),
            file_name: root.file_name(),
            encoded_certificate: STANDARD.encode(root.certificate),
        }
    }
}

/// One certificate to ask for and to install.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Enroll {
    /// Names the key pair on the device, renewal after renewal.
    alias: String,
    display_name: String,
    configuration_parameters: ConfigurationParameters,
    request_parameters: RequestParameters,
    stores: Vec<Store>,
    certificate_access: Access,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    associated_profiles: Vec<Associated>,
}

/// What the profile says, the same on every device.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ConfigurationParameters {
    /// Per cent of the lifetime that remain when the agent renews.
    expiration_threshold: u8,
    key_usage: u32,
    key_length: u32,
    hash_algorithms: Vec<&'static str>,
    /// The whole list: the agent draws one and stays with it (URL-07).
    #[serde(rename = "NDESUrls")]
    urls: Vec<String>,
    #[serde(rename = "CAThumbprint")]
    ca_thumbprint: String,
    validity_period: u32,
    validity_period_unit: ValidityUnit,
    #[serde(rename = "EKUMapping")]
    extended_key_usages: Vec<Usage>,
}

#[derive(Serialize)]
struct Usage {
    #[serde(rename = "EKUName")]
    name: String,
    #[serde(rename = "EKUOID")]
    oid: String,
}

/// What this device is asked for.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct RequestParameters {
    /// The challenge password.
    certificate_request_token: String,
    subject_name: String,
    #[serde(rename = "SANs")]
    subject_alternative_names: Vec<AlternativeName>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AlternativeName {
    alt_name_type: u32,
    value: String,
}

/// Where the certificate is installed (FLD-05).
#[derive(Serialize)]
enum Store {
    /// For VPN and apps.
    VpnAndApps,
    /// For Wi-Fi, which only a Wi-Fi profile's certificate needs.
    WiFi,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Access {
    mode: AccessMode,
    /// What `ChoosePrivateKeyRule` and `grantKeyPairToApp` take.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    package_names: Vec<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Associated {
    kind: AssociationKind,
    name: String,
}

impl Enroll {
    fn new(delivery: &Delivery<'_>, identifiers: &Identifiers) -> Self {
        Self {
            alias: identifiers.certificate.hyphenated().to_string(),
            display_name: delivery.display_name(),
            configuration_parameters: ConfigurationParameters::new(delivery),
            request_parameters: RequestParameters::new(delivery),
            stores: stores(delivery.profile),
            certificate_access: Access::new(&delivery.profile.certificate_access),
            associated_profiles: delivery.profile.associated_profiles.iter().map(Associated::from).collect(),
        }
    }
}

impl ConfigurationParameters {
    fn new(delivery: &Delivery<'_>) -> Self {
        let Delivery { profile, request, root, urls, .. } = delivery;
        Self {
            expiration_threshold: profile.renewal_threshold_percent,
            key_usage: codes::key_usage(&request.key_usages),
            key_length: request.key_size.bits(),
            hash_algorithms: request.hash_algorithms.iter().map(|hash| codes::hash_family(*hash)).collect(),
            urls: urls.all().to_vec(),
            ca_thumbprint: thumbprint::sha1_hex(root.certificate),
            validity_period: request.validity.value,
            validity_period_unit: request.validity.unit,
            extended_key_usages: profile.extended_key_usages.iter().map(Usage::from).collect(),
        }
    }
}

impl From<&ExtendedKeyUsage> for Usage {
    fn from(usage: &ExtendedKeyUsage) -> Self {
        Self { name: usage.name.clone(), oid: usage.oid.to_string() }
    }
}

impl From<&AssociatedProfile> for Associated {
    fn from(profile: &AssociatedProfile) -> Self {
        Self { kind: profile.kind, name: profile.name.clone() }
    }
}

impl RequestParameters {
    fn new(delivery: &Delivery<'_>) -> Self {
        let names = &delivery.request.subject_alternative_names;
        Self {
            certificate_request_token: delivery.challenge.to_owned(),
            subject_name: delivery.request.subject.to_string(),
            subject_alternative_names: names.iter().map(AlternativeName::from).collect(),
        }
    }
}

impl From<&GeneralName> for AlternativeName {
    fn from(name: &GeneralName) -> Self {
        Self { alt_name_type: codes::alternative_name_type(name.kind()), value: name.value().to_owned() }
    }
}

impl Access {
    fn new(access: &CertificateAccess) -> Self {
        match access {
            CertificateAccess::UserApproval => {
                Self { mode: AccessMode::UserApproval, package_names: Vec::new() }
            }
            CertificateAccess::GrantSilently(apps) => {
                Self { mode: AccessMode::GrantSilently, package_names: apps.iter().cloned().collect() }
            }
        }
    }
}

fn stores(profile: &Profile) -> Vec<Store> {
    let for_wifi = profile.associated_profiles.iter().any(|other| other.kind == AssociationKind::WiFi);
    if for_wifi { vec![Store::VpnAndApps, Store::WiFi] } else { vec![Store::VpnAndApps] }
}
