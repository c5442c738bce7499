//! Windows SyncML: `RootCATrustedCertificates` and `ClientCertificateInstall/SCEP` (policy-rules §11.1).
//!
//! The document is the body of a message; whoever speaks to the device gives it a header and, where it has commands of its
//! own, its numbers.

mod install;
mod syncml;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use scepter_policy::root::DestinationStore;

use crate::{ContentType, Delivery, Payload, RenderError, Root, thumbprint, xml};
use syncml::{Body, Format, Setting};

/// The root, which may be there already, apart from the request, which is taken whole or not at all.
pub(crate) fn render(delivery: &Delivery<'_>) -> Result<Payload, RenderError> {
    let request = install::request(delivery)?;
    written(&Body::new(root(&delivery.root), Some(request)))
}

/// The root alone.
pub(crate) fn render_root(root: &Root<'_>) -> Result<Payload, RenderError> {
    written(&Body::new(self::root(root), None))
}

fn written(body: &Body) -> Result<Payload, RenderError> {
    let document = body.to_xml().map_err(|error| RenderError::Writer(error.to_string()))?;
    Ok(Payload { content_type: ContentType::SyncMl, body: xml::carried(document)? })
}

/// `./User/…/Root` is not supported; the root store is the computer's.
fn root(root: &Root<'_>) -> Setting {
    let store = match root.profile.destination_store {
        Some(DestinationStore::ComputerIntermediate) => "./Device/Vendor/MSFT/RootCATrustedCertificates/CA",
        Some(DestinationStore::UserIntermediate) => "./User/Vendor/MSFT/RootCATrustedCertificates/CA",
        Some(DestinationStore::ComputerRoot) | None => "./Device/Vendor/MSFT/RootCATrustedCertificates/Root",
    };
    let thumbprint = thumbprint::sha1_hex(root.certificate);
    let data = STANDARD.encode(root.certificate);
    Setting::new(format!("{store}/{thumbprint}/EncodedCertificate"), Format::Base64, data)
}
