//! X.500 names as CertStrToName reads them: templates, resolved names, and the canonical text (design §4).

mod attribute;
mod distinguished;
mod lexer;
mod oid;
mod quoting;
#[cfg(test)]
mod round_trip;
mod string_type;
mod template;

pub use attribute::{AttributeType, Oid, UnknownKey};
pub use distinguished::{Attribute, DistinguishedName, RelativeDistinguishedName, UnreadableName};
pub use string_type::NotEncodable;
pub use template::{AttributeTemplate, RdnTemplate, SubjectTemplate};

pub(crate) use lexer::find_escape;
pub(crate) use oid::parse_oid;
pub(crate) use quoting::needs_quotes;
pub(crate) use string_type::decode as decode_string;
