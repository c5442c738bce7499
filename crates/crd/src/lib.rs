//! The Kubernetes API `scepter.dev/v1alpha1`: the three kinds as they are written, and their parsing into policy.
//!
//! One job: the wire shape. A spec here is optional and forgiving; `parse` makes it a policy value or says why not.
//! It must never know a Kubernetes client, a runtime, HTTP or the store.

pub mod definitions;
pub mod inventory;
pub mod manifest;
pub mod schema;
pub mod v1alpha1;

pub use manifest::{Manifest, ManifestError};
pub use schema::Schemas;
pub use v1alpha1::{InventorySource, ScepProfile, TrustedRootProfile};
