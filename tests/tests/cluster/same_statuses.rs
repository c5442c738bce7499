//! Files and Kubernetes are two edges of one core: the same manifests have the same statuses.

use std::collections::BTreeMap;

use scepter_tests::{Cluster, Failure, Namespace, Up, run, until};
use serde_json::{Value, json};

use crate::installation::{Installation, LIMIT, quickstart};

#[test]
fn the_quickstart_has_the_same_statuses_through_up_and_through_the_operator() -> Result<(), Failure> {
    Installation::shared()?;
    let namespace = Namespace::fresh(Cluster::with_definitions()?)?;
    let mut apply = namespace.kubectl().command();
    run(apply.args(["apply", "--server-side", "-f"]).arg(quickstart()), b"")?;
    let up = Up::on(&quickstart())?;
    let through_up = statuses(up.statuses()?);
    assert_eq!(through_up.len(), 7);
    until("both edges say the same", LIMIT, || {
        let objects = namespace.kubectl().json(&["get", "scepprofiles,trustedrootprofiles,inventorysources"]);
        let objects = objects.map_err(|failure| failure.to_string())?;
        let through_operator = statuses(objects["items"].as_array().cloned().unwrap_or_default());
        let other = through_up.iter().find(|(name, status)| through_operator.get(*name) != Some(*status));
        match other {
            None => Ok(()),
            Some((name, status)) => Err(format!("{name}: {status}\nand {:?}", through_operator.get(name))),
        }
    })
}

/// What two edges must agree on: everything but times, and addresses that differ with the issuer.
fn statuses(objects: Vec<Value>) -> BTreeMap<String, Value> {
    objects.into_iter().map(|object| (name(&object), meaning(&object["status"]))).collect()
}

fn name(object: &Value) -> String {
    format!("{} {}", object["kind"], object["metadata"]["name"])
}

fn meaning(status: &Value) -> Value {
    let part = |list: &str, fields: [&str; 3]| -> Vec<Value> {
        let mut rows: Vec<Value> = status[list]
            .as_array()
            .into_iter()
            .flatten()
            .map(|row| fields.iter().map(|field| row[*field].clone()).collect())
            .collect();
        rows.sort_by_key(ToString::to_string);
        rows
    };
    json!({
        "conditions": part("conditions", ["type", "status", "reason"]),
        "devices": part("devices", ["device", "state", "reason"]),
        "diagnostics": part("diagnostics", ["rule", "severity", "field"]),
        "failures": part("failures", ["reason", "count", "exampleDevice"]),
        "summary": status["summary"],
        "records": [status["users"], status["devices"].as_i64(), status["groups"]],
    })
}
