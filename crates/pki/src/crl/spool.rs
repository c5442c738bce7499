//! A CRL in the making, in a file: room for what comes first, then the entries, then what comes last.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use aws_lc_rs::digest::{Context, SHA256};
use der::Encode;
use der::asn1::BitStringRef;
use scepter_policy::revocation::Revoked;

use super::entry::entry;
use super::header::{Frame, as_u64, header};
use super::{Crl, CrlError, CrlTerms};
use crate::authority::Authority;
use crate::key::SignatureAlgorithm;
use crate::signed::{Sha256Hash, identifier};

/// Where the entries begin. What comes before them is written last, and ends there; it is mostly the issuer's name.
const ROOM: u64 = 16 * 1024;

/// How much is read at once to be hashed, in bytes.
const CHUNK: usize = 64 * 1024;

/// Takes entries in any number. Every method works on the file and blocks.
#[derive(Debug)]
pub struct CrlSpool {
    file: File,
    length: u64,
}

/// A whole CRL but for its signature.
#[derive(Debug)]
pub struct UnsignedCrl {
    file: File,
    /// Where the `TBSCertList` begins and ends in the file.
    start: u64,
    end: u64,
    hash: Sha256Hash,
}

impl CrlSpool {
    /// Begins a list in an empty file that nobody else has: it becomes the CRL.
    pub fn new(file: File) -> Self {
        Self { file, length: 0 }
    }

    /// Adds entries.
    pub fn extend(&mut self, revoked: &[Revoked]) -> Result<(), CrlError> {
        let mut bytes = Vec::new();
        for revoked in revoked {
            entry(revoked)?.encode_to_vec(&mut bytes)?;
        }
        self.file.write_all_at(&bytes, ROOM + self.length)?;
        self.length += as_u64(bytes.len());
        Ok(())
    }

    /// Ends the list.
    pub fn finish(self, authority: &Authority, terms: &CrlTerms) -> Result<UnsignedCrl, CrlError> {
        let Frame { before, after } = Frame::new(authority, terms, self.length)?;
        let start = ROOM.checked_sub(as_u64(before.len())).ok_or(CrlError::TooLong)?;
        let end = ROOM + self.length + as_u64(after.len());
        self.file.write_all_at(&before, start)?;
        self.file.write_all_at(&after, ROOM + self.length)?;
        let hash = hash(&self.file, start, end)?;
        Ok(UnsignedCrl { file: self.file, start, end, hash })
    }
}

fn hash(file: &File, start: u64, end: u64) -> Result<Sha256Hash, CrlError> {
    let mut context = Context::new(&SHA256);
    let mut chunk = vec![0; CHUNK];
    let mut at = start;
    while at < end {
        let length = usize::try_from(end - at).unwrap_or(CHUNK).min(CHUNK);
        let part = chunk.get_mut(..length).ok_or(CrlError::TooLong)?;
        file.read_exact_at(part, at)?;
        context.update(part);
        at += as_u64(length);
    }
    Ok(Sha256Hash::of(&context.finish()))
}

impl UnsignedCrl {
    pub(super) fn hash(&self) -> Sha256Hash {
        self.hash
    }

    /// `CertificateList`: the list, the algorithm, the signature.
    pub(super) fn signed(self, algorithm: SignatureAlgorithm, signature: &[u8]) -> Result<Crl, CrlError> {
        let mut after = identifier(algorithm).to_der()?;
        BitStringRef::from_bytes(signature)?.encode_to_vec(&mut after)?;
        let content = self.end - self.start + as_u64(after.len());
        let before = header(content)?;
        let start = self.start.checked_sub(as_u64(before.len())).ok_or(CrlError::TooLong)?;
        self.file.write_all_at(&before, start)?;
        self.file.write_all_at(&after, self.end)?;
        Ok(Crl { file: self.file, start, length: content + as_u64(before.len()) })
    }
}
