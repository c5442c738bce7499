//! From an order to a certificate.

use der::flagset::FlagSet;
use scepter_policy::identity::AuthorityName;
use scepter_policy::issuance::{Issued, IssuedMismatch, Order};
use scepter_policy::name::NotEncodable;
use scepter_policy::san::GeneralName;
use scepter_policy::vocabulary::KeyUsage;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::KeyUsages;

use crate::authority::{Authority, Publication};
use crate::certificate::{NewCertificate, extensions};
use crate::signed::SigningError;

/// Why an order was not carried out. Nothing was handed out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// It could not be signed; [`SigningError::Key`] is worth another try. [`SigningError::Names`] says that policy allowed a name
    /// that the CA, or one above it, must not certify (TH-48).
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// A name has no DER form.
    #[error(transparent)]
    Name(#[from] NotEncodable),
    /// The order is another authority's.
    #[error("the order is for authority {ordered}, and this is {asked}")]
    ForeignAuthority {
        /// The authority that the order names.
        ordered: AuthorityName,
        /// The authority that was asked.
        asked: AuthorityName,
    },
    /// The certificate would outlive one above it (VAL-05).
    #[error(
        "VAL-05: the certificate would end after its authority's own; shorten the profile's validity, or renew the authority"
    )]
    OutlivesAuthority,
    /// What was signed is not what was ordered.
    #[error(transparent)]
    Mismatch(#[from] IssuedMismatch),
}

impl From<der::Error> for IssueError {
    fn from(error: der::Error) -> Self {
        Self::Signing(error.into())
    }
}

impl Authority {
    /// Makes the certificate that an order describes, and compares it with the order before it leaves.
    pub async fn issue(&self, order: Order) -> Result<Issued, IssueError> {
        if order.authority() != self.name() {
            let (ordered, asked) = (order.authority().clone(), self.name().clone());
            return Err(IssueError::ForeignAuthority { ordered, asked });
        }
        if order.not_after() > self.not_after() {
            return Err(IssueError::OutlivesAuthority);
        }
        let certificate = NewCertificate {
            serial: order.serial(),
            issuer: &self.ca_certificate().subject,
            not_before: order.not_before(),
            not_after: order.not_after(),
            subject: &order.subject().to_der()?,
            spki: order.spki(),
            extensions: self.extensions(&order)?,
        };
        let der = self.certify(certificate).await?;
        Ok(order.issued(der)?)
    }

    fn extensions(&self, order: &Order) -> Result<Vec<Extension>, IssueError> {
        let mut list = vec![
            extensions::key_usage(key_usages(order))?,
            extensions::not_a_ca()?,
            extensions::subject_key_identifier(extensions::key_identifier(order.spki())?)?,
            extensions::authority_key_identifier(&self.ca_certificate().key_identifier)?,
        ];
        if !order.extended_key_usages().is_empty() {
            list.push(extensions::extended_key_usage(order.extended_key_usages())?);
        }
        if !order.subject_alternative_names().is_empty() {
            let names = GeneralName::encode_all(order.subject_alternative_names())?;
            list.push(extensions::subject_alternative_names(names, order.subject().rdns.is_empty())?);
        }
        let publication = self.publication();
        if !publication.crl.is_empty() {
            list.push(extensions::crl_distribution_points(&publication.crl)?);
        }
        let Publication { ocsp, issuer, .. } = publication;
        if !(ocsp.is_empty() && issuer.is_empty()) {
            list.push(extensions::authority_information_access(ocsp, issuer)?);
        }
        Ok(list)
    }
}

fn key_usages(order: &Order) -> FlagSet<KeyUsages> {
    order.key_usages().iter().fold(FlagSet::default(), |usages, usage| {
        usages
            | match usage {
                KeyUsage::DigitalSignature => KeyUsages::DigitalSignature,
                KeyUsage::KeyEncipherment => KeyUsages::KeyEncipherment,
            }
    })
}
