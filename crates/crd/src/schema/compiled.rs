//! A structural schema, made ready for checking.

use std::collections::BTreeMap;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    JSONSchemaProps, JSONSchemaPropsOrArray, JSONSchemaPropsOrBool,
};
use regex::Regex;
use serde_json::Value;

/// What a value may be.
#[derive(Clone, Debug)]
pub(super) struct Schema {
    pub(super) shape: Shape,
    /// Whether null is a value.
    pub(super) nullable: bool,
    /// Whether an absent value gets a default; so does null where it is no value.
    pub(super) defaulted: bool,
    /// The only values, when there are any.
    pub(super) words: Vec<Value>,
}

/// The type of a value, with what that type is bounded by.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    Object(Object),
    Array(Array),
    String(Text),
    Integer(Range),
    Number(Range),
    Boolean,
    IntOrString(Range, Text),
    /// Whatever stands there.
    Any,
}

#[derive(Clone, Debug)]
pub(super) struct Object {
    pub(super) properties: BTreeMap<String, Schema>,
    pub(super) required: Vec<String>,
    /// What every other property is.
    pub(super) additional: Option<Box<Schema>>,
}

#[derive(Clone, Debug)]
pub(super) struct Array {
    pub(super) items: Box<Schema>,
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) identity: Identity,
}

/// What tells the elements of a list apart.
#[derive(Clone, Debug)]
pub(super) enum Identity {
    /// Nothing: they may repeat.
    Atomic,
    /// Their whole value.
    Set,
    /// These fields.
    Map(Vec<String>),
}

#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) pattern: Option<Regex>,
    pub(super) is_time: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Range {
    pub(super) min: f64,
    pub(super) max: f64,
}

impl Schema {
    /// Compiles a schema; what a structural schema of ours does not use is left out, and a test watches that.
    pub(super) fn compile(schema: &JSONSchemaProps) -> Result<Self, regex::Error> {
        Ok(Self {
            shape: shape(schema)?,
            nullable: schema.nullable.unwrap_or_default(),
            defaulted: schema.default.is_some(),
            words: schema.enum_.iter().flatten().map(|word| word.0.clone()).collect(),
        })
    }

    /// The same with null as a value everywhere, as a server has it that reads into Go structs.
    pub(super) fn with_nulls(mut self) -> Self {
        self.nullable = true;
        self.shape = match self.shape {
            Shape::Object(Object { properties, required, additional }) => Shape::Object(Object {
                properties: properties.into_iter().map(|(name, field)| (name, field.with_nulls())).collect(),
                required,
                additional: additional.map(|additional| Box::new(additional.with_nulls())),
            }),
            Shape::Array(array) => Shape::Array(Array { items: Box::new(array.items.with_nulls()), ..array }),
            shape @ (Shape::String(_)
            | Shape::Integer(_)
            | Shape::Number(_)
            | Shape::Boolean
            | Shape::IntOrString(..)
            | Shape::Any) => shape,
        };
        self
    }
}

fn shape(schema: &JSONSchemaProps) -> Result<Shape, regex::Error> {
    if schema.x_kubernetes_int_or_string == Some(true) {
        return Ok(Shape::IntOrString(range(schema), text(schema)?));
    }
    Ok(match schema.type_.as_deref() {
        Some("object") if is_open(schema) => Shape::Any,
        Some("object") => Shape::Object(object(schema)?),
        Some("array") => Shape::Array(array(schema)?),
        Some("string") => Shape::String(text(schema)?),
        Some("integer") => Shape::Integer(range(schema)),
        Some("number") => Shape::Number(range(schema)),
        Some("boolean") => Shape::Boolean,
        _ => Shape::Any,
    })
}

/// An object of which nothing is said, such as `fieldsV1` of `managedFields`.
fn is_open(schema: &JSONSchemaProps) -> bool {
    schema.properties.is_none() && schema.additional_properties.is_none()
}

fn object(schema: &JSONSchemaProps) -> Result<Object, regex::Error> {
    let properties = schema.properties.iter().flatten();
    let additional = match &schema.additional_properties {
        Some(JSONSchemaPropsOrBool::Schema(schema)) => Some(Box::new(Schema::compile(schema)?)),
        Some(JSONSchemaPropsOrBool::Bool(_)) | None => None,
    };
    Ok(Object {
        properties: properties
            .map(|(name, schema)| Ok((name.clone(), Schema::compile(schema)?)))
            .collect::<Result<_, regex::Error>>()?,
        required: schema.required.clone().unwrap_or_default(),
        additional,
    })
}

fn array(schema: &JSONSchemaProps) -> Result<Array, regex::Error> {
    let items = match &schema.items {
        Some(JSONSchemaPropsOrArray::Schema(items)) => Schema::compile(items)?,
        Some(JSONSchemaPropsOrArray::Schemas(_)) | None => Schema::compile(&JSONSchemaProps::default())?,
    };
    let identity = match schema.x_kubernetes_list_type.as_deref() {
        Some("set") => Identity::Set,
        Some("map") => Identity::Map(schema.x_kubernetes_list_map_keys.clone().unwrap_or_default()),
        _ => Identity::Atomic,
    };
    Ok(Array {
        items: Box::new(items),
        min: count(schema.min_items).unwrap_or(0),
        max: count(schema.max_items).unwrap_or(usize::MAX),
        identity,
    })
}

fn text(schema: &JSONSchemaProps) -> Result<Text, regex::Error> {
    Ok(Text {
        min: count(schema.min_length).unwrap_or(0),
        max: count(schema.max_length).unwrap_or(usize::MAX),
        pattern: schema.pattern.as_deref().map(Regex::new).transpose()?,
        is_time: schema.format.as_deref() == Some("date-time"),
    })
}

#[allow(clippy::cast_precision_loss, reason = "bounds are compared as floats, as a server does")]
fn range(schema: &JSONSchemaProps) -> Range {
    let (lowest, highest) = match schema.format.as_deref() {
        Some("int32") => (f64::from(i32::MIN), f64::from(i32::MAX)),
        Some("int64") => (i64::MIN as f64, i64::MAX as f64),
        _ => (f64::MIN, f64::MAX),
    };
    Range {
        min: schema.minimum.unwrap_or(lowest).max(lowest),
        max: schema.maximum.unwrap_or(highest).min(highest),
    }
}

fn count(bound: Option<i64>) -> Option<usize> {
    usize::try_from(bound?).ok()
}
