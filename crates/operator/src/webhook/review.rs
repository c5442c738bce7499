//! What of a review is to be judged: a spec that is new, of an object that stays.

use jiff::Timestamp;
use kube::core::DynamicObject;
use kube::core::admission::{AdmissionRequest, AdmissionResponse};
use scepter_crd::{Manifest, ManifestError};
use scepter_policy::diagnostics::Diagnostics;
use scepter_reconcile::judge_alone;
use serde_json::json;

use super::answer::answer;

/// Answers a review.
pub(super) fn decide(request: &AdmissionRequest<DynamicObject>, now: Timestamp) -> AdmissionResponse {
    let findings = to_judge(request).map(|object| judge(object, now)).unwrap_or_default();
    answer(request.into(), &findings)
}

/// The object, where its spec is new. The conditions of the `ValidatingWebhookConfiguration` say the same; here it holds
/// without them too, since nothing must come between an object and the removal of its finalizer.
fn to_judge(request: &AdmissionRequest<DynamicObject>) -> Option<&DynamicObject> {
    let object = request.object.as_ref()?;
    let is_leaving = object.metadata.deletion_timestamp.is_some();
    let is_unchanged =
        request.old_object.as_ref().is_some_and(|old| old.data.get("spec") == object.data.get("spec"));
    (!is_leaving && !is_unchanged).then_some(object)
}

fn judge(object: &DynamicObject, now: Timestamp) -> Diagnostics {
    match Manifest::from_value(json!(object)) {
        Ok(manifest) => judge_alone(&manifest, now),
        Err(ManifestError::Malformed { finding, .. }) => (*finding).into(),
        // Somebody sends us what is not ours: we have nothing to say of it.
        Err(ManifestError::Foreign { .. } | ManifestError::UnknownKind { .. }) => Diagnostics::none(),
    }
}

#[cfg(test)]
mod tests {
    use kube::core::admission::AdmissionReview;
    use serde_json::Value;

    use super::*;

    fn profile(subject: &str) -> Value {
        json!({
            "apiVersion": "scepter.dev/v1alpha1",
            "kind": "ScepProfile",
            "metadata": {"name": "wifi", "namespace": "field"},
            "spec": {
                "platform": "iOS",
                "certificateType": "Device",
                "subjectNameFormat": subject,
                "validityPeriod": {"value": 1, "unit": "Years"},
                "keyUsages": ["DigitalSignature"],
                "rootCertificateRef": {"name": "corp-root"},
                "extendedKeyUsages": [{"name": "Client Authentication", "oid": "1.3.6.1.5.5.7.3.2"}],
                "scepServerURLs": ["https://scep.example.com/scep/default"],
            },
        })
    }

    fn right() -> Value {
        profile("CN={{SerialNumber}}")
    }

    fn wrong() -> Value {
        profile("CN={{NoSuchVariable}}")
    }

    fn review(operation: &str, object: &Value, old: &Value) -> AdmissionResponse {
        let gvk = json!({"group": "scepter.dev", "version": "v1alpha1", "kind": "ScepProfile"});
        let gvr = json!({"group": "scepter.dev", "version": "v1alpha1", "resource": "scepprofiles"});
        let review = json!({
            "apiVersion": "admission.k8s.io/v1",
            "kind": "AdmissionReview",
            "request": {
                "uid": "705ab4f5", "kind": gvk, "resource": gvr, "operation": operation, "userInfo": {},
                "object": object, "oldObject": old,
            },
        });
        let review: AdmissionReview<DynamicObject> = serde_json::from_value(review).unwrap();
        decide(&review.try_into().unwrap(), "2026-11-24T12:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_new_object_is_judged() {
        let refused = review("CREATE", &wrong(), &Value::Null);
        assert!(!refused.allowed);
        assert!(refused.result.message.starts_with("VAR-01: spec.subjectNameFormat: "), "{refused:?}");
        assert!(review("CREATE", &right(), &Value::Null).allowed);
    }

    #[test]
    fn a_changed_spec_is_judged() {
        assert!(!review("UPDATE", &wrong(), &right()).allowed);
        assert!(review("UPDATE", &right(), &wrong()).allowed);
    }

    #[test]
    fn an_edit_that_leaves_the_spec_alone_passes_whatever_the_rules_say_today() {
        let mut annotated = wrong();
        annotated["metadata"]["annotations"] = json!({"scepter.dev/reconcile-requested-at": "now"});
        assert!(review("UPDATE", &annotated, &wrong()).allowed);
    }

    #[test]
    fn an_object_that_is_being_deleted_may_always_lose_its_finalizer() {
        let mut leaving = wrong();
        leaving["metadata"]["deletionTimestamp"] = json!("2026-11-24T12:00:00Z");
        assert!(review("UPDATE", &leaving, &right()).allowed);
        assert!(review("DELETE", &Value::Null, &wrong()).allowed);
    }

    #[test]
    fn an_object_without_the_shape_of_its_kind_is_refused_by_the_rule_of_the_field() {
        let mut misshapen = right();
        // The schema of an int-or-string has no upper bound.
        misshapen["spec"]["maxDisruption"] = json!(3_000_000_000_i64);
        let refused = review("CREATE", &misshapen, &Value::Null);
        assert!(refused.result.message.starts_with("SCH-01: spec.maxDisruption: "), "{refused:?}");
    }

    #[test]
    fn what_is_not_ours_passes() {
        let foreign = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}});
        assert!(review("CREATE", &foreign, &Value::Null).allowed);
    }
}
