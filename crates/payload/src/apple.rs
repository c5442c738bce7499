//! Apple configuration profiles: `com.apple.security.root` and `com.apple.security.scep` (policy-rules §11.2).

use std::collections::BTreeSet;

use plist::Data;
use scepter_policy::name::{Attribute, AttributeType, DistinguishedName};
use scepter_policy::san::GeneralName;
use scepter_policy::vocabulary::{KeyUsage, Platform, SanType};
use serde::Serialize;
use uuid::Uuid;

use crate::identifiers::Identifiers;
use crate::{ContentType, Delivery, Payload, RenderError, Root, thumbprint, xml};

/// The root first, then the request.
pub(crate) fn render(delivery: &Delivery<'_>) -> Result<Payload, RenderError> {
    let identifiers = Identifiers::of(delivery.key);
    let root = Content::root(&delivery.root, &identifiers);
    let scep = Content::scep(delivery, &identifiers)?;
    let content = vec![root, scep];
    configuration(delivery.profile.platform, &identifiers, delivery.display_name(), content)
}

/// The root alone.
pub(crate) fn render_root(root: &Root<'_>, identifiers: &Identifiers) -> Result<Payload, RenderError> {
    let content = vec![Content::root(root, identifiers)];
    configuration(root.profile.platform, identifiers, root.profile.display_name.clone(), content)
}

fn configuration(
    platform: Platform,
    identifiers: &Identifiers,
    display_name: String,
    payload_content: Vec<Content>,
) -> Result<Payload, RenderError> {
    let configuration = Configuration {
        header: Header::new("Configuration", identifiers.document, display_name),
        payload_scope: if platform == Platform::Macos { Scope::System } else { Scope::Unsaid },
        payload_content,
    };
    let mut document = Vec::new();
    plist::to_writer_xml(&mut document, &configuration).map_err(unwritten)?;
    let body = xml::carried(String::from_utf8(document).map_err(unwritten)?)?;
    Ok(Payload { content_type: ContentType::ConfigurationProfile, body })
}

fn unwritten(error: impl std::fmt::Display) -> RenderError {
    RenderError::Writer(error.to_string())
}

/// A configuration profile.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Configuration {
    #[serde(flatten)]
    header: Header,
    #[serde(skip_serializing_if = "Scope::is_unsaid")]
    payload_scope: Scope,
    payload_content: Vec<Content>,
}

/// For whom a profile is installed.
#[derive(PartialEq, Eq, Serialize)]
enum Scope {
    /// Nobody asks: there is one user.
    Unsaid,
    /// The Mac: certificates always go to the system keychain (FLD-04).
    System,
}

impl Scope {
    fn is_unsaid(&self) -> bool {
        *self == Self::Unsaid
    }
}

/// What every payload, and the profile itself, says of itself.
#[derive(Serialize)]
struct Header {
    #[serde(rename = "PayloadType")]
    kind: &'static str,
    #[serde(rename = "PayloadVersion")]
    version: u32,
    #[serde(rename = "PayloadIdentifier")]
    identifier: String,
    #[serde(rename = "PayloadUUID")]
    uuid: String,
    #[serde(rename = "PayloadDisplayName")]
    display_name: String,
}

impl Header {
    /// A device replaces a profile by one of the same identifier, so the identifier is as unique as the UUID.
    fn new(kind: &'static str, uuid: Uuid, display_name: String) -> Self {
        let uuid = uuid.hyphenated().to_string().to_uppercase();
        Self { kind, version: 1, identifier: format!("dev.scepter.{uuid}"), uuid, display_name }
    }
}

/// A payload in a profile.
#[derive(Serialize)]
#[serde(untagged)]
enum Content {
    Root(RootContent),
    Scep(Box<ScepContent>),
}

/// `com.apple.security.root`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct RootContent {
    #[serde(flatten)]
    header: Header,
    payload_certificate_file_name: String,
    payload_content: Data,
}

/// `com.apple.security.scep`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ScepContent {
    #[serde(flatten)]
    header: Header,
    payload_content: Scep,
}

impl Content {
    fn root(root: &Root<'_>, identifiers: &Identifiers) -> Self {
        let display_name = root.profile.display_name.clone();
        Self::Root(RootContent {
            header: Header::new("com.apple.security.root", identifiers.root, display_name),
            payload_certificate_file_name: root.file_name(),
            payload_content: Data::new(root.certificate.to_vec()),
        })
    }

    fn scep(delivery: &Delivery<'_>, identifiers: &Identifiers) -> Result<Self, RenderError> {
        let header = Header::new("com.apple.security.scep", identifiers.certificate, delivery.display_name());
        Ok(Self::Scep(Box::new(ScepContent { header, payload_content: Scep::new(delivery)? })))
    }
}

/// The dictionary of the SCEP payload. It has no key for usages, validity, renewal or hashes: the issuer sees to those.
#[derive(Serialize)]
struct Scep {
    #[serde(rename = "URL")]
    url: String,
    #[serde(rename = "Name")]
    name: String,
    #[serde(rename = "Subject")]
    subject: Vec<Vec<[String; 2]>>,
    #[serde(rename = "SubjectAltName", skip_serializing_if = "AlternativeNames::is_empty")]
    alternative_names: AlternativeNames,
    #[serde(rename = "Challenge")]
    challenge: String,
    #[serde(rename = "Keysize")]
    key_size: u32,
    #[serde(rename = "Key Type")]
    key_type: &'static str,
    #[serde(rename = "Key Usage")]
    key_usage: u32,
    #[serde(rename = "CAFingerprint")]
    ca_fingerprint: Data,
    /// Only macOS lets a key be taken out of its keychain, and by default does.
    #[serde(rename = "KeyIsExtractable", skip_serializing_if = "Option::is_none")]
    key_is_extractable: Option<bool>,
}

impl Scep {
    fn new(delivery: &Delivery<'_>) -> Result<Self, RenderError> {
        let Delivery { profile, request, root, urls, challenge, .. } = delivery;
        Ok(Self {
            url: urls.first()?.to_owned(),
            name: profile.authority.to_string(),
            subject: subject(&request.subject),
            alternative_names: AlternativeNames::new(&request.subject_alternative_names),
            challenge: (*challenge).to_owned(),
            key_size: request.key_size.bits(),
            key_type: "RSA",
            key_usage: key_usage(&request.key_usages),
            ca_fingerprint: Data::new(thumbprint::sha1(root.certificate)),
            key_is_extractable: (profile.platform == Platform::Macos).then_some(false),
        })
    }
}

/// An array of relative names, each an array of pairs: more than one where it has more than one attribute.
fn subject(name: &DistinguishedName) -> Vec<Vec<[String; 2]>> {
    let pair = |attribute: &Attribute| [key(attribute.kind), attribute.value.clone()];
    name.rdns.iter().map(|rdn| rdn.attributes.iter().map(pair).collect()).collect()
}

/// The keys that the payload knows; all others are dotted.
fn key(kind: AttributeType) -> String {
    match kind {
        AttributeType::CommonName
        | AttributeType::Organization
        | AttributeType::OrganizationalUnit
        | AttributeType::Locality
        | AttributeType::StateOrProvince
        | AttributeType::Country => kind.to_string(),
        AttributeType::Email
        | AttributeType::Street
        | AttributeType::Title
        | AttributeType::GivenName
        | AttributeType::Initials
        | AttributeType::Surname
        | AttributeType::DomainComponent
        | AttributeType::Other(_) => kind.oid().to_string(),
    }
}

fn key_usage(usages: &BTreeSet<KeyUsage>) -> u32 {
    let bit = |usage: &KeyUsage| match usage {
        KeyUsage::DigitalSignature => 1,
        KeyUsage::KeyEncipherment => 4,
    };
    usages.iter().map(bit).sum()
}

/// The names by kind.
#[derive(Serialize)]
struct AlternativeNames {
    #[serde(rename = "rfc822Name", skip_serializing_if = "Names::is_empty")]
    email: Names,
    #[serde(rename = "dNSName", skip_serializing_if = "Names::is_empty")]
    dns: Names,
    #[serde(rename = "uniformResourceIdentifier", skip_serializing_if = "Names::is_empty")]
    uri: Names,
    #[serde(rename = "ntPrincipalName", skip_serializing_if = "Names::is_empty")]
    upn: Names,
}

/// A string, or an array where there are more.
#[derive(Serialize)]
#[serde(untagged)]
enum Names {
    One(String),
    Several(Vec<String>),
}

impl AlternativeNames {
    fn new(names: &[GeneralName]) -> Self {
        let of = |kind: SanType| Names::new(names.iter().filter(|name| name.kind() == kind));
        Self {
            email: of(SanType::Email),
            dns: of(SanType::Dns),
            uri: of(SanType::Uri),
            upn: of(SanType::Upn),
        }
    }

    fn is_empty(&self) -> bool {
        [&self.email, &self.dns, &self.uri, &self.upn].into_iter().all(Names::is_empty)
    }
}

impl Names {
    fn new<'a>(names: impl Iterator<Item = &'a GeneralName>) -> Self {
        let mut values: Vec<String> = names.map(|name| name.value().to_owned()).collect();
        if values.len() == 1 { Self::One(values.remove(0)) } else { Self::Several(values) }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Several(names) if names.is_empty())
    }
}
