//! What a device receives: a resolved request and its root in the words of the device's platform.
//!
//! One job: write the document that a management server hands to a device: an Apple configuration profile, Windows
//! SyncML, or JSON for an Android agent. The same request gives the same document, identifiers included, so that a server
//! that asks again replaces what it has; only the challenge and the order of the URLs are new each time, and both are
//! arguments. It must never know the issuer, the store, a clock or where randomness comes from, and never log: the
//! document holds the challenge.
//!
//! Read it in this order: [`Delivery`] (what goes in), [`render`] (what comes out), then one module for each family of
//! platforms. The names of keys and nodes are those of policy-rules §11; docs/payloads.md shows them to users.

mod android;
mod apple;
mod codes;
mod delivery;
mod error;
mod identifiers;
mod server_urls;
mod thumbprint;
mod windows;
mod xml;

use scepter_policy::identity::{DeviceId, Tenant};
use scepter_policy::vocabulary::Platform;

pub use delivery::{Delivery, Root};
pub use error::RenderError;
pub use server_urls::ServerUrls;

use identifiers::Identifiers;

/// What kind of document a payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentType {
    /// An Apple configuration profile.
    ConfigurationProfile,
    /// The body of a SyncML message (OMA Device Management).
    SyncMl,
    /// JSON for an Android agent.
    Json,
}

impl ContentType {
    /// The media type, as in HTTP.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConfigurationProfile => "application/x-apple-aspen-config",
            Self::SyncMl => "application/vnd.syncml.dm+xml",
            Self::Json => "application/json",
        }
    }
}

/// A document for a device.
#[derive(Clone, PartialEq, Eq)]
pub struct Payload {
    /// What kind of document it is.
    pub content_type: ContentType,
    /// The document. It holds the challenge in the clear.
    pub body: String,
}

impl std::fmt::Debug for Payload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Payload").field("content_type", &self.content_type).finish_non_exhaustive()
    }
}

/// Renders one certificate's delivery: its root, and what the device needs to ask for it.
pub fn render(delivery: &Delivery<'_>) -> Result<Payload, RenderError> {
    match delivery.profile.platform {
        Platform::Ios | Platform::Macos => apple::render(delivery),
        Platform::Windows10AndLater | Platform::Windows81 => windows::render(delivery),
        Platform::AndroidDeviceAdministrator
        | Platform::AndroidEnterpriseCorporate
        | Platform::AndroidEnterprisePersonal
        | Platform::AndroidAosp => android::render(delivery),
    }
}

/// Renders a root alone, which a device receives before anything that needs it (ROOT-10).
pub fn render_root(tenant: &Tenant, device: &DeviceId, root: &Root<'_>) -> Result<Payload, RenderError> {
    let identifiers = Identifiers::of_root(tenant, device, &root.profile.name);
    match root.profile.platform {
        Platform::Ios | Platform::Macos => apple::render_root(root, &identifiers),
        Platform::Windows10AndLater | Platform::Windows81 => windows::render_root(root),
        Platform::AndroidDeviceAdministrator
        | Platform::AndroidEnterpriseCorporate
        | Platform::AndroidEnterprisePersonal
        | Platform::AndroidAosp => android::render_root(root, &identifiers),
    }
}
