//! A certificate about to be signed.

use aws_lc_rs::rand;
use der::asn1::{AnyRef, IntRef};
use der::{Decode, Encode};
use jiff::Timestamp;
use scepter_policy::identity::SerialNumber;
use x509_cert::Version;
use x509_cert::ext::Extension;
use x509_cert::time::Validity;

use super::{TbsCertificate, to_time};
use crate::key::{KeyError, SigningKey};
use crate::signed::{SigningError, identifier, sign};

/// What a certificate will say. Names and key are DER.
pub(crate) struct NewCertificate<'a> {
    pub(crate) serial: SerialNumber,
    pub(crate) issuer: &'a [u8],
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
    pub(crate) subject: &'a [u8],
    pub(crate) spki: &'a [u8],
    pub(crate) extensions: Vec<Extension>,
}

impl NewCertificate<'_> {
    /// Signs it as a version 3 certificate. The DER of the certificate.
    pub(crate) async fn sign(self, key: &dyn SigningKey) -> Result<Vec<u8>, SigningError> {
        let tbs = TbsCertificate {
            version: Version::V3,
            serial_number: IntRef::new(self.serial.as_bytes())?,
            signature: identifier(key.algorithm()),
            issuer: AnyRef::from_der(self.issuer)?,
            validity: Validity::new(to_time(self.not_before)?, to_time(self.not_after)?),
            subject: AnyRef::from_der(self.subject)?,
            subject_public_key_info: AnyRef::from_der(self.spki)?,
            issuer_unique_id: None,
            subject_unique_id: None,
            extensions: Some(self.extensions),
        };
        sign(key, &tbs.to_der()?).await
    }
}

/// A serial number that no other certificate has.
pub(crate) fn random_serial() -> Result<SerialNumber, KeyError> {
    let mut bytes = [0; 16];
    rand::fill(&mut bytes).map_err(|_| KeyError::Unavailable("random bytes could not be made".into()))?;
    Ok(SerialNumber::from_random(bytes))
}
