//! The version `v1alpha1` of the API, one file a kind.

#![expect(unreachable_pub, reason = "the derive of `KubeSchema` copies each public struct into a function")]
#![expect(clippy::duplicated_attributes, reason = "printer columns repeat the keys of one another")]

use scepter_policy::vocabulary::DeletionPolicy;

pub mod assignments;
pub mod inventory_source;
pub mod scep_profile;
pub mod status;
pub mod trusted_root_profile;

mod fields;
mod schema;

pub use inventory_source::{InventorySource, InventorySourceSpec, InventorySourceStatus};
pub use scep_profile::{ScepProfile, ScepProfileSpec, ScepProfileStatus};
pub use trusted_root_profile::{TrustedRootProfile, TrustedRootProfileSpec, TrustedRootProfileStatus};

/// `apiVersion` of every kind in this module.
pub const API_VERSION: &str = "scepter.dev/v1alpha1";

/// The finalizer that keeps an object until the issuer has let go of it.
pub const FINALIZER: &str = "scepter.dev/finalizer";

/// Annotation: a new value asks for a reconciliation now; it comes back as `status.lastHandledReconcileAt`.
pub const RECONCILE_REQUESTED_AT: &str = "scepter.dev/reconcile-requested-at";

/// Annotation: the id of the plan that may go ahead although it takes away more than the object's budget.
pub const APPROVE_PLAN: &str = "scepter.dev/approve-plan";

fn default_deletion_policy() -> DeletionPolicy {
    DeletionPolicy::Revoke
}
