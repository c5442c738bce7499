//! What a word means: YAML 1.1 as go-yaml v2 resolves it, then numbers as Go's JSON carries them.

use serde_json::Number;

/// A scalar as resolved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Scalar<'t> {
    Null,
    Bool(bool),
    /// A whole number of 64 bits, with or without sign.
    Integer(i128),
    Float(f64),
    Text(&'t str),
}

/// What a plain scalar, one without quotes and tag, means.
pub(crate) fn resolve(text: &str) -> Scalar<'_> {
    let Some(first) = text.bytes().next() else { return Scalar::Null };
    match first {
        b'0'..=b'9' | b'+' | b'-' | b'.' => number(text).unwrap_or(Scalar::Text(text)),
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => word(text),
        _ => Scalar::Text(text),
    }
}

fn word(text: &str) -> Scalar<'_> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Scalar::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Scalar::Bool(false)
        }
        "~" | "null" | "Null" | "NULL" => Scalar::Null,
        other => Scalar::Text(other),
    }
}

fn number(text: &str) -> Option<Scalar<'static>> {
    match text {
        ".nan" | ".NaN" | ".NAN" => return Some(Scalar::Float(f64::NAN)),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Some(Scalar::Float(f64::INFINITY)),
        "-.inf" | "-.Inf" | "-.INF" => return Some(Scalar::Float(f64::NEG_INFINITY)),
        _ => {}
    }
    if text.starts_with('.') {
        return underscores_between_digits(text).then(|| float(&text.replace('_', "")))?;
    }
    let plain = text.replace('_', "");
    integer(&plain).map(Scalar::Integer).or_else(|| float(&plain))
}

/// Go's `ParseInt` and `ParseUint` with base 0: prefixes `0x`, `0o` and `0b`, and a leading zero for octal.
fn integer(text: &str) -> Option<i128> {
    let (sign, unsigned) = match text.split_at_checked(1)? {
        ("-", rest) => (-1, rest),
        ("+", rest) => (1, rest),
        _ => (1, text),
    };
    let (radix, digits) = match unsigned.split_at_checked(2) {
        Some(("0x" | "0X", digits)) => (16, digits),
        Some(("0o" | "0O", digits)) => (8, digits),
        Some(("0b" | "0B", digits)) => (2, digits),
        _ if unsigned.len() > 1 && unsigned.starts_with('0') => (8, &unsigned[1..]),
        _ => (10, unsigned),
    };
    let digits = Some(digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_alphanumeric()))?;
    let number = sign * i128::from(u64::from_str_radix(digits, radix).ok()?);
    let highest = if text.starts_with('+') { i128::from(i64::MAX) } else { i128::from(u64::MAX) };
    (i128::from(i64::MIN)..=highest).contains(&number).then_some(number)
}

/// Where a point comes first, Go's own `ParseFloat` decides.
fn underscores_between_digits(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit =
        |index: Option<usize>| index.and_then(|index| bytes.get(index)).is_some_and(u8::is_ascii_digit);
    bytes
        .iter()
        .enumerate()
        .all(|(index, byte)| *byte != b'_' || (digit(index.checked_sub(1)) && digit(index.checked_add(1))))
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, and finite.
fn float(text: &str) -> Option<Scalar<'static>> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let starts = unsigned.trim_start_matches('.').starts_with(|first: char| first.is_ascii_digit());
    let number: f64 = if starts { text.parse().ok()? } else { return None };
    number.is_finite().then_some(Scalar::Float(number))
}

/// A whole number as JSON carries it through Kubernetes: an `i64`, or what an `f64` makes of it.
#[allow(clippy::cast_precision_loss, reason = "so do Kubernetes' decoders with numbers beyond 63 bits")]
pub(crate) fn whole(number: i128) -> Option<Number> {
    i64::try_from(number).map_or_else(|_| Number::from_f64(number as f64), |number| Some(number.into()))
}

/// A float as JSON carries it: Go writes 1e3 as `1000`, and Kubernetes reads an integer. None for infinities.
pub(crate) fn real(number: f64) -> Option<Number> {
    let whole = number.is_finite() && number.fract() == 0.0;
    let integer = whole.then(|| number.to_string().parse::<i64>().ok()).flatten();
    integer.map(Number::from).or_else(|| Number::from_f64(number))
}

/// A key as text, as sigs.k8s.io/yaml makes it. None for what cannot be a key: null, and integers beyond 63 bits.
pub(crate) fn key(scalar: Scalar<'_>) -> Option<String> {
    match scalar {
        Scalar::Null => None,
        Scalar::Bool(value) => Some(value.to_string()),
        Scalar::Integer(number) => i64::try_from(number).ok().map(|number| number.to_string()),
        Scalar::Float(number) => Some(float_key(number)),
        Scalar::Text(text) => Some(text.to_owned()),
    }
}

/// A float as a key: the shortest text that is the same `f32`, with an exponent below 1e-4 and from 1e6 on, as Go's
/// `FormatFloat(x, 'g', -1, 32)` has it.
#[allow(clippy::cast_possible_truncation, reason = "so does sigs.k8s.io/yaml")]
fn float_key(number: f64) -> String {
    let narrow = number as f32;
    if narrow.is_nan() {
        return ".nan".to_owned();
    }
    if narrow.is_infinite() {
        return if narrow > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{narrow:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    match exponent.parse::<i32>() {
        Ok(power) if (-4..6).contains(&power) => format!("{narrow}"),
        Ok(power) => format!("{digits}e{}{:02}", if power < 0 { '-' } else { '+' }, power.abs()),
        Err(_) => scientific,
    }
}
