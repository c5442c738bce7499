//! Certificate revocation lists (RFC 5280 §5).

use der::asn1::{AnyRef, UintRef};
use der::{Decode, Encode, Sequence};
use jiff::Timestamp;
use scepter_policy::revocation::{RevocationReason, Revoked};
use spki::AlgorithmIdentifierRef;
use x509_cert::Version;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::CrlReason;
use x509_cert::time::Time;

use crate::authority::Authority;
use crate::certificate::{extensions, to_time};
use crate::signed::{SigningError, identifier, sign};

/// `TBSCertList` (RFC 5280 §5.1).
#[derive(Sequence)]
struct TbsCertList<'a> {
    version: Version,
    signature: AlgorithmIdentifierRef<'a>,
    issuer: AnyRef<'a>,
    this_update: Time,
    next_update: Time,
    #[asn1(optional = "true")]
    revoked_certificates: Option<Vec<Entry<'a>>>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT")]
    crl_extensions: Vec<Extension>,
}

/// An element of `revokedCertificates`.
#[derive(Sequence)]
struct Entry<'a> {
    user_certificate: UintRef<'a>,
    revocation_date: Time,
    #[asn1(optional = "true")]
    crl_entry_extensions: Option<Vec<Extension>>,
}

impl Authority {
    /// Makes the authority's full CRL, version 2. It covers every certificate of the authority, so it has no issuing
    /// distribution point; the caller sees to it that `number` only rises (TH-18).
    pub async fn crl(
        &self,
        number: u64,
        this_update: Timestamp,
        next_update: Timestamp,
        revoked: &[Revoked],
    ) -> Result<Vec<u8>, SigningError> {
        let issuer = self.ca_certificate();
        let entries = revoked.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        let list = TbsCertList {
            version: Version::V2,
            signature: identifier(self.ca_key().algorithm()),
            issuer: AnyRef::from_der(&issuer.subject)?,
            this_update: to_time(this_update)?,
            next_update: to_time(next_update)?,
            // An empty list is left out (§5.1.2.6).
            revoked_certificates: (!entries.is_empty()).then_some(entries),
            crl_extensions: vec![
                extensions::authority_key_identifier(&issuer.key_identifier)?,
                extensions::crl_number(number)?,
            ],
        };
        sign(self.ca_key(), &list.to_der()?).await
    }
}

fn entry(revoked: &Revoked) -> Result<Entry<'_>, der::Error> {
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
