//! Identifiers of what a device is given: always the same for the same thing, so that a device replaces what it has.

use scepter_policy::identity::{AssignmentKey, DeviceId, ObjectName, Tenant};
use uuid::Uuid;

/// The name space of Scepter's name-based UUIDs (RFC 9562 §5.5); never changes.
const NAMESPACE: Uuid = Uuid::from_u128(0x0e01_8ae9_045f_4191_a4b5_df81_04fa_f92f);

/// The identifiers in one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identifiers {
    /// The whole document.
    pub(crate) document: Uuid,
    /// The root in it.
    pub(crate) root: Uuid,
    /// The certificate that is asked for.
    pub(crate) certificate: Uuid,
}

impl Identifiers {
    /// Those of one certificate's delivery.
    pub(crate) fn of(key: &AssignmentKey) -> Self {
        let AssignmentKey { tenant, profile, device, association } = key;
        Self::named("certificate", tenant, device, profile, &association.to_string())
    }

    /// Those of a root that is delivered alone.
    pub(crate) fn of_root(tenant: &Tenant, device: &DeviceId, root: &ObjectName) -> Self {
        Self::named("root", tenant, device, root, "")
    }

    /// A name holds no control character, and the free text of an association comes last: no two things have one text.
    fn named(
        what: &str,
        tenant: &Tenant,
        device: &DeviceId,
        profile: &ObjectName,
        association: &str,
    ) -> Self {
        let Tenant { owner, namespace } = tenant;
        let name = format!("{what}\n{owner}\n{namespace}\n{device}\n{profile}\n{association}");
        let document = Uuid::new_v5(&NAMESPACE, name.as_bytes());
        Self {
            document,
            root: Uuid::new_v5(&document, b"root"),
            certificate: Uuid::new_v5(&document, b"certificate"),
        }
    }
}
