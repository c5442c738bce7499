//! A resolved distinguished name: what goes into a certificate, and what a request is compared with (SUB-15).

use super::AttributeType;

/// One attribute and its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attribute {
    /// The attribute's type.
    pub kind: AttributeType,
    /// The value as text; the string type on encoding follows from `kind` and the characters.
    pub value: String,
}

/// A relative distinguished name: one attribute, rarely more (SUB-07).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelativeDistinguishedName {
    /// The attributes as written.
    pub attributes: Vec<Attribute>,
}

/// A distinguished name: relative names in encoded order. Its `Display` is the canonical subject text of design §4.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DistinguishedName {
    /// The relative names, first encoded first.
    pub rdns: Vec<RelativeDistinguishedName>,
}
