//! The value of a scalar by its style and its tag.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use granit_parser::{ScalarStyle, Tag};

use crate::error::{Error, Problem};
use crate::node::Value;
use crate::place::Span;
use crate::scalar::{self, Scalar, resolve};

/// The value of a scalar: only a plain one is more than text, unless a tag says so.
pub(super) fn scalar_value(
    text: &str,
    style: ScalarStyle,
    tag: Option<&Tag>,
    span: Span,
) -> Result<Value, Error> {
    let Some(tag) = tag else {
        return if style == ScalarStyle::Plain {
            value(resolve(text), text, span)
        } else {
            Ok(Value::String(text.to_owned()))
        };
    };
    let suffix = core_suffix(tag);
    let unfit = || Error::new(Problem::Tag { tag: format!("!!{suffix}"), text: text.to_owned() }, span);
    match (&*suffix, resolve(text)) {
        ("binary", _) => {
            let bytes = STANDARD.decode(text).map_err(|_| unfit())?;
            Ok(Value::String(String::from_utf8_lossy(&bytes).into_owned()))
        }
        ("float", Scalar::Integer(number)) => Ok(Value::Number(scalar::whole(number).ok_or_else(unfit)?)),
        ("null", scalar @ Scalar::Null)
        | ("bool", scalar @ Scalar::Bool(_))
        | ("int", scalar @ Scalar::Integer(_))
        | ("float", scalar @ Scalar::Float(_)) => value(scalar, text, span),
        ("null" | "bool" | "int" | "float", _) => Err(unfit()),
        _ => Ok(Value::String(text.to_owned())),
    }
}

fn value(scalar: Scalar<'_>, text: &str, span: Span) -> Result<Value, Error> {
    let not_finite = || Error::new(Problem::NotFinite { text: text.to_owned() }, span);
    Ok(match scalar {
        Scalar::Null => Value::Null,
        Scalar::Bool(value) => Value::Bool(value),
        Scalar::Integer(number) => Value::Number(scalar::whole(number).ok_or_else(not_finite)?),
        Scalar::Float(number) => Value::Number(scalar::real(number).ok_or_else(not_finite)?),
        Scalar::Text(text) => Value::String(text.to_owned()),
    })
}

/// What follows `!!` in a tag, empty for tags that YAML does not define.
pub(super) fn core_suffix(tag: &Tag) -> Cow<'_, str> {
    tag.suffix_in_namespace("tag:yaml.org,2002:").unwrap_or_default()
}
