//! Keys in a PKCS #11 token: an HSM, or `SoftHSM`. The private halves never come here.
//!
//! A key is named by a URI of RFC 7512 ([`TokenKeyUri`]); [`Tokens`] opens each token once, and each role has its key
//! type beside those of [`software`](super::software).

mod decryption;
mod public_key;
mod signing;
mod token;
mod unpad;
mod uri;

pub use self::decryption::TokenDecryptionKey;
pub use self::signing::{TokenReplyKey, TokenSigningKey};
pub use self::token::{TokenError, Tokens};
pub use self::uri::{BadTokenKeyUri, TokenKeyUri};
