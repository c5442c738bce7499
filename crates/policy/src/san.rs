//! Subject alternative names: what a profile asks for, and what a certificate says (SAN-01 … SAN-10).

mod encoding;
mod shape;

pub use encoding::{AlternativeNames, USER_PRINCIPAL_NAME};
pub(crate) use shape::looks_like;

use crate::template::Template;
use crate::vocabulary::SanType;

/// One entry of a profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SanTemplate {
    /// Its kind.
    pub kind: SanType,
    /// Its value.
    pub value: Template,
}

/// One subject alternative name with its value. DER forms: SAN-07.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GeneralName {
    /// rfc822Name.
    Email(String),
    /// otherName 1.3.6.1.4.1.311.20.2.3 with a UTF8String.
    Upn(String),
    /// dNSName.
    Dns(String),
    /// uniformResourceIdentifier.
    Uri(String),
}

impl GeneralName {
    /// Its kind.
    pub const fn kind(&self) -> SanType {
        match self {
            Self::Email(_) => SanType::Email,
            Self::Upn(_) => SanType::Upn,
            Self::Dns(_) => SanType::Dns,
            Self::Uri(_) => SanType::Uri,
        }
    }

    /// Its value.
    pub fn value(&self) -> &str {
        match self {
            Self::Email(value) | Self::Upn(value) | Self::Dns(value) | Self::Uri(value) => value,
        }
    }
}

impl std::fmt::Display for GeneralName {
    /// The form of `scepter resolve` and `scepter challenge`: `upn:…`, `email:…`, `dns:…`, `uri:…`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Email(value) => write!(f, "email:{value}"),
            Self::Upn(value) => write!(f, "upn:{value}"),
            Self::Dns(value) => write!(f, "dns:{value}"),
            Self::Uri(value) => write!(f, "uri:{value}"),
        }
    }
}
