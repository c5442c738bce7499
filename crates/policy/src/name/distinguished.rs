//! A resolved distinguished name: what goes into a certificate, and what a request is compared with (SUB-15).

use std::fmt;

use der::{Decode, Encode};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::name as x509;

use super::string_type::{self, NotEncodable};
use super::{AttributeType, quoting};

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

/// A name that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableName {
    /// It is no DER of a name.
    #[error("the name is not DER: {0}")]
    NotDer(#[from] der::Error),
    /// One of its values is no string.
    #[error("the value of {0} is not a string")]
    NotText(AttributeType),
}

impl DistinguishedName {
    /// Whether it has no relative name.
    pub fn is_empty(&self) -> bool {
        self.rdns.is_empty()
    }

    /// Every attribute, in order.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.rdns.iter().flat_map(|rdn| &rdn.attributes)
    }

    /// Whether two names say the same (SUB-15): the order of relative names counts, the order of attributes inside one
    /// does not, values are compared character by character, whatever string type held them.
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        let sorted = |rdn: &RelativeDistinguishedName| {
            let mut attributes = rdn.attributes.clone();
            attributes.sort();
            attributes
        };
        self.rdns.len() == other.rdns.len()
            && self.rdns.iter().zip(&other.rdns).all(|(ours, theirs)| sorted(ours) == sorted(theirs))
    }

    /// The same name with that common name: in the old one's place, or else at the end.
    #[must_use]
    pub fn with_common_name(&self, common_name: &str) -> Self {
        let common_name = Attribute { kind: AttributeType::CommonName, value: common_name.to_owned() };
        let mut name = self.clone();
        let mut attributes = name.rdns.iter_mut().flat_map(|rdn| &mut rdn.attributes);
        match attributes.find(|attribute| attribute.kind == AttributeType::CommonName) {
            Some(attribute) => *attribute = common_name,
            None => name.rdns.push(RelativeDistinguishedName { attributes: vec![common_name] }),
        }
        name
    }

    /// The name as DER.
    pub fn to_der(&self) -> Result<Vec<u8>, NotEncodable> {
        let rdns = self.rdns.iter().map(RelativeDistinguishedName::to_x509).collect::<Result<Vec<_>, _>>()?;
        x509::RdnSequence::from(rdns)
            .to_der()
            .map_err(|_| NotEncodable { string_type: "Name", what: "the subject".to_owned() })
    }

    /// Reads a name from DER, nothing after it.
    pub fn from_der(der: &[u8]) -> Result<Self, UnreadableName> {
        Self::from_x509(&x509::Name::from_der(der)?)
    }

    /// The text of a name that was decoded already.
    pub fn from_x509(name: &x509::Name) -> Result<Self, UnreadableName> {
        let rdns = name.iter_rdn().map(RelativeDistinguishedName::from_x509).collect::<Result<_, _>>()?;
        Ok(Self { rdns })
    }
}

impl RelativeDistinguishedName {
    fn to_x509(&self) -> Result<x509::RelativeDistinguishedName, NotEncodable> {
        let attributes = self.attributes.iter().map(|attribute| {
            let value = string_type::encode(attribute.kind, &attribute.value)?;
            Ok(AttributeTypeAndValue { oid: attribute.kind.oid(), value })
        });
        let attributes = attributes.collect::<Result<Vec<_>, NotEncodable>>()?;
        x509::RelativeDistinguishedName::try_from(attributes)
            .map_err(|_| NotEncodable { string_type: "SET", what: "a relative name".to_owned() })
    }

    fn from_x509(rdn: &x509::RelativeDistinguishedName) -> Result<Self, UnreadableName> {
        let attributes = rdn.iter().map(|attribute| {
            let kind = AttributeType::from_oid(attribute.oid);
            let value = string_type::decode(&attribute.value).ok_or(UnreadableName::NotText(kind))?;
            Ok(Attribute { kind, value })
        });
        Ok(Self { attributes: attributes.collect::<Result<_, UnreadableName>>()? })
    }

    /// The attributes in the order in which DER holds them; as written, where they cannot be encoded.
    fn in_der_order(&self) -> Self {
        let encoded = self.to_x509().ok();
        encoded.and_then(|rdn| Self::from_x509(&rdn).ok()).unwrap_or_else(|| self.clone())
    }
}

impl fmt::Display for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, rdn) in self.rdns.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { "," })?;
            write!(f, "{rdn}")?;
        }
        Ok(())
    }
}

impl fmt::Display for RelativeDistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, attribute) in self.in_der_order().attributes.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { "+" })?;
            write!(f, "{attribute}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=", self.kind)?;
        if quoting::needs_quotes(&self.value) {
            quoting::write_quoted(f, &self.value)
        } else {
            f.write_str(&self.value)
        }
    }
}

#[cfg(test)]
mod tests {
    use der::Tag;
    use der::asn1::Any;
    use proptest::prelude::*;

    use super::*;
    use crate::name::{Oid, SubjectTemplate};

    /// The name that a text without variables stands for.
    fn name(text: &str) -> DistinguishedName {
        let (template, _) = SubjectTemplate::parse(text).unwrap();
        let rdns = template.rdns().iter().map(|rdn| RelativeDistinguishedName {
            attributes: rdn
                .iter()
                .map(|a| Attribute { kind: a.kind, value: a.value.as_static().unwrap().to_owned() })
                .collect(),
        });
        DistinguishedName { rdns: rdns.collect() }
    }

    fn common_name(value: &str) -> DistinguishedName {
        let attribute = Attribute { kind: AttributeType::CommonName, value: value.to_owned() };
        DistinguishedName { rdns: vec![RelativeDistinguishedName { attributes: vec![attribute] }] }
    }

    /// A name of one common name, in that string type.
    fn der_with(tag: Tag, bytes: &[u8]) -> Vec<u8> {
        let attribute =
            AttributeTypeAndValue { oid: Oid::new_unwrap("2.5.4.3"), value: Any::new(tag, bytes).unwrap() };
        let rdn = x509::RelativeDistinguishedName::try_from(vec![attribute]).unwrap();
        x509::RdnSequence::from(vec![rdn]).to_der().unwrap()
    }

    #[test]
    fn the_canonical_text_quotes_what_cert_name_to_str_quotes() {
        for (value, text) in [
            ("Jane Doe", "CN=Jane Doe"),
            ("CORP\\jane", "CN=CORP\\jane"),
            ("Doe, Jane", "CN=\"Doe, Jane\""),
            (" a", "CN=\" a\""),
            ("the \"best\"", "CN=\"the \"\"best\"\"\""),
            ("a#b", "CN=\"a#b\""),
            ("a<b>", "CN=\"a<b>\""),
            ("", "CN=\"\""),
        ] {
            assert_eq!(common_name(value).to_string(), text);
        }
    }

    #[test]
    fn the_canonical_text_keeps_the_order_of_relative_names_and_sorts_within_one() {
        assert_eq!(name("OU=b + CN=a , O=c;CN=d").to_string(), "CN=a+OU=b,O=c,CN=d");
    }

    #[test]
    fn an_attribute_without_a_keyword_is_printed_as_a_bare_oid() {
        assert_eq!(name("OID.2.5.4.5=C02").to_string(), "2.5.4.5=C02");
    }

    #[test]
    fn each_attribute_is_encoded_in_its_string_type() {
        let tags = |text: &str| -> Vec<Tag> {
            let der = name(text).to_der().unwrap();
            x509::Name::from_der(&der)
                .unwrap()
                .iter()
                .map(|attribute| attribute.value.header().tag())
                .collect()
        };
        assert_eq!(tags("CN=Jane,CN=J_D,CN=Jäne"), [Tag::PrintableString, Tag::Utf8String, Tag::Utf8String]);
        assert_eq!(
            tags("E=a@b.example,DC=example,C=DE"),
            [Tag::Ia5String, Tag::Ia5String, Tag::PrintableString]
        );
    }

    #[test]
    fn a_printable_string_holds_its_alphabet_and_any_other_character_takes_utf_8() {
        for character in (' '..='~').chain(['é']) {
            let value = format!("a{character}a");
            let der = common_name(&value).to_der().unwrap();
            let tag = x509::Name::from_der(&der).unwrap().iter().next().unwrap().value.header().tag();
            let is_printable = character.is_ascii_alphanumeric() || " '()+,-./:=?".contains(character);
            let expected = if is_printable { Tag::PrintableString } else { Tag::Utf8String };
            assert_eq!(tag, expected, "{character:?}");
        }
    }

    #[test]
    fn what_its_string_type_cannot_hold_is_not_encoded() {
        for (kind, value) in [
            (AttributeType::Email, "jäne@contoso.com"),
            (AttributeType::DomainComponent, "münchen"),
            (AttributeType::Country, "ÄÖ"),
        ] {
            let attribute = Attribute { kind, value: value.to_owned() };
            let name =
                DistinguishedName { rdns: vec![RelativeDistinguishedName { attributes: vec![attribute] }] };
            let error = name.to_der().unwrap_err().to_string();
            assert!(error.contains(&kind.to_string()) && !error.contains(value), "{error}");
        }
    }

    #[test]
    fn a_value_is_the_same_in_every_string_type() {
        for (tag, bytes) in [
            (Tag::PrintableString, b"Jane".as_slice()),
            (Tag::Utf8String, b"Jane"),
            (Tag::Ia5String, b"Jane"),
            (Tag::TeletexString, b"Jane"),
            (Tag::BmpString, b"\0J\0a\0n\0e"),
        ] {
            let read = DistinguishedName::from_der(&der_with(tag, bytes)).unwrap();
            assert!(read.says_the_same_as(&common_name("Jane")), "{tag}");
        }
        let latin = DistinguishedName::from_der(&der_with(Tag::TeletexString, b"J\xe4ne")).unwrap();
        assert!(latin.says_the_same_as(&common_name("Jäne")));
    }

    #[test]
    fn a_value_that_is_no_string_is_unreadable() {
        let error = DistinguishedName::from_der(&der_with(Tag::OctetString, b"Jane")).unwrap_err();
        assert_eq!(error, UnreadableName::NotText(AttributeType::CommonName));
        for (tag, bytes) in
            [(Tag::Utf8String, b"\xff".as_slice()), (Tag::Ia5String, b"\xe4"), (Tag::BmpString, b"a")]
        {
            assert!(DistinguishedName::from_der(&der_with(tag, bytes)).is_err(), "{tag}");
        }
    }

    #[test]
    fn the_order_of_relative_names_counts_and_that_inside_one_does_not() {
        assert!(!name("CN=a,O=b").says_the_same_as(&name("O=b,CN=a")));
        assert!(!name("CN=a,O=b").says_the_same_as(&name("CN=a+O=b")));
        assert!(name("CN=a+O=b").says_the_same_as(&name("O=b+CN=a")));
        assert!(!name("CN=a").says_the_same_as(&name("CN=A")));
        assert!(!name("CN=a").says_the_same_as(&name("CN=a,CN=a")));
    }

    proptest! {
        #[test]
        fn a_name_that_is_encoded_and_decoded_says_the_same(values in proptest::collection::vec(".{1,12}", 1..4)) {
            let rdns = values.iter().map(|value| common_name(value).rdns.remove(0)).collect();
            let name = DistinguishedName { rdns };
            let read = DistinguishedName::from_der(&name.to_der().unwrap()).unwrap();
            prop_assert!(read.says_the_same_as(&name));
        }

        #[test]
        fn the_canonical_text_of_a_name_is_read_back_as_that_name(value in "[a-zA-Z ,;+=\"#<>é]{1,12}") {
            prop_assume!(!value.trim().is_empty());
            let written = common_name(&value);
            prop_assert_eq!(name(&written.to_string()), written);
        }
    }
}
