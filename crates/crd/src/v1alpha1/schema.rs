//! Schemas of fields whose Rust type says less than the API does.

use scepter_policy::inventory::Inventory;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

/// A key size in bits, or nothing (KEY-01). Like every optional enum it refuses null, which is none of its values.
pub(super) fn key_size(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "integer", "format": "int32", "enum": [1024, 2048, 4096], "nullable": true})
}

/// A number, or a percentage such as `25%`.
pub(super) fn count_or_percentage(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "x-kubernetes-int-or-string": true,
        "minimum": 0,
        "maxLength": 4,
        "pattern": "^(100|[0-9]{1,2})%$",
    })
}

/// The name of a Kubernetes object: an RFC 1123 subdomain.
pub(super) fn object_name(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "string",
        "minLength": 1,
        "maxLength": 253,
        "pattern": r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    })
}

/// A key of a `ConfigMap` or `Secret`.
pub(super) fn config_map_key(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "minLength": 1, "maxLength": 253, "pattern": "^[-._a-zA-Z0-9]+$"})
}

/// A duration as Go writes it, such as `1h30m`.
pub(super) fn duration(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "maxLength": 32, "pattern": "^([0-9]+(s|m|h))+$"})
}

/// The inventory records of policy, as lists that are merged by id.
pub(super) fn inline_inventory(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = Inventory::json_schema(generator);
    let lists = schema.get_mut("properties").and_then(Value::as_object_mut);
    for list in lists.into_iter().flat_map(|properties| properties.values_mut()) {
        list["x-kubernetes-list-type"] = json!("map");
        list["x-kubernetes-list-map-keys"] = json!(["id"]);
    }
    schema
}
