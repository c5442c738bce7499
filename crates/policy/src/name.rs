//! X.500 names as CertStrToName reads them: templates, resolved names, and the canonical text (design §4).

mod attribute;
mod distinguished;
mod template;

pub use attribute::{AttributeType, Oid};
pub use distinguished::{Attribute, DistinguishedName, RelativeDistinguishedName};
pub use template::{AttributeTemplate, RdnTemplate, SubjectTemplate};
