//! Certificate revocation lists (RFC 5280 §5), of any length in bounded memory.
//!
//! Entries arrive in pages and are spooled to a file ([`CrlSpool`]). What comes before them needs their length, and the
//! signature needs what comes before them, so the file is read once more to be hashed ([`UnsignedCrl`]); then the CA
//! signs the hash ([`Authority::sign_crl`]), and the file is the CRL ([`Crl`]).

mod entry;
mod header;
mod spool;

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use jiff::Timestamp;

pub(crate) use self::entry::crl_reason;
pub use self::spool::{CrlSpool, UnsignedCrl};
use crate::authority::Authority;
use crate::signed::{SigningError, signature_of_hash};

/// What a CRL says besides its entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrlTerms {
    /// Its number; the caller sees to it that it only rises (TH-18).
    pub number: u64,
    /// When it was true.
    pub this_update: Timestamp,
    /// When it must have been replaced.
    pub next_update: Timestamp,
}

/// Why there is no CRL.
#[derive(Debug, thiserror::Error)]
pub enum CrlError {
    /// The file that it is spooled to.
    #[error("the revocation list cannot be spooled: {0}; see to the disk of the data directory")]
    Spool(#[from] io::Error),
    /// It could not be signed.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// DER cannot say how long it is, or the issuer's name leaves no room.
    #[error("the revocation list is too long to be encoded")]
    TooLong,
}

impl From<der::Error> for CrlError {
    fn from(error: der::Error) -> Self {
        Self::Signing(error.into())
    }
}

/// A signed CRL in a file. Reading does not move anything, so that many can read it at once.
#[derive(Debug)]
pub struct Crl {
    file: File,
    start: u64,
    length: u64,
}

impl Crl {
    /// Its length in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Its bytes from `offset` on, at most `limit` of them; none at its end.
    pub fn read_at(&self, offset: u64, limit: usize) -> io::Result<Vec<u8>> {
        let left = self.length.saturating_sub(offset);
        let length = usize::try_from(left).unwrap_or(usize::MAX).min(limit);
        let mut bytes = vec![0; length];
        if bytes.is_empty() {
            return Ok(bytes);
        }
        self.file.read_exact_at(&mut bytes, self.start + offset)?;
        Ok(bytes)
    }
}

impl Authority {
    /// Signs a CRL that was made for this authority, version 2. It covers every certificate of the authority.
    pub async fn sign_crl(&self, unsigned: UnsignedCrl) -> Result<Crl, CrlError> {
        let signature = signature_of_hash(self.ca_key(), unsigned.hash()).await?;
        unsigned.signed(self.ca_key().algorithm(), &signature)
    }
}
