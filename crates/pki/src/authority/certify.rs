//! The one way of a certificate to the CA's key.

use scepter_policy::name::DistinguishedName;
use scepter_policy::san::GeneralName;

use super::Authority;
use crate::certificate::NewCertificate;
use crate::name_constraints::{CertifiedName, NameConstraintViolation};
use crate::signed::SigningError;

impl Authority {
    /// Whether the name constraints of every certificate of its chain allow a certificate with these names.
    pub fn check_names(
        &self,
        subject: &DistinguishedName,
        alternative_names: &[GeneralName],
    ) -> Result<(), NameConstraintViolation> {
        if self.is_free() {
            return Ok(());
        }
        self.check(&CertifiedName::listed(subject, alternative_names))
    }

    /// Signs a certificate if its names, as they are encoded in it, keep to the same constraints.
    pub(crate) async fn certify(&self, certificate: NewCertificate<'_>) -> Result<Vec<u8>, SigningError> {
        if !self.is_free() {
            self.check(&CertifiedName::encoded(&certificate)?)?;
        }
        certificate.sign(self.ca_key()).await
    }

    /// Whether nothing in its chain constrains names, as with most CAs: then none is read.
    fn is_free(&self) -> bool {
        self.chain.all().all(|ca| ca.name_constraints.is_empty())
    }

    fn check(&self, names: &[CertifiedName]) -> Result<(), NameConstraintViolation> {
        self.chain.all().try_for_each(|ca| ca.name_constraints.check(names, || ca.subject_text()))
    }
}
