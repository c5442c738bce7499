//! Alternative names as DER (SAN-07): the value of the subjectAltName extension.

use der::asn1::{Any, Ia5String, Utf8StringRef};
use der::{Decode, Encode};
use x509_cert::ext::pkix::name as x509;

use super::GeneralName;
use crate::name::{NotEncodable, Oid, decode_string};
use crate::vocabulary::SanType;

/// The type of a user principal name in an otherName.
pub const USER_PRINCIPAL_NAME: Oid = Oid::new_unwrap("1.3.6.1.4.1.311.20.2.3");

/// What a subjectAltName extension says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlternativeNames {
    /// The names of the kinds that a profile can ask for, in order.
    pub known: Vec<GeneralName>,
    /// Whether there are names of another kind, such as an IP address.
    pub has_foreign: bool,
}

impl From<x509::GeneralNames> for AlternativeNames {
    fn from(names: x509::GeneralNames) -> Self {
        let mut read = Self::default();
        for name in &names {
            match GeneralName::from_x509(name) {
                Some(known) => read.known.push(known),
                None => read.has_foreign = true,
            }
        }
        read
    }
}

impl GeneralName {
    /// `GeneralNames` in DER, in the given order.
    pub fn encode_all(names: &[Self]) -> Result<Vec<u8>, NotEncodable> {
        let names = names.iter().map(Self::to_x509).collect::<Result<x509::GeneralNames, _>>()?;
        names.to_der().map_err(|_| NotEncodable {
            string_type: "GeneralNames",
            what: "the alternative names".to_owned(),
        })
    }

    /// Reads `GeneralNames` from DER, nothing after them.
    pub fn decode_all(der: &[u8]) -> Result<AlternativeNames, der::Error> {
        x509::GeneralNames::from_der(der).map(AlternativeNames::from)
    }

    /// The name in the form of the `x509-cert` crate.
    pub fn to_x509(&self) -> Result<x509::GeneralName, NotEncodable> {
        let not_as = |string_type| NotEncodable { string_type, what: self.kind().to_string() };
        let ia5 = |value: &str| Ia5String::new(value).map_err(|_| not_as("IA5String"));
        Ok(match self {
            Self::Email(value) => x509::GeneralName::Rfc822Name(ia5(value)?),
            Self::Dns(value) => x509::GeneralName::DnsName(ia5(value)?),
            Self::Uri(value) => x509::GeneralName::UniformResourceIdentifier(ia5(value)?),
            Self::Upn(value) => x509::GeneralName::OtherName(x509::OtherName {
                type_id: USER_PRINCIPAL_NAME,
                value: Utf8StringRef::new(value).map(Any::from).map_err(|_| not_as("UTF8String"))?,
            }),
        })
    }

    /// Makes a name of that kind.
    pub fn new(kind: SanType, value: String) -> Self {
        match kind {
            SanType::Email => Self::Email(value),
            SanType::Upn => Self::Upn(value),
            SanType::Dns => Self::Dns(value),
            SanType::Uri => Self::Uri(value),
        }
    }

    /// `None` for a kind that no profile can ask for.
    fn from_x509(name: &x509::GeneralName) -> Option<Self> {
        match name {
            x509::GeneralName::Rfc822Name(value) => Some(Self::Email(value.to_string())),
            x509::GeneralName::DnsName(value) => Some(Self::Dns(value.to_string())),
            x509::GeneralName::UniformResourceIdentifier(value) => Some(Self::Uri(value.to_string())),
            x509::GeneralName::OtherName(other) if other.type_id == USER_PRINCIPAL_NAME => {
                decode_string(&other.value).map(Self::Upn)
            }
            x509::GeneralName::OtherName(_)
            | x509::GeneralName::DirectoryName(_)
            | x509::GeneralName::EdiPartyName(_)
            | x509::GeneralName::IpAddress(_)
            | x509::GeneralName::RegisteredId(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use der::asn1::OctetString;

    use super::*;

    #[test]
    fn names_are_read_back_from_their_der_in_order() {
        let names = [
            GeneralName::Upn("jäne@contoso.com".into()),
            GeneralName::Email("jane@contoso.com".into()),
            GeneralName::Dns("laptop.contoso.com".into()),
            GeneralName::Uri("tag:microsoft.com,2022-09-14:sid:S-1-5-21-1-2-3-1105".into()),
            GeneralName::Dns("laptop.contoso.com".into()),
        ];
        let read = GeneralName::decode_all(&GeneralName::encode_all(&names).unwrap()).unwrap();
        assert_eq!(read, AlternativeNames { known: names.to_vec(), has_foreign: false });
    }

    #[test]
    fn a_user_principal_name_is_an_other_name_with_a_utf8_string() {
        let der = GeneralName::encode_all(&[GeneralName::Upn("a@b".into())]).unwrap();
        let expected = b"\x30\x15\xa0\x13\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03\xa0\x05\x0c\x03a@b";
        assert_eq!(der, expected);
    }

    #[test]
    fn text_outside_ascii_is_encoded_in_a_user_principal_name_alone() {
        let value = "jäne@contoso.com".to_owned();
        for kind in [SanType::Email, SanType::Dns, SanType::Uri] {
            assert!(GeneralName::encode_all(&[GeneralName::new(kind, value.clone())]).is_err(), "{kind}");
        }
        assert!(GeneralName::encode_all(&[GeneralName::Upn(value)]).is_ok());
    }

    #[test]
    fn a_name_of_a_kind_that_no_profile_has_is_foreign() {
        let address = OctetString::new([127, 0, 0, 1]).unwrap();
        let der = vec![x509::GeneralName::IpAddress(address)].to_der().unwrap();
        assert_eq!(
            GeneralName::decode_all(&der),
            Ok(AlternativeNames { known: Vec::new(), has_foreign: true })
        );
    }
}
