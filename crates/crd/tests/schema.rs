//! Properties of the generated definitions that the API server, `kubectl` and delivery tools rely on.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceColumnDefinition, CustomResourceDefinition, JSONSchemaProps, JSONSchemaPropsOrArray,
};
use scepter_crd::definitions;
use scepter_policy::rules::RuleId;

fn definition(kind: &str) -> CustomResourceDefinition {
    definitions::all().into_iter().find(|definition| definition.spec.names.kind == kind).unwrap()
}

fn root_schema(definition: &CustomResourceDefinition) -> &JSONSchemaProps {
    definition.spec.versions[0].schema.as_ref().unwrap().open_api_v3_schema.as_ref().unwrap()
}

fn property<'a>(schema: &'a JSONSchemaProps, path: &str) -> &'a JSONSchemaProps {
    path.split('.').fold(schema, |schema, name| &schema.properties.as_ref().unwrap()[name])
}

/// Calls `see` with every schema of every definition, and with its path.
fn for_each_schema(see: &mut dyn FnMut(&str, &JSONSchemaProps)) {
    for definition in definitions::all() {
        walk(&definition.spec.names.kind.clone(), root_schema(&definition), see);
    }
}

fn walk(path: &str, schema: &JSONSchemaProps, see: &mut dyn FnMut(&str, &JSONSchemaProps)) {
    see(path, schema);
    for (name, property) in schema.properties.iter().flatten() {
        walk(&format!("{path}.{name}"), property, see);
    }
    if let Some(JSONSchemaPropsOrArray::Schema(item)) = &schema.items {
        walk(&format!("{path}[]"), item, see);
    }
}

#[test]
fn every_string_and_every_list_is_bounded() {
    for_each_schema(&mut |path, schema| match schema.type_.as_deref() {
        Some("string") => assert!(
            schema.max_length.is_some() || schema.enum_.is_some() || schema.format.is_some(),
            "{path} has no maxLength"
        ),
        Some("array") => {
            assert!(schema.max_items.is_some(), "{path} has no maxItems");
            assert!(schema.x_kubernetes_list_type.is_some(), "{path} has no list type");
        }
        _ => {}
    });
}

#[test]
fn every_list_that_is_a_map_has_required_keys() {
    for_each_schema(&mut |path, schema| {
        let Some(keys) = &schema.x_kubernetes_list_map_keys else { return };
        let Some(JSONSchemaPropsOrArray::Schema(item)) = &schema.items else { panic!("{path} has no items") };
        let required = item.required.as_ref().unwrap_or_else(|| panic!("{path}: no key is required"));
        for key in keys {
            assert!(required.contains(key), "{path}: {key} is not required");
        }
    });
}

#[test]
fn every_integer_has_a_format_that_kubernetes_knows() {
    for_each_schema(&mut |path, schema| {
        if schema.type_.as_deref() == Some("integer") {
            assert!(
                matches!(schema.format.as_deref(), Some("int32" | "int64")),
                "{path}: {:?}",
                schema.format
            );
        }
    });
}

#[test]
fn every_cel_rule_has_a_message_that_begins_with_a_rule_id() {
    let mut rules = 0;
    for_each_schema(&mut |path, schema| {
        for rule in schema.x_kubernetes_validations.iter().flatten() {
            let message = rule.message.as_deref().unwrap_or_default();
            let (id, rest) = message.split_once(": ").unwrap_or_default();
            assert!(id.parse::<RuleId>().is_ok(), "{path}: {message:?} begins with no rule id");
            assert!(!rest.is_empty(), "{path}: {message:?} says nothing");
            rules += 1;
        }
    });
    assert_eq!(rules, 7, "two platforms, two includes, a certificate, a source, an access: see design §3");
}

#[test]
fn a_platform_cannot_be_changed() {
    for kind in ["ScepProfile", "TrustedRootProfile"] {
        let definition = definition(kind);
        let platform = property(root_schema(&definition), "spec.platform");
        let rule = &platform.x_kubernetes_validations.as_ref().unwrap()[0];
        assert_eq!(rule.rule, "self == oldSelf", "{kind}");
        assert!(rule.message.as_ref().unwrap().starts_with("PLT-01: "), "{kind}");
    }
}

#[test]
fn a_field_says_which_platforms_have_it() {
    let definition = definition("ScepProfile");
    let described = |field: &str| {
        property(root_schema(&definition), &format!("spec.{field}")).description.clone().unwrap()
    };
    let sentence =
        "Required on Windows10AndLater and Windows81; refused on iOS and macOS; optional elsewhere.";
    assert!(
        described("hashAlgorithms").ends_with(&format!(". {sentence}")),
        "{}",
        described("hashAlgorithms")
    );
    assert!(
        described("certificateAccess")
            .ends_with("Optional on AndroidEnterpriseCorporate; refused elsewhere.")
    );
    assert!(!described("keyUsages").contains("elsewhere"), "every platform has it");
}

#[test]
fn an_optional_enum_refuses_null() {
    for_each_schema(&mut |path, schema| {
        if let Some(values) = &schema.enum_ {
            assert!(values.iter().all(|value| !value.0.is_null()), "{path} lists null");
        }
    });
}

#[test]
fn a_new_object_is_pending() {
    for definition in definitions::all() {
        let status = property(root_schema(&definition), "status");
        let condition = &status.default.as_ref().unwrap().0["conditions"][0];
        assert_eq!(condition["type"], "Ready");
        assert_eq!(condition["status"], "Unknown");
        assert_eq!(condition["reason"], "Pending");
    }
}

#[test]
fn the_columns_of_a_profile_are_those_of_the_plan() {
    let definition = definition("ScepProfile");
    let columns = definition.spec.versions[0].additional_printer_columns.as_ref().unwrap();
    let (wide, narrow): (Vec<_>, Vec<_>) = columns.iter().partition(|column| column.priority == Some(1));
    let names = |columns: &[&CustomResourceColumnDefinition]| {
        columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&narrow), ["Ready", "Platform", "Assigned", "Issued", "Failed", "Age"]);
    assert_eq!(names(&wide), ["Installed", "Reason", "Root", "Authority"]);
}

#[test]
fn every_column_reads_a_field_that_exists() {
    for definition in definitions::all() {
        let root = root_schema(&definition);
        for column in definition.spec.versions[0].additional_printer_columns.as_ref().unwrap() {
            let path = column.json_path.trim_start_matches('.');
            let plain = path.split('[').next().unwrap();
            if !plain.starts_with("metadata.") {
                property(root, plain);
            }
        }
    }
}

#[test]
fn short_names_category_and_selectable_fields_are_those_of_the_plan() {
    for (kind, short, selectable) in [
        ("ScepProfile", "scepp", vec![".spec.platform", ".spec.rootCertificateRef.name"]),
        ("TrustedRootProfile", "trp", vec![".spec.platform"]),
        ("InventorySource", "invs", vec![]),
    ] {
        let definition = definition(kind);
        assert_eq!(definition.spec.names.short_names.as_ref().unwrap(), &[short]);
        assert_eq!(definition.spec.names.categories.as_ref().unwrap(), &["scep"]);
        let fields = definition.spec.versions[0].selectable_fields.clone().unwrap_or_default();
        assert_eq!(fields.iter().map(|field| field.json_path.as_str()).collect::<Vec<_>>(), selectable);
    }
}

#[test]
fn defaults_are_those_of_the_plan() {
    let default = |kind: &str, path: &str| {
        property(root_schema(&definition(kind)), path).default.clone().unwrap_or_else(|| panic!("{path}")).0
    };
    assert_eq!(default("ScepProfile", "spec.renewalThresholdPercent"), 20);
    assert_eq!(default("ScepProfile", "spec.authorityName"), "default");
    assert_eq!(default("ScepProfile", "spec.reissueExpired"), true);
    assert_eq!(default("ScepProfile", "spec.suspend"), false);
    assert_eq!(default("ScepProfile", "spec.deletionPolicy"), "Revoke");
    assert_eq!(default("TrustedRootProfile", "spec.anchor"), "SelfSigned");
    assert_eq!(default("InventorySource", "spec.maxDeletions"), "10%");
    assert_eq!(default("InventorySource", "spec.prune"), true);
}
