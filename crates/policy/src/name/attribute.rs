//! Attribute types of a subject name (SUB-03).

use std::fmt;

pub use const_oid::ObjectIdentifier as Oid;

use super::parse_oid;

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

/// Other spellings of keywords that CertStrToName reads.
const ALIASES: [(AttributeType, &str); 5] = [
    (AttributeType::Email, "Email"),
    (AttributeType::StateOrProvince, "S"),
    (AttributeType::Title, "Title"),
    (AttributeType::GivenName, "GivenName"),
    (AttributeType::Initials, "Initials"),
];

/// Keys that other tools read but CertStrToName does not, with the OID to write for them (D-11).
const FOREIGN: [(&str, &str); 6] = [
    ("SERIALNUMBER", "2.5.4.5"),
    ("UID", "0.9.2342.19200300.100.1.1"),
    ("USERID", "0.9.2342.19200300.100.1.1"),
    ("DNQUALIFIER", "2.5.4.46"),
    ("POSTALCODE", "2.5.4.17"),
    ("UNSTRUCTUREDNAME", "1.2.840.113549.1.9.2"),
];

/// A key that names no attribute type (SUB-03).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key:?} is no attribute key")]
pub struct UnknownKey {
    /// The key, cut to 64 characters.
    pub key: String,
    /// The OID to write instead, where the key is known elsewhere.
    pub write_instead: Option<&'static str>,
}

impl AttributeType {
    /// Reads a key: a keyword in any case, a dotted OID, or one after `OID.`.
    pub fn from_key(key: &str) -> Result<Self, UnknownKey> {
        let is = |known: &str| known.eq_ignore_ascii_case(key);
        let keyword = KEYWORDS.iter().find(|(_, known, _)| is(known)).map(|(kind, ..)| *kind);
        let alias = || ALIASES.iter().find(|(_, known)| is(known)).map(|(kind, _)| *kind);
        keyword.or_else(alias).or_else(|| Self::from_dotted(key)).ok_or_else(|| UnknownKey {
            key: key.chars().take(64).collect(),
            write_instead: FOREIGN.iter().find(|(known, _)| is(known)).map(|(_, oid)| *oid),
        })
    }

    fn from_dotted(key: &str) -> Option<Self> {
        let dotted = match key.split_at_checked(4) {
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case("OID.") => rest,
            _ => key,
        };
        parse_oid(dotted).map(Self::from_oid)
    }

    /// The most characters that X.520 allows a value (RFC 5280 appendix A.1); `None` where it names no bound.
    pub const fn max_length(self) -> Option<usize> {
        match self {
            Self::CommonName | Self::Organization | Self::OrganizationalUnit | Self::Title => Some(64),
            Self::Locality | Self::StateOrProvince => Some(128),
            Self::Email => Some(255),
            Self::Country => Some(2),
            Self::Street
            | Self::GivenName
            | Self::Initials
            | Self::Surname
            | Self::DomainComponent
            | Self::Other(_) => None,
        }
    }

    /// Whether a certificate holds its values as IA5String, which is ASCII (SUB-14).
    pub const fn is_ia5(self) -> bool {
        matches!(self, Self::Email | Self::DomainComponent)
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_read_in_any_case_and_by_their_other_spellings() {
        for (key, kind) in [
            ("cn", AttributeType::CommonName),
            ("Email", AttributeType::Email),
            ("S", AttributeType::StateOrProvince),
            ("SN", AttributeType::Surname),
            ("OID.2.5.4.3", AttributeType::CommonName),
            ("2.5.4.5", AttributeType::Other(Oid::new_unwrap("2.5.4.5"))),
        ] {
            assert_eq!(AttributeType::from_key(key), Ok(kind), "{key}");
        }
    }

    /// X.520 §6, RFC 2985 §5.2.1 and RFC 4519 §2.4 give these numbers.
    #[test]
    fn each_keyword_stands_for_its_registered_oid() {
        for (key, oid) in [
            ("CN", "2.5.4.3"),
            ("SN", "2.5.4.4"),
            ("C", "2.5.4.6"),
            ("L", "2.5.4.7"),
            ("ST", "2.5.4.8"),
            ("STREET", "2.5.4.9"),
            ("O", "2.5.4.10"),
            ("OU", "2.5.4.11"),
            ("T", "2.5.4.12"),
            ("G", "2.5.4.42"),
            ("I", "2.5.4.43"),
            ("E", "1.2.840.113549.1.9.1"),
            ("DC", "0.9.2342.19200300.100.1.25"),
        ] {
            assert_eq!(AttributeType::from_key(key).unwrap().oid().to_string(), oid, "{key}");
        }
    }

    #[test]
    fn keys_of_other_tools_are_refused_with_the_oid_to_write() {
        let error = AttributeType::from_key("serialNumber").unwrap_err();
        assert_eq!(error.write_instead, Some("2.5.4.5"));
        assert_eq!(AttributeType::from_key("OID.").unwrap_err().write_instead, None);
        assert!(AttributeType::from_key("é=").is_err());
    }

    #[test]
    fn a_key_is_printed_so_that_it_is_read_back() {
        for (kind, ..) in KEYWORDS {
            assert_eq!(AttributeType::from_key(&kind.to_string()), Ok(kind));
            assert_eq!(AttributeType::from_oid(kind.oid()), kind);
        }
    }
}
