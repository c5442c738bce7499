//! Certificates as credentials: what proves that one is an authority's own, and when it may be renewed.

use jiff::Timestamp;

use super::{Refusal, RefusalReason};
use crate::identity::{AuthorityName, SerialNumber};
use crate::profile::Profile;

/// Whoever can tell an authority's own certificates from every other by the authority's key: `pki`'s authority alone.
pub trait Signatory {
    /// The authority.
    fn authority(&self) -> &AuthorityName;

    /// The serial number of a certificate that this authority's CA has signed; `None` for every other certificate.
    fn signed(&self, certificate_der: &[u8]) -> Option<SerialNumber>;
}

/// A certificate that its authority has signed, whatever became of it since (GAP-1). Made by [`ProvenCertificate::prove`]
/// alone; whether it is the stored one, unrevoked and its row's current one is for the store to say.
///
/// ```compile_fail,E0451
/// use scepter_policy::issuance::ProvenCertificate;
///
/// fn forge(real: ProvenCertificate, der: Vec<u8>) -> ProvenCertificate {
///     ProvenCertificate { der, ..real }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenCertificate {
    authority: AuthorityName,
    serial: SerialNumber,
    der: Vec<u8>,
}

impl ProvenCertificate {
    /// Asks the authority whether it has signed a certificate. That its holder holds the key is proven elsewhere: by the
    /// signature of the message that brought it.
    pub fn prove(der: &[u8], signatory: &impl Signatory) -> Option<Self> {
        let serial = signatory.signed(der)?;
        Some(Self { authority: signatory.authority().clone(), serial, der: der.to_vec() })
    }

    /// The authority that signed it.
    pub fn authority(&self) -> &AuthorityName {
        &self.authority
    }

    /// Its serial number. It names the certificate and proves nothing: compare [`Self::der`].
    pub fn serial(&self) -> SerialNumber {
        self.serial
    }

    /// The whole certificate.
    pub fn der(&self) -> &[u8] {
        &self.der
    }
}

/// What the store knows of a certificate that asks to be renewed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenewableCertificate {
    /// Its serial number.
    pub serial: SerialNumber,
    /// When it begins.
    pub not_before: Timestamp,
    /// When it ends.
    pub not_after: Timestamp,
    /// Whether it is its row's current certificate: one that was replaced renews nothing.
    pub is_current: bool,
    /// Whether the profile has changed so that it asks for another certificate.
    pub outdated: bool,
}

impl RenewableCertificate {
    /// The current certificate, while it lives, once renewal begins or the profile asks for another one (RNW-02).
    pub(super) fn check(&self, profile: &Profile, now: Timestamp) -> Result<(), Refusal> {
        let Self { not_before, not_after, .. } = *self;
        if !self.is_current {
            let message = "the certificate was replaced by a newer one of this device; renew that one";
            return Err(Refusal::new(RefusalReason::SignerSuperseded, message));
        }
        if now < not_before || now >= not_after {
            let message = format!("the certificate is valid from {not_before} to {not_after} only");
            return Err(Refusal::new(RefusalReason::SignerExpired, message));
        }
        let begins = profile.renewal_begins(not_before, not_after);
        if now < begins && !self.outdated {
            let message = format!("renewal begins at {begins}");
            return Err(Refusal::new(RefusalReason::RenewalNotDue, message));
        }
        Ok(())
    }
}
