//! What a client makes of GetNextCACert: certificates that the CA which it trusts has signed.

use crate::{Algorithms, CertsOnly, Limits, Malformed, Untrusted, signed_content::SignedContent};

/// Why an answer to GetNextCACert is not believed. Terminal for this answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unvouched {
    /// The body cannot be read.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Its proof does not hold.
    #[error(transparent)]
    Untrusted(#[from] Untrusted),
    /// Somebody else than the current CA signed it.
    #[error("the next CA's certificates are not signed by the current CA")]
    Signer,
}

/// Reads an answer to GetNextCACert, and believes it where the holder of the certificate `current` has signed it.
pub fn read_next_authority(
    body: &[u8],
    current: &[u8],
    allowed: &Algorithms,
    limits: &Limits,
) -> Result<CertsOnly, Unvouched> {
    let signed = SignedContent::read(body, "GetNextCACert's answer", limits)?;
    let by = signed.verify(*allowed, limits)?;
    if by.der() != current {
        return Err(Unvouched::Signer);
    }
    Ok(CertsOnly::from_ber(&signed.content, limits)?)
}
