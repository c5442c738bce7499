//! The ASN.1 string types of attribute values: which one is written, and reading all of them.

use der::Tag;
use der::asn1::{Any, Ia5StringRef, PrintableStringRef, Utf8StringRef};

use super::AttributeType;

/// A value that its ASN.1 string type cannot hold (SUB-14, SAN-06). It does not say which: the value may be personal, and
/// this is logged (decision 0106).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a value cannot be encoded as the {string_type} of {what}")]
pub struct NotEncodable {
    /// The string type that would hold it.
    pub string_type: &'static str,
    /// The attribute or the kind of alternative name.
    pub what: String,
}

/// Encodes a value as policy-rules §3 says: E and DC as IA5String, C as PrintableString, the others as PrintableString
/// where its alphabet suffices, else as UTF8String.
pub(super) fn encode(kind: AttributeType, value: &str) -> Result<Any, NotEncodable> {
    let not_as = |string_type| NotEncodable { string_type, what: kind.to_string() };
    let printable = || PrintableStringRef::new(value).ok().filter(|_| is_printable(value)).map(Any::from);
    if kind.is_ia5() {
        return Ia5StringRef::new(value).map(Any::from).map_err(|_| not_as("IA5String"));
    }
    if kind == AttributeType::Country {
        return printable().ok_or_else(|| not_as("PrintableString"));
    }
    match printable() {
        Some(any) => Ok(any),
        None => Utf8StringRef::new(value).map(Any::from).map_err(|_| not_as("UTF8String")),
    }
}

/// The alphabet of PrintableString (X.680 §41.4).
fn is_printable(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&byte))
}

/// The text of a string of any type that devices use (SUB-15). `None` where it is no string, or not one of its type.
pub(crate) fn decode(any: &Any) -> Option<String> {
    let bytes = any.value();
    match any.header().tag() {
        Tag::Utf8String => std::str::from_utf8(bytes).ok().map(str::to_owned),
        Tag::PrintableString
        | Tag::Ia5String
        | Tag::NumericString
        | Tag::VisibleString
        | Tag::GeneralString => {
            std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii()).map(str::to_owned)
        }
        // Devices that still write TeletexString mean Latin-1 by it.
        Tag::TeletexString => Some(bytes.iter().map(|&byte| char::from(byte)).collect()),
        Tag::BmpString => decode_utf16(bytes),
        _ => None,
    }
}

fn decode_utf16(bytes: &[u8]) -> Option<String> {
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    String::from_utf16(&units).ok()
}
