//! Which certificates are an authority's own.

use der::Decode as _;
use scepter_policy::identity::{AuthorityName, SerialNumber};
use scepter_policy::issuance::Signatory;

use super::Authority;
use crate::certificate::Certificate;

impl Signatory for Authority {
    fn authority(&self) -> &AuthorityName {
        self.name()
    }

    /// The signature is verified with the CA's own key: a name and a serial number are anybody's to write (TH-10).
    fn signed(&self, certificate_der: &[u8]) -> Option<SerialNumber> {
        let certificate = Certificate::from_der(certificate_der).ok()?;
        if !certificate.is_issued_by(self.ca_certificate()) {
            return None;
        }
        let parsed = x509_cert::Certificate::from_der(certificate_der).ok()?;
        hex::encode(parsed.tbs_certificate().serial_number().as_bytes()).parse().ok()
    }
}
