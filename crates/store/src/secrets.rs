//! Secrets at rest: only their MAC is stored, under a key that is not in the database (TH-42). A copied database opens
//! nothing.

use aws_lc_rs::hmac;
use scepter_policy::issuance::Secret;

/// The HMAC-SHA-256 key of a store's secrets. Losing it voids every open challenge and token, and nothing else.
#[derive(Clone)]
pub struct MacKey(hmac::Key);

/// What a secret opens; a MAC made for one purpose never verifies for another.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    Challenge,
    Token,
}

impl MacKey {
    /// Takes 32 random bytes; the caller wipes its own copy.
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// The MAC to store.
    pub(crate) fn mac(&self, purpose: Purpose, id: &str, secret: &Secret) -> Vec<u8> {
        hmac::sign(&self.0, &message(purpose, id, secret)).as_ref().to_vec()
    }

    /// Compares in constant time.
    pub(crate) fn verifies(&self, purpose: Purpose, id: &str, secret: &Secret, mac: &[u8]) -> bool {
        hmac::verify(&self.0, &message(purpose, id, secret), mac).is_ok()
    }
}

impl std::fmt::Debug for MacKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MacKey(…)")
    }
}

/// Purpose, id and secret, each ended by a byte that none of them contains: ids and secrets are letters and digits.
fn message(purpose: Purpose, id: &str, secret: &Secret) -> zeroize::Zeroizing<Vec<u8>> {
    let purpose = match purpose {
        Purpose::Challenge => "challenge",
        Purpose::Token => "token",
    };
    zeroize::Zeroizing::new([purpose.as_bytes(), b"\0", id.as_bytes(), b"\0", secret.expose()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mac_verifies_only_for_its_purpose_its_id_its_secret_and_its_key() {
        let key = MacKey::new(&[7; 32]);
        let secret = Secret::new("secret");
        let mac = key.mac(Purpose::Challenge, "id", &secret);
        assert!(key.verifies(Purpose::Challenge, "id", &secret, &mac));
        assert!(!key.verifies(Purpose::Token, "id", &secret, &mac));
        assert!(!key.verifies(Purpose::Challenge, "other", &secret, &mac));
        assert!(!key.verifies(Purpose::Challenge, "id", &Secret::new("guess"), &mac));
        assert!(!MacKey::new(&[8; 32]).verifies(Purpose::Challenge, "id", &secret, &mac));
    }
}
