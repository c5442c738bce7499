//! One revoked certificate on a CRL (RFC 5280 §5.1.2.6).

use der::Sequence;
use der::asn1::UintRef;
use scepter_policy::revocation::{RevocationReason, Revoked};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::CrlReason;
use x509_cert::time::Time;

use crate::certificate::{extensions, to_time};

/// An element of `revokedCertificates`.
#[derive(Sequence)]
pub(super) struct Entry<'a> {
    user_certificate: UintRef<'a>,
    revocation_date: Time,
    #[asn1(optional = "true")]
    crl_entry_extensions: Option<Vec<Extension>>,
}

pub(super) fn entry(revoked: &Revoked) -> Result<Entry<'_>, der::Error> {
    let reason = crl_reason(revoked.reason).map(extensions::crl_reason).transpose()?;
    Ok(Entry {
        user_certificate: UintRef::new(revoked.serial.as_bytes())?,
        revocation_date: to_time(revoked.at)?,
        crl_entry_extensions: reason.map(|reason| vec![reason]),
    })
}

/// The reason's code; `unspecified` is said by saying nothing (§5.3.1).
pub(crate) fn crl_reason(reason: RevocationReason) -> Option<CrlReason> {
    match reason {
        RevocationReason::Unspecified => None,
        RevocationReason::KeyCompromise => Some(CrlReason::KeyCompromise),
        RevocationReason::AffiliationChanged => Some(CrlReason::AffiliationChanged),
        RevocationReason::Superseded => Some(CrlReason::Superseded),
        RevocationReason::CessationOfOperation => Some(CrlReason::CessationOfOperation),
    }
}
