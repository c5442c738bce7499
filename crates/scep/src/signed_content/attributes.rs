//! The attributes of a signer, each there once.

use der::{
    Decode, Tag,
    asn1::{AnyRef, ObjectIdentifier},
};

use crate::{
    Limits, Malformed,
    asn1::{
        oid,
        raw::{RawSet, tagged},
        signed_data::Attribute,
    },
};

/// Attributes by their identifiers.
pub(crate) struct Attributes<'a>(Vec<Attribute<'a>>);

impl<'a> Attributes<'a> {
    pub(crate) fn read(set: RawSet<'a>, limits: &Limits) -> Result<Self, Malformed> {
        const PART: &str = "signed attributes";
        let elements = set.elements(PART, limits.attributes)?;
        let attributes = elements.into_iter().map(Attribute::from_der).collect::<der::Result<_>>();
        attributes.map(Self).map_err(|error| Malformed::asn1(PART, error))
    }

    /// The only value of an attribute that may be absent, but not be there twice.
    pub(crate) fn optional(
        &self,
        oid: ObjectIdentifier,
        part: &'static str,
    ) -> Result<Option<AnyRef<'a>>, Malformed> {
        let mut found = self.0.iter().filter(|attribute| attribute.oid == oid);
        match (found.next(), found.next()) {
            (None, _) => Ok(None),
            (Some(attribute), None) => attribute.values.only(part).map(Some),
            (Some(_), Some(_)) => Err(Malformed::Repeated { part }),
        }
    }

    pub(crate) fn required(
        &self,
        oid: ObjectIdentifier,
        part: &'static str,
    ) -> Result<AnyRef<'a>, Malformed> {
        self.optional(oid, part)?.ok_or(Malformed::Missing { part })
    }

    /// The contentType attribute must name the type of the content, which is `id-data` (RFC 5652 §11.1, RFC 8894 §3.2).
    pub(super) fn check_content_type(&self) -> Result<(), Malformed> {
        const PART: &str = "contentType";
        let value = self.required(oid::CONTENT_TYPE, PART)?;
        let found = value.decode_as::<ObjectIdentifier>().map_err(|error| Malformed::asn1(PART, error))?;
        if found == oid::ID_DATA { Ok(()) } else { Err(Malformed::ContentType { part: PART, found }) }
    }

    pub(super) fn message_digest(&self) -> Result<Vec<u8>, Malformed> {
        const PART: &str = "messageDigest";
        Ok(tagged(self.required(oid::MESSAGE_DIGEST, PART)?, PART, &[Tag::OctetString])?.to_vec())
    }
}

/// The characters of a string that is sent in one of three types.
pub(crate) fn text<'a>(value: AnyRef<'a>, part: &'static str) -> Result<&'a [u8], Malformed> {
    tagged(value, part, &[Tag::PrintableString, Tag::Utf8String, Tag::Ia5String])
}
