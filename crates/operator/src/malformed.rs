//! An object that cannot be read: it is told so, and it can still leave.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::Api;
use scepter_issuer_api::client::Client;
use scepter_issuer_api::{DeleteOutcome, Issuer as _, Mode};
use scepter_reconcile::{Kind, conditions};
use serde_json::{Value, json};

use crate::error::PassError;
use crate::finalizer;
use crate::guard::{Guarded, Malformed, key};

/// The status that says why (SCH-01): `Accepted=False`, `Stalled=True`. The issuer goes on with what it has.
pub(crate) fn status(malformed: &Malformed, now: jiff::Timestamp) -> (Vec<Condition>, Value) {
    let generation = malformed.metadata.generation;
    let conditions = conditions::of_misshapen(&malformed.problem, generation, &malformed.conditions, now);
    let status = json!({"observedGeneration": generation, "conditions": conditions});
    (conditions, status)
}

/// Lets it leave: its key is all that withdrawing needs.
pub(crate) async fn remove<K: Kind>(
    api: &Api<Guarded<K>>,
    issuer: &Client,
    malformed: &Malformed,
) -> Result<(), PassError> {
    if let Some(key) = key::<K>(&malformed.metadata) {
        let refused = |problem: String| PassError::Issuer { object: key.to_string(), problem };
        match issuer.delete(&key, Mode::Apply).await {
            Ok(DeleteOutcome::Deleted { .. } | DeleteOutcome::Absent) => {}
            Ok(DeleteOutcome::Held(plan)) => {
                return Err(refused(format!(
                    "it takes away more than its budget; set scepter.dev/approve-plan to {} on a readable spec",
                    plan.id
                )));
            }
            Err(error) => return Err(refused(error.to_string())),
        }
    }
    finalizer::remove(api, &malformed.metadata).await
}
