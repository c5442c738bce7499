//! An object by itself: what admission can judge of it.

use jiff::Timestamp;
use scepter_crd::Manifest;
use scepter_policy::diagnostics::Diagnostics;

use crate::judgement::Judgement;
use crate::kind::Kind as _;
use crate::manifests::Manifests;

/// What the object scope finds, by the same judgement that a reconciliation makes. Nobody else is asked: whether a
/// reference is met is not admission's business, since objects may come in any order.
pub fn judge_alone(manifest: &Manifest, now: Timestamp) -> Diagnostics {
    let nobody = Manifests::default();
    let judgement = match manifest {
        Manifest::ScepProfile(object) => object.judge(&nobody, now),
        Manifest::TrustedRootProfile(object) => object.judge(&nobody, now),
        Manifest::InventorySource(object) => object.judge(&nobody, now),
    };
    match judgement {
        Judgement::Refused(findings) => findings,
        Judgement::Waiting { warnings, .. } | Judgement::Accepted { warnings, .. } => warnings,
    }
}
