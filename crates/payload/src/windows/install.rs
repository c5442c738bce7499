//! The nodes of `ClientCertificateInstall/SCEP/{id}/Install`.

use scepter_policy::profile::Profile;
use scepter_policy::resolve::ResolvedRequest;
use scepter_policy::san::GeneralName;
use scepter_policy::vocabulary::{CertificateType, HashAlgorithm, KeyStorageProvider};

use super::syncml::{Format, Request, Setting};
use crate::identifiers::Identifiers;
use crate::{Delivery, RenderError, codes, thumbprint};

/// Every setting of the request, and the enrollment that follows.
pub(super) fn request(delivery: &Delivery<'_>) -> Result<Request, RenderError> {
    let Delivery { key, profile, request, root, urls, challenge } = delivery;
    let id = Identifiers::of(key).certificate.hyphenated().to_string();
    let node = format!("{}/Vendor/MSFT/ClientCertificateInstall/SCEP/{id}", store(profile));
    let text = |name: &str, data: String| Setting::new(format!("{node}/Install/{name}"), Format::Text, data);
    let number = |name: &str, data: u32| {
        Setting::new(format!("{node}/Install/{name}"), Format::Integer, data.to_string())
    };
    let mut settings = vec![
        Setting::node(node.clone()),
        text("ServerURL", list("ServerURL", ';', urls.all())?),
        text("Challenge", printable(challenge)?),
        text("EKUMapping", joined(&request.extended_key_usages, "+")),
        number("KeyUsage", codes::key_usage(&request.key_usages)),
        text("SubjectName", request.subject.to_string()),
    ];
    if !request.subject_alternative_names.is_empty() {
        let names: Vec<String> = request.subject_alternative_names.iter().map(alternative_name).collect();
        settings.push(text("SubjectAlternativeNames", list("SubjectAlternativeNames", ';', &names)?));
    }
    settings
        .extend(request.key_storage_provider.map(|provider| number("KeyProtection", protection(provider))));
    if is_hello(request) {
        // Windows Hello for Business enrolls nothing without a container.
        settings.push(text("ContainerName", id));
    }
    settings.extend([
        number("KeyLength", request.key_size.bits()),
        text("HashAlgorithm", hashes(request)),
        text("CAThumbprint", thumbprint::sha1_hex(root.certificate)),
        text("ValidPeriod", request.validity.unit.to_string()),
        number("ValidPeriodUnits", request.validity.value),
    ]);
    Ok(Request { settings, execute: format!("{node}/Install/Enroll") })
}

/// The computer's store or the user's (FLD-03).
const fn store(profile: &Profile) -> &'static str {
    match profile.certificate_type {
        CertificateType::Device => "./Device",
        CertificateType::User => "./User",
    }
}

const fn protection(provider: KeyStorageProvider) -> u32 {
    match provider {
        KeyStorageProvider::TpmOrFail => 1,
        KeyStorageProvider::TpmOrSoftware => 2,
        KeyStorageProvider::Software => 3,
        KeyStorageProvider::WindowsHelloOrFail => 4,
    }
}

fn is_hello(request: &ResolvedRequest) -> bool {
    request.key_storage_provider == Some(KeyStorageProvider::WindowsHelloOrFail)
}

/// Families of hashes. Windows Hello for Business signs with SHA-256 alone (KSP-06).
fn hashes(request: &ResolvedRequest) -> String {
    let hashes = request.hash_algorithms.iter();
    let usable = hashes.filter(|&&hash| hash == HashAlgorithm::Sha2 || !is_hello(request));
    joined(usable.map(|hash| codes::hash_family(*hash)), "+")
}

/// `type+value`, the type a number of `AlternativeNameType`.
fn alternative_name(name: &GeneralName) -> String {
    format!("{}+{}", codes::alternative_name_type(name.kind()), name.value())
}

/// Entries that a separator holds apart; none may hold it (REN-W7).
fn list(node: &'static str, separator: char, entries: &[String]) -> Result<String, RenderError> {
    if entries.iter().any(|entry| entry.contains(separator)) {
        return Err(RenderError::Separator { node, separator });
    }
    Ok(entries.join(separator.encode_utf8(&mut [0; 4])))
}

fn joined<T: ToString>(entries: impl IntoIterator<Item = T>, separator: &str) -> String {
    entries.into_iter().map(|entry| entry.to_string()).collect::<Vec<_>>().join(separator)
}

/// A challenge in the alphabet of `PrintableString` (X.680 §41.4): Windows encodes it as nothing else.
fn printable(challenge: &str) -> Result<String, RenderError> {
    let is_printable = |byte: u8| byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&byte);
    challenge.bytes().all(is_printable).then(|| challenge.to_owned()).ok_or(RenderError::NotPrintable)
}
