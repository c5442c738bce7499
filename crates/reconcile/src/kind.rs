//! What the core needs of a kind: pure ends, with one call to the issuer between them.

mod inventory_source;
mod scep_profile;
mod trusted_root_profile;

use std::fmt::Debug;
use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::NamespaceResourceScope;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::Resource;
use scepter_issuer_api::KeyRef;
use scepter_policy::identity::ObjectKind;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::judgement::Judgement;
use crate::manifests::Manifests;
use crate::verdict::Seen;

/// How often what already holds is declared again, so that what is missing or changed at the issuer heals.
pub(crate) const RESYNC: Duration = Duration::from_mins(10);

/// A kind that the core knows.
pub trait Kind:
    Resource<DynamicType = (), Scope = NamespaceResourceScope>
    + Clone
    + Debug
    + Serialize
    + DeserializeOwned
    + Send
    + Sync
    + 'static
{
    /// Which kind.
    const KIND: ObjectKind;

    /// Its status.
    type Status: Clone + Debug + PartialEq + Serialize + Send + Sync + 'static;

    /// The spec as it was written.
    fn spec(&self) -> Value;

    /// The status as it was last written.
    fn last_status(&self) -> Option<&Self::Status>;

    /// Whether it is to be judged and reported, but nothing changed.
    fn is_suspended(&self) -> bool;

    /// The keys that an edge must read before this object can be judged. Some of them need not exist.
    fn reads(&self) -> Vec<KeyRef>;

    /// How long until an object at rest is looked at again.
    fn resync(&self) -> Duration {
        RESYNC
    }

    /// What policy says of the object among its neighbours.
    fn judge(&self, among: &Manifests, now: Timestamp) -> Judgement;

    /// The status that what was seen makes.
    fn status(&self, among: &Manifests, seen: &Seen, now: Timestamp) -> Self::Status;

    /// The conditions of a status.
    fn conditions(status: &Self::Status) -> &[Condition];
}

/// `metadata.name`, empty where there is none.
pub(crate) fn name<K: Resource>(object: &K) -> &str {
    object.meta().name.as_deref().unwrap_or_default()
}
