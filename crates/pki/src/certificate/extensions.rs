//! The extensions that we write (RFC 5280 §§4.2, 5.2, 5.3).

use aws_lc_rs::digest::{SHA256, digest};
use const_oid::db::rfc5280::{
    ID_AD_CA_ISSUERS, ID_AD_OCSP, ID_CE_ISSUING_DISTRIBUTION_POINT, ID_CE_SUBJECT_ALT_NAME,
};
use const_oid::db::rfc6960::ID_PKIX_OCSP_NOCHECK;
use const_oid::{AssociatedOid, ObjectIdentifier};
use der::asn1::{Ia5String, Null, OctetString};
use der::flagset::FlagSet;
use der::{Decode, Encode};
use spki::SubjectPublicKeyInfoRef;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::crl::dp::DistributionPoint;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName, GeneralNames};
use x509_cert::ext::pkix::{
    AccessDescription, AuthorityInfoAccessSyntax, AuthorityKeyIdentifier, BasicConstraints,
    CrlDistributionPoints, CrlNumber, CrlReason, ExtendedKeyUsage, IssuingDistributionPoint, KeyUsage,
    KeyUsages, NameConstraints, SubjectKeyIdentifier,
};

use crate::name_constraints;

/// The bytes of a key identifier: the leftmost 160 bits of the SHA-256 of the public key (RFC 7093 §2, method 1).
const KEY_IDENTIFIER_LENGTH: usize = 20;

/// The identifier of a public key given as `SubjectPublicKeyInfo`.
pub(crate) fn key_identifier(spki: &[u8]) -> Result<Vec<u8>, der::Error> {
    let key = SubjectPublicKeyInfoRef::from_der(spki)?;
    let hash = digest(&SHA256, key.subject_public_key.raw_bytes());
    Ok(hash.as_ref().iter().copied().take(KEY_IDENTIFIER_LENGTH).collect())
}

/// What the key may be used for; critical (§4.2.1.3).
pub(crate) fn key_usage(usages: impl Into<FlagSet<KeyUsages>>) -> Result<Extension, der::Error> {
    extension(true, &KeyUsage(usages.into()))
}

/// What the certificate is for; not critical (§4.2.1.12).
pub(crate) fn extended_key_usage(purposes: &[ObjectIdentifier]) -> Result<Extension, der::Error> {
    extension(false, &ExtendedKeyUsage(purposes.to_vec()))
}

/// A CA certificate that may not have CAs below it; critical (§4.2.1.9).
pub(crate) fn issuing_ca() -> Result<Extension, der::Error> {
    extension(true, &BasicConstraints { ca: true, path_len_constraint: Some(0) })
}

/// Which names may stand below a CA; critical (§4.2.1.10).
pub(crate) fn name_constraints(
    constraints: &name_constraints::NameConstraints,
) -> Result<Extension, der::Error> {
    extension(true, &NameConstraints::from(constraints))
}

/// Not a CA certificate, said explicitly; critical (§4.2.1.9).
pub(crate) fn not_a_ca() -> Result<Extension, der::Error> {
    extension(true, &BasicConstraints { ca: false, path_len_constraint: None })
}

/// Which key is certified (§4.2.1.2).
pub(crate) fn subject_key_identifier(identifier: Vec<u8>) -> Result<Extension, der::Error> {
    extension(false, &SubjectKeyIdentifier(OctetString::new(identifier)?))
}

/// Which key signed (§4.2.1.1).
pub(crate) fn authority_key_identifier(identifier: &[u8]) -> Result<Extension, der::Error> {
    let key_identifier = Some(OctetString::new(identifier)?);
    extension(false, &AuthorityKeyIdentifier { key_identifier, ..Default::default() })
}

/// The subject's other names, already encoded; critical when there is no subject (§4.2.1.6).
pub(crate) fn subject_alternative_names(names: Vec<u8>, critical: bool) -> Result<Extension, der::Error> {
    Ok(Extension { extn_id: ID_CE_SUBJECT_ALT_NAME, critical, extn_value: OctetString::new(names)? })
}

/// Where the CRL is, one or more places that hold the same one (§4.2.1.13).
pub(crate) fn crl_distribution_points(urls: &[String]) -> Result<Extension, der::Error> {
    let point = DistributionPoint {
        distribution_point: Some(DistributionPointName::FullName(uris(urls)?)),
        reasons: None,
        crl_issuer: None,
    };
    extension(false, &CrlDistributionPoints(vec![point]))
}

/// Which CRL this is: the one at these places; critical (§5.2.5).
pub(crate) fn issuing_distribution_point(urls: &[String]) -> Result<Extension, der::Error> {
    let point = IssuingDistributionPoint {
        distribution_point: Some(DistributionPointName::FullName(uris(urls)?)),
        only_contains_user_certs: false,
        only_contains_ca_certs: false,
        only_some_reasons: None,
        indirect_crl: false,
        only_contains_attribute_certs: false,
    };
    // The library associates the OID of another extension with this one.
    let (extn_id, extn_value) = (ID_CE_ISSUING_DISTRIBUTION_POINT, OctetString::new(point.to_der()?)?);
    Ok(Extension { extn_id, critical: true, extn_value })
}

/// Where OCSP is answered and where the issuer's certificate is (§4.2.2.1).
pub(crate) fn authority_information_access(
    ocsp_urls: &[String],
    issuer_urls: &[String],
) -> Result<Extension, der::Error> {
    let mut places = Vec::new();
    for (access_method, urls) in [(ID_AD_OCSP, ocsp_urls), (ID_AD_CA_ISSUERS, issuer_urls)] {
        let locations = uris(urls)?.into_iter();
        places.extend(locations.map(|access_location| AccessDescription { access_method, access_location }));
    }
    extension(false, &AuthorityInfoAccessSyntax(places))
}

/// The responder whose certificate this is need not be checked for revocation (RFC 6960 §4.2.2.2.1).
pub(crate) fn ocsp_no_check() -> Result<Extension, der::Error> {
    let extn_value = OctetString::new(Null.to_der()?)?;
    Ok(Extension { extn_id: ID_PKIX_OCSP_NOCHECK, critical: false, extn_value })
}

/// A CRL's number (§5.2.3).
pub(crate) fn crl_number(number: u64) -> Result<Extension, der::Error> {
    extension(false, &CrlNumber::try_from(number)?)
}

/// Why a certificate is on a CRL (§5.3.1).
pub(crate) fn crl_reason(reason: CrlReason) -> Result<Extension, der::Error> {
    extension(false, &reason)
}

fn extension<T: AssociatedOid + Encode>(critical: bool, value: &T) -> Result<Extension, der::Error> {
    Ok(Extension { extn_id: T::OID, critical, extn_value: OctetString::new(value.to_der()?)? })
}

fn uris(urls: &[String]) -> Result<GeneralNames, der::Error> {
    urls.iter().map(|url| Ok(GeneralName::UniformResourceIdentifier(Ia5String::new(url)?))).collect()
}
