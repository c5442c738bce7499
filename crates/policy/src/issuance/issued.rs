//! From order to certificate: what was signed is read back and compared before anybody gets it.

use const_oid::AssociatedOid;
use der::{Decode, Encode};
use jiff::Timestamp;
use x509_cert::certificate::{TbsCertificate, Version};
use x509_cert::ext::pkix::{
    AuthorityInfoAccessSyntax, AuthorityKeyIdentifier, BasicConstraints, CertificatePolicies,
    CrlDistributionPoints, ExtendedKeyUsage, KeyUsage, SubjectAltName, SubjectKeyIdentifier,
};

use super::Order;
use crate::identity::SerialNumber;
use crate::name::{DistinguishedName, Oid};
use crate::request::key_usage_bits;
use crate::san::AlternativeNames;

/// A signed certificate that says exactly what its order says. Made by [`Order::issued`] alone.
///
/// ```compile_fail,E0451
/// use scepter_policy::issuance::Issued;
///
/// fn forge(real: Issued, der: Vec<u8>) -> Issued {
///     Issued { der, ..real }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Issued {
    order: Order,
    der: Vec<u8>,
}

/// A certificate that says something else than its order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the certificate made for serial {serial} differs from its order in {field}; nothing was handed out")]
pub struct IssuedMismatch {
    /// The order's serial.
    pub serial: SerialNumber,
    /// The first field that differs.
    pub field: &'static str,
}

/// The extensions that a certificate may have: those of the order, and those by which it is found and checked.
const EXTENSIONS: [Oid; 9] = [
    BasicConstraints::OID,
    KeyUsage::OID,
    ExtendedKeyUsage::OID,
    SubjectAltName::OID,
    SubjectKeyIdentifier::OID,
    AuthorityKeyIdentifier::OID,
    CrlDistributionPoints::OID,
    AuthorityInfoAccessSyntax::OID,
    CertificatePolicies::OID,
];

impl Issued {
    /// The order.
    pub fn order(&self) -> &Order {
        &self.order
    }

    /// The certificate as DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }
}

impl Order {
    /// Takes the certificate that was signed for this order, if it says what the order says: every field, whatever code
    /// made it. The signature itself is for whoever holds keys to check.
    pub fn issued(self, certificate_der: Vec<u8>) -> Result<Issued, IssuedMismatch> {
        match difference(&self, &certificate_der) {
            None => Ok(Issued { order: self, der: certificate_der }),
            Some(field) => Err(IssuedMismatch { serial: self.serial(), field }),
        }
    }
}

/// The first field in which a certificate differs from an order.
fn difference(order: &Order, der: &[u8]) -> Option<&'static str> {
    let Ok(certificate) = x509_cert::Certificate::from_der(der) else { return Some("its encoding") };
    let tbs = certificate.tbs_certificate();
    let same = [
        ("the version", tbs.version() == Version::V3),
        ("the serial number", tbs.serial_number().as_bytes() == order.serial().as_bytes()),
        ("the validity", has_validity(tbs, order)),
        ("the subject", has_subject(tbs, order)),
        ("the public key", tbs.subject_public_key_info().to_der().is_ok_and(|spki| spki == order.spki())),
        ("the unique identifiers", tbs.issuer_unique_id().is_none() && tbs.subject_unique_id().is_none()),
        ("the alternative names", has_alternative_names(tbs, order)),
        ("the key usage", has_key_usage(tbs, order)),
        ("the extended key usage", has_extended_key_usages(tbs, order)),
        ("the basic constraints", is_end_entity(tbs)),
        ("the extensions", has_no_other_extension(tbs)),
    ];
    same.into_iter().find(|(_, same)| !same).map(|(field, _)| field)
}

fn has_validity(tbs: &TbsCertificate, order: &Order) -> bool {
    let is = |time: x509_cert::time::Time, expected: Timestamp| {
        u64::try_from(expected.as_second()) == Ok(time.to_unix_duration().as_secs())
    };
    is(tbs.validity().not_before, order.not_before()) && is(tbs.validity().not_after, order.not_after())
}

fn has_subject(tbs: &TbsCertificate, order: &Order) -> bool {
    DistinguishedName::from_x509(tbs.subject()).is_ok_and(|subject| subject.says_the_same_as(order.subject()))
}

/// In the order's order; no extension where there are no names.
fn has_alternative_names(tbs: &TbsCertificate, order: &Order) -> bool {
    let expected = order.subject_alternative_names();
    match tbs.get_extension::<SubjectAltName>() {
        Ok(None) => expected.is_empty(),
        Ok(Some((_, names))) => {
            let names = AlternativeNames::from(names.0);
            !expected.is_empty() && names.known == expected && !names.has_foreign
        }
        Err(_) => false,
    }
}

fn has_key_usage(tbs: &TbsCertificate, order: &Order) -> bool {
    let expected = key_usage_bits(order.key_usages());
    matches!(tbs.get_extension::<KeyUsage>(), Ok(Some((_, usage))) if usage.0.bits() == expected)
}

fn has_extended_key_usages(tbs: &TbsCertificate, order: &Order) -> bool {
    let expected = order.extended_key_usages();
    matches!(tbs.get_extension::<ExtendedKeyUsage>(), Ok(Some((_, usages))) if usages.0 == expected)
}

fn is_end_entity(tbs: &TbsCertificate) -> bool {
    match tbs.get_extension::<BasicConstraints>() {
        Ok(constraints) => constraints.is_none_or(|(_, constraints)| !constraints.ca),
        Err(_) => false,
    }
}

fn has_no_other_extension(tbs: &TbsCertificate) -> bool {
    let mut extensions = tbs.extensions().into_iter().flatten();
    extensions.all(|extension| EXTENSIONS.contains(&extension.extn_id))
}
