//! Deliveries in the words of the device's platform, for a management server to hand on.

use scepter_issuer_api::Payload;
use scepter_payload::{Delivery, RenderError, Root};
use scepter_policy::identity::{DeviceId, Tenant};

/// What the device needs to ask for a certificate, with its root. It holds the challenge: it is answered, and kept nowhere.
pub(super) fn of_profile(delivery: &Delivery<'_>) -> Result<Payload, RenderError> {
    scepter_payload::render(delivery).map(document)
}

/// A root alone.
pub(super) fn of_root(tenant: &Tenant, device: &DeviceId, root: &Root<'_>) -> Result<Payload, RenderError> {
    scepter_payload::render_root(tenant, device, root).map(document)
}

fn document(payload: scepter_payload::Payload) -> Payload {
    Payload { content_type: payload.content_type.as_str().to_owned(), body: payload.body }
}
