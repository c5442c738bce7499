//! Every key has one role in the whole process (TH-14): what decrypts for anyone who asks must sign nothing.

use scepter_pki::authority::KeyRole;
use scepter_pki::certificate::public_key;
use scepter_policy::identity::AuthorityName;

use super::{Authorities, OpenAuthorityError};

impl Authorities {
    /// Refuses a key that authorities use in different roles, a CA key that two authorities share (each would publish
    /// its own idea of what is revoked), and one that TLS uses too. `tls` are the listeners' certificates, DER.
    pub(crate) fn check_key_roles(&self, tls: &[Vec<u8>]) -> Result<(), OpenAuthorityError> {
        let tls: Vec<Vec<u8>> = tls.iter().filter_map(|certificate| public_key(certificate).ok()).collect();
        for served in self.iter() {
            for (role, key) in served.authority.keys() {
                let shared = |other: String| {
                    Err(OpenAuthorityError::SharedKey { authority: served.facts.ca.clone(), role, other })
                };
                if tls.iter().any(|tls| tls == key) {
                    return shared("a listener's TLS key".to_owned());
                }
                if let Some(other) = self.other_use(&served.facts.ca, role, key) {
                    return shared(other);
                }
            }
        }
        Ok(())
    }

    /// What another authority uses this key for, unless it is what two may share: the same RA.
    fn other_use(&self, own: &AuthorityName, role: KeyRole, key: &[u8]) -> Option<String> {
        for served in self.iter().filter(|served| served.facts.ca != *own) {
            for (other, other_key) in served.authority.keys() {
                let may_share = role == other && role != KeyRole::Ca;
                if other_key == key && !may_share {
                    return Some(format!("{other} of authority {}", served.facts.ca));
                }
            }
        }
        None
    }
}
