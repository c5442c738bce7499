//! The finalizer: an object stays until the issuer has let go of it.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::Api;
use kube::api::{Patch, PatchParams};
use scepter_crd::v1alpha1::FINALIZER;
use scepter_reconcile::Kind;
use serde_json::json;

use crate::CONTROLLER;
use crate::error::PassError;
use crate::guard::Guarded;

/// Whether it is there.
pub(crate) fn is_set(meta: &ObjectMeta) -> bool {
    meta.finalizers.iter().flatten().any(|finalizer| finalizer == FINALIZER)
}

/// Adds it, where it is not there yet: before anything of the object is declared to the issuer.
pub(crate) async fn add<K: Kind>(api: &Api<Guarded<K>>, meta: &ObjectMeta) -> Result<(), PassError> {
    if is_set(meta) {
        return Ok(());
    }
    let ours = std::iter::once(FINALIZER.to_owned());
    write(api, meta, meta.finalizers.iter().flatten().cloned().chain(ours).collect()).await
}

/// Removes it. An object that is gone already needs no more of us.
pub(crate) async fn remove<K: Kind>(api: &Api<Guarded<K>>, meta: &ObjectMeta) -> Result<(), PassError> {
    let others = meta.finalizers.iter().flatten().filter(|finalizer| *finalizer != FINALIZER);
    match write(api, meta, others.cloned().collect()).await {
        Err(PassError::Finalizer { source, .. }) if is_not_found(&source) => Ok(()),
        other => other,
    }
}

/// Under the revision that was read: a list that somebody else changed in between is not overwritten.
async fn write<K: Kind>(
    api: &Api<Guarded<K>>,
    meta: &ObjectMeta,
    finalizers: Vec<String>,
) -> Result<(), PassError> {
    let name = meta.name.as_deref().unwrap_or_default();
    let patch = json!({"metadata": {"resourceVersion": meta.resource_version, "finalizers": finalizers}});
    let parameters = PatchParams { field_manager: Some(CONTROLLER.to_owned()), ..PatchParams::default() };
    let written = api.patch_metadata(name, &parameters, &Patch::Merge(patch)).await;
    written.map(drop).map_err(|source| PassError::Finalizer {
        object: format!("{} {}", K::KIND, name),
        source: Box::new(source),
    })
}

fn is_not_found(error: &kube::Error) -> bool {
    matches!(error, kube::Error::Api(status) if status.is_not_found())
}
