//! Attribute types of a subject name (SUB-03).

use std::fmt;

pub use const_oid::ObjectIdentifier as Oid;

/// An attribute type: one of CertStrToName's keywords, or a bare OID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttributeType {
    /// commonName, `CN`.
    CommonName,
    /// emailAddress (PKCS #9), `E`.
    Email,
    /// organizationalUnitName, `OU`.
    OrganizationalUnit,
    /// organizationName, `O`.
    Organization,
    /// localityName, `L`.
    Locality,
    /// stateOrProvinceName, `ST`.
    StateOrProvince,
    /// countryName, `C`.
    Country,
    /// streetAddress, `STREET`.
    Street,
    /// title, `T`.
    Title,
    /// givenName, `G`.
    GivenName,
    /// initials, `I`.
    Initials,
    /// surname, `SN`.
    Surname,
    /// domainComponent, `DC`.
    DomainComponent,
    /// Any other attribute.
    Other(Oid),
}

/// The keyword types with their canonical key and OID.
const KEYWORDS: [(AttributeType, &str, Oid); 13] = [
    (AttributeType::CommonName, "CN", Oid::new_unwrap("2.5.4.3")),
    (AttributeType::Email, "E", Oid::new_unwrap("1.2.840.113549.1.9.1")),
    (AttributeType::OrganizationalUnit, "OU", Oid::new_unwrap("2.5.4.11")),
    (AttributeType::Organization, "O", Oid::new_unwrap("2.5.4.10")),
    (AttributeType::Locality, "L", Oid::new_unwrap("2.5.4.7")),
    (AttributeType::StateOrProvince, "ST", Oid::new_unwrap("2.5.4.8")),
    (AttributeType::Country, "C", Oid::new_unwrap("2.5.4.6")),
    (AttributeType::Street, "STREET", Oid::new_unwrap("2.5.4.9")),
    (AttributeType::Title, "T", Oid::new_unwrap("2.5.4.12")),
    (AttributeType::GivenName, "G", Oid::new_unwrap("2.5.4.42")),
    (AttributeType::Initials, "I", Oid::new_unwrap("2.5.4.43")),
    (AttributeType::Surname, "SN", Oid::new_unwrap("2.5.4.4")),
    (AttributeType::DomainComponent, "DC", Oid::new_unwrap("0.9.2342.19200300.100.1.25")),
];

impl AttributeType {
    /// The type that an OID stands for.
    pub fn from_oid(oid: Oid) -> Self {
        KEYWORDS.iter().find(|(.., known)| *known == oid).map_or(Self::Other(oid), |(kind, ..)| *kind)
    }

    /// The type's OID.
    pub fn oid(self) -> Oid {
        match self {
            Self::Other(oid) => oid,
            keyword => {
                KEYWORDS.iter().find(|(kind, ..)| *kind == keyword).map_or(KEYWORDS[0].2, |(.., oid)| *oid)
            }
        }
    }
}

impl fmt::Display for AttributeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match KEYWORDS.iter().find(|(kind, ..)| kind == self) {
            Some((_, key, _)) => f.write_str(key),
            None => write!(f, "{}", self.oid()),
        }
    }
}
