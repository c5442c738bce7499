//! Which certificates are an authority's own.

use der::{Decode as _, Encode as _};
use scepter_policy::identity::{AuthorityName, SerialNumber};
use scepter_policy::issuance::Signatory;

use super::Authority;
use crate::certificate::TbsCertificate;
use crate::signed::Signed;

impl Signatory for Authority {
    fn authority(&self) -> &AuthorityName {
        self.name()
    }

    /// The signature is verified with the CA's own key: a name and a serial number are anybody's to write (TH-10).
    fn signed(&self, certificate_der: &[u8]) -> Option<SerialNumber> {
        let signed = Signed::from_der(certificate_der).ok()?;
        let tbs: TbsCertificate<'_> = signed.content.decode_as().ok()?;
        if !self.ca_certificate().has_issued(&signed, &tbs.issuer.to_der().ok()?) {
            return None;
        }
        hex::encode(tbs.serial_number.as_bytes()).parse().ok()
    }
}
