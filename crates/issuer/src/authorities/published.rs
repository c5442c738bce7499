//! What an authority publishes without being asked twice: its certificates and its CRL.

use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use scepter_pki::authority::Authority;
use scepter_scep::transport::{CaCertificates, TypedBody};

/// The answer to GetCACert: the RA's certificates, then the chain from the CA to the root. With keys of its own the RA
/// must show its certificates, and Windows looks for the CA's among them.
pub(super) fn ca_certificates(authority: &Authority) -> Result<TypedBody, impl std::error::Error + use<>> {
    let ra = [authority.ra_signing_certificate().to_vec(), authority.ra_decryption_certificate().to_vec()];
    let chain: Vec<Vec<u8>> = authority.certificate_chain().map(<[u8]>::to_vec).collect();
    CaCertificates::RegistrationAuthority { ra: &ra, chain: &chain }.to_body()
}

/// An authority's current CRL. Readers get the one that was signed last; a job signs the next.
#[derive(Debug, Default)]
pub(crate) struct RevocationList(RwLock<Option<Arc<SignedList>>>);

/// A CRL and what it was made from.
#[derive(Debug)]
pub(crate) struct SignedList {
    /// The CRL as DER.
    pub(crate) der: Vec<u8>,
    /// How many certificates had been revoked when it was made.
    pub(crate) revoked: i64,
    /// When it was made.
    pub(crate) this_update: Timestamp,
    /// When it must have been replaced.
    pub(crate) next_update: Timestamp,
}

impl RevocationList {
    /// The current list; nothing before the first one was signed.
    pub(crate) fn current(&self) -> Option<Arc<SignedList>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts a newer list in its place.
    pub(crate) fn replace(&self, list: SignedList) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(list));
    }
}
