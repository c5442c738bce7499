//! Writes the schemas as tools that read JSON Schema want them, kubeconform among them: one file a kind, `KIND_VERSION.json`.
//!
//! As kubeconform's own converter does it: what may be a number or text says so, and unknown fields are refused.

use std::path::Path;

use serde_json::{Map, Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let directory = std::env::args().nth(1).ok_or("usage: json-schemas DIRECTORY")?;
    std::fs::create_dir_all(&directory)?;
    for definition in scepter_crd::definitions::all() {
        for version in &definition.spec.versions {
            let schema = version.schema.as_ref().and_then(|schema| schema.open_api_v3_schema.as_ref());
            let mut schema = convert(serde_json::to_value(schema)?);
            for field in ["apiVersion", "kind"] {
                schema["properties"][field] = json!({"type": "string"});
            }
            schema["properties"]["metadata"] = json!({"type": "object"});
            let name = format!("{}_{}.json", definition.spec.names.kind.to_lowercase(), version.name);
            std::fs::write(Path::new(&directory).join(name), schema.to_string())?;
        }
    }
    Ok(())
}

fn convert(schema: Value) -> Value {
    let Value::Object(mut schema) = schema else { return schema };
    if schema.get("x-kubernetes-int-or-string") == Some(&json!(true)) {
        return json!({"oneOf": [{"type": "string"}, {"type": "integer"}]});
    }
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        let converted: Map<String, Value> =
            std::mem::take(properties).into_iter().map(|(name, schema)| (name, convert(schema))).collect();
        *properties = converted;
        schema.entry("additionalProperties").or_insert(json!(false));
    }
    for below in ["items", "additionalProperties"] {
        if let Some(schema) = schema.get_mut(below) {
            *schema = convert(schema.take());
        }
    }
    Value::Object(schema)
}
