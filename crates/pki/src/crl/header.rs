//! What stands before and after the entries of a `TBSCertList` (RFC 5280 §5.1).

use der::asn1::{AnyRef, ContextSpecific};
use der::{Decode, Encode, Header, Length, Tag, TagMode, TagNumber};
use x509_cert::Version;

use super::{CrlError, CrlTerms};
use crate::authority::Authority;
use crate::certificate::{extensions, to_time};
use crate::signed::identifier;

/// The two parts, around entries of `length` bytes.
pub(super) struct Frame {
    /// From the tag of the `TBSCertList` to that of `revokedCertificates`.
    pub(super) before: Vec<u8>,
    /// The extensions.
    pub(super) after: Vec<u8>,
}

impl Frame {
    pub(super) fn new(authority: &Authority, terms: &CrlTerms, length: u64) -> Result<Self, CrlError> {
        let after = list_extensions(authority, terms)?;
        let mut fields = fields(authority, terms)?;
        // An empty list is left out (§5.1.2.6).
        if length > 0 {
            fields.extend(header(length)?);
        }
        let content = as_u64(fields.len()) + length + as_u64(after.len());
        let before = [header(content)?, fields].concat();
        Ok(Self { before, after })
    }
}

fn fields(authority: &Authority, terms: &CrlTerms) -> Result<Vec<u8>, der::Error> {
    let issuer = authority.ca_certificate();
    let mut fields = Vec::new();
    Version::V2.encode_to_vec(&mut fields)?;
    identifier(authority.ca_key().algorithm()).encode_to_vec(&mut fields)?;
    AnyRef::from_der(&issuer.subject)?.encode_to_vec(&mut fields)?;
    to_time(terms.this_update)?.encode_to_vec(&mut fields)?;
    to_time(terms.next_update)?.encode_to_vec(&mut fields)?;
    Ok(fields)
}

fn list_extensions(authority: &Authority, terms: &CrlTerms) -> Result<Vec<u8>, der::Error> {
    let mut value = vec![
        extensions::authority_key_identifier(&authority.ca_certificate().key_identifier)?,
        extensions::crl_number(terms.number)?,
    ];
    let places = &authority.publication().crl;
    if !places.is_empty() {
        value.push(extensions::issuing_distribution_point(places)?);
    }
    ContextSpecific { tag_number: TagNumber(0), tag_mode: TagMode::Explicit, value }.to_der()
}

/// The beginning of a SEQUENCE of `length` bytes.
pub(super) fn header(length: u64) -> Result<Vec<u8>, CrlError> {
    let length = u32::try_from(length).map_err(|_| CrlError::TooLong)?;
    Ok(Header::new(Tag::Sequence, Length::new(length)).to_der()?)
}

pub(super) fn as_u64(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
