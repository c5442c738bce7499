//! The extensions that a device puts into its request.

use der::Encode as _;
use der::asn1::{ObjectIdentifier, OctetString};
use der::flagset::FlagSet;
use scepter_policy::vocabulary::KeyUsage;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{ExtendedKeyUsage, KeyUsage as KeyUsageBits, KeyUsages};

/// OID of subjectAltName (RFC 5280 §4.2.1.6).
const SUBJECT_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
/// OID of keyUsage (RFC 5280 §4.2.1.3).
const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");

/// The DER `Extensions` for a request: alternative names as delivered, key usages and extended key usages.
pub(crate) fn requested(
    san_der: &[u8],
    key_usages: &[KeyUsage],
    extended_key_usages: &[String],
) -> Result<Vec<u8>, der::Error> {
    let mut extensions = vec![key_usage(key_usages)?];
    if !extended_key_usages.is_empty() {
        extensions.push(extended_key_usage(extended_key_usages)?);
    }
    if !san_der.is_empty() {
        extensions.push(extension(SUBJECT_ALT_NAME, false, san_der.to_vec())?);
    }
    extensions.to_der()
}

fn key_usage(usages: &[KeyUsage]) -> Result<Extension, der::Error> {
    let bits = usages.iter().fold(KeyUsageBits(FlagSet::default()), |mut all, usage| {
        all.0 |= match usage {
            KeyUsage::DigitalSignature => KeyUsages::DigitalSignature,
            KeyUsage::KeyEncipherment => KeyUsages::KeyEncipherment,
        };
        all
    });
    extension(KEY_USAGE, true, bits.to_der()?)
}

fn extended_key_usage(oids: &[String]) -> Result<Extension, der::Error> {
    let oids = oids.iter().map(|oid| ObjectIdentifier::new(oid)).collect::<Result<Vec<_>, _>>()?;
    extension(<ExtendedKeyUsage as der::oid::AssociatedOid>::OID, false, ExtendedKeyUsage(oids).to_der()?)
}

fn extension(oid: ObjectIdentifier, critical: bool, value: Vec<u8>) -> Result<Extension, der::Error> {
    Ok(Extension { extn_id: oid, critical, extn_value: OctetString::new(value)? })
}
