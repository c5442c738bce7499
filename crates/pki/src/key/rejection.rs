//! Implicit rejection: an envelope that does not open has a random content key, which opens nothing (RFC 3218 §2.3.2,
//! TH-13).

use aws_lc_rs::rand;
use subtle::{Choice, ConditionallySelectable as _};
use zeroize::Zeroizing;

use super::KeyError;

/// The key to begin with, drawn before anything is opened, whatever will come of it.
pub(super) fn random_key(length: usize) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let mut key = Zeroizing::new(vec![0; length]);
    rand::fill(&mut key).map_err(|_| KeyError::Unavailable("random bytes could not be made".to_owned()))?;
    Ok(key)
}

/// Replaces `key` by `candidate` where it fits, without a branch.
pub(super) fn assign(key: &mut [u8], candidate: &[u8], fits: Choice) {
    for (byte, candidate) in key.iter_mut().zip(candidate) {
        byte.conditional_assign(candidate, fits);
    }
}
