//! GetNextCACert (RFC 8894 §4.7.1).

use std::time::SystemTime;

use crate::{CertsOnly, DigestAlgorithm, SignerCertificate, ToBeSigned, Unwritable};

/// The certificates of the CA to come, the CA's own first. The CA that still is vouches for them, so that a client which
/// trusts it need not be told anything on the day of the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextCaCertificates<'a>(pub &'a [Vec<u8>]);

impl NextCaCertificates<'_> {
    /// The answer, ready to be signed with SHA-256 by the key of the CA whose certificate is `current`. Its Content-Type is
    /// [`NEXT_CA_CERTIFICATES`](super::NEXT_CA_CERTIFICATES); `at` is the signingTime.
    pub fn prepare(&self, current: &[u8], at: SystemTime) -> Result<ToBeSigned, Unwritable> {
        let content = CertsOnly { certificates: self.0.to_vec(), crls: Vec::new() }.to_der()?;
        let current = SignerCertificate::from_der(current).map_err(Unwritable::Certificate)?;
        ToBeSigned::new(content, Vec::new(), DigestAlgorithm::Sha256, &current, at)
    }
}
