//! Constructed values kept exactly as received.

use der::{
    Decode, DecodeValue, EncodeValue, FixedTag, Header, Length, Reader, SliceReader, Tag, Writer,
    asn1::AnyRef,
};

use crate::Malformed;

/// A `SET OF` as received: neither sorted nor re-encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RawSet<'a>(pub(crate) &'a [u8]);

/// A `SEQUENCE` whose content nobody here reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RawSequence<'a>(pub(crate) &'a [u8]);

impl<'a> RawSet<'a> {
    /// The encoded elements, at most `limit` of them; `part` names the set in the error.
    pub(crate) fn elements(self, part: &'static str, limit: usize) -> Result<Vec<&'a [u8]>, Malformed> {
        let asn1 = |error| Malformed::asn1(part, error);
        let mut reader = SliceReader::new(self.0).map_err(asn1)?;
        let mut elements = Vec::new();
        while !reader.is_finished() {
            if elements.len() == limit {
                return Err(Malformed::TooMany { part, limit });
            }
            elements.push(reader.tlv_bytes().map_err(asn1)?);
        }
        Ok(elements)
    }

    /// The only element, decoded.
    pub(crate) fn only<T>(self, part: &'static str) -> Result<T, Malformed>
    where
        T: Decode<'a, Error = der::Error>,
    {
        match self.elements(part, 1)?.as_slice() {
            [element] => T::from_der(element).map_err(|error| Malformed::asn1(part, error)),
            _none => Err(Malformed::Missing { part }),
        }
    }
}

/// A value whose tag is one of `tags`, else an error that names `part`.
pub(crate) fn tagged<'a>(value: AnyRef<'a>, part: &'static str, tags: &[Tag]) -> Result<&'a [u8], Malformed> {
    let tag = der::Tagged::tag(&value);
    if tags.contains(&tag) { Ok(value.value()) } else { Err(Malformed::UnexpectedType { part, tag }) }
}

macro_rules! raw_value {
    ($type:ident, $tag:expr) => {
        impl FixedTag for $type<'_> {
            const TAG: Tag = $tag;
        }
        impl<'a> DecodeValue<'a> for $type<'a> {
            type Error = der::Error;
            fn decode_value<R: Reader<'a>>(reader: &mut R, header: Header) -> der::Result<Self> {
                reader.read_slice(header.length()).map(Self)
            }
        }
        impl EncodeValue for $type<'_> {
            fn value_len(&self) -> der::Result<Length> {
                Length::try_from(self.0.len())
            }
            fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
                writer.write(self.0)
            }
        }
    };
}

raw_value!(RawSet, Tag::Set);
raw_value!(RawSequence, Tag::Sequence);
