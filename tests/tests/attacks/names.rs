//! What a request may ask for, in DER: names and extensions, honest ones and others.

use std::str::FromStr as _;

use der::Encode as _;
use der::asn1::{Ia5StringRef, ObjectIdentifier, OctetString};
use scepter_tests::tlv::{CONTEXT_0, SEQUENCE, UTF8_STRING, tlv};
use x509_cert::ext::Extension;
use x509_cert::name::Name;

pub(crate) const SUBJECT_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
pub(crate) const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
pub(crate) const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
pub(crate) const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");
/// The security identifier in a certificate for Active Directory (KB5014754).
pub(crate) const SECURITY_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.25.2");
/// The user principal name as an otherName.
const UPN: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.20.2.3");

const EMAIL: u8 = 0x81;
const DNS: u8 = 0x82;
const URI: u8 = 0x86;

/// A subject from canonical text, whose first part comes first; RFC 4514, which the library reads, has the last one first.
pub(crate) fn subject(text: &str) -> Vec<u8> {
    let reversed: Vec<&str> = text.rsplit(',').collect();
    Name::from_str(&reversed.join(",")).unwrap().to_der().unwrap()
}

/// The value of subjectAltName with DNS names.
pub(crate) fn dns_names(names: &[&str]) -> Vec<u8> {
    general_names(&names.iter().map(|name| dns(name)).collect::<Vec<_>>())
}

/// The value of subjectAltName.
pub(crate) fn general_names(names: &[Vec<u8>]) -> Vec<u8> {
    tlv(SEQUENCE, &names.concat())
}

pub(crate) fn dns(name: &str) -> Vec<u8> {
    tlv(DNS, name.as_bytes())
}

pub(crate) fn uri(uri: &str) -> Vec<u8> {
    tlv(URI, Ia5StringRef::new(uri).unwrap().as_bytes())
}

pub(crate) fn email(address: &str) -> Vec<u8> {
    tlv(EMAIL, address.as_bytes())
}

pub(crate) fn upn(name: &str) -> Vec<u8> {
    let value = tlv(CONTEXT_0, &tlv(UTF8_STRING, name.as_bytes()));
    tlv(CONTEXT_0, &[UPN.to_der().unwrap(), value].concat())
}

/// An extension that a request asks for.
pub(crate) fn extension(oid: ObjectIdentifier, value: Vec<u8>) -> Extension {
    Extension { extn_id: oid, critical: false, extn_value: OctetString::new(value).unwrap() }
}

/// The alternative names alone: all that an honest request of the range asks for.
pub(crate) fn alternative_names(value: &[u8]) -> Extension {
    extension(SUBJECT_ALT_NAME, value.to_vec())
}

/// The value of extendedKeyUsage.
pub(crate) fn usages(oids: &[&str]) -> Vec<u8> {
    let oids: Vec<u8> =
        oids.iter().flat_map(|oid| ObjectIdentifier::new(oid).unwrap().to_der().unwrap()).collect();
    tlv(SEQUENCE, &oids)
}
