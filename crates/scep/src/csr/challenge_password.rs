//! The challenge password in the string types that clients use for it (RFC 2985 §5.4.1).

use der::{Tag, Tagged, asn1::AnyRef};
use zeroize::Zeroizing;

use crate::{Malformed, Secret};

const PART: &str = "challengePassword";

/// Reads `PrintableString`, `UTF8String`, `IA5String`, `TeletexString` (as Latin-1) and `BMPString`.
pub(super) fn read(value: AnyRef<'_>) -> Result<Secret, Malformed> {
    let octets = value.value();
    let text = match value.tag() {
        Tag::PrintableString | Tag::Ia5String | Tag::Utf8String => {
            std::str::from_utf8(octets).ok().map(str::to_owned)
        }
        Tag::TeletexString => Some(octets.iter().copied().map(char::from).collect()),
        Tag::BmpString => utf16(octets),
        tag => return Err(Malformed::UnexpectedType { part: PART, tag }),
    };
    text.map(|text| Secret::new(Zeroizing::new(text))).ok_or(Malformed::Value { part: PART })
}

fn utf16(octets: &[u8]) -> Option<String> {
    let (units, []) = octets.as_chunks::<2>() else { return None };
    char::decode_utf16(units.iter().map(|unit| u16::from_be_bytes(*unit))).collect::<Result<_, _>>().ok()
}

#[cfg(test)]
mod tests {
    use der::Decode;

    use super::*;

    #[test]
    fn every_string_type_of_the_field_is_read() {
        for der in [
            &[0x13, 0x02, b'h', b'i'][..],
            &[0x0c, 0x02, b'h', b'i'],
            &[0x16, 0x02, b'h', b'i'],
            &[0x14, 0x02, b'h', b'i'],
            &[0x1e, 0x04, 0, b'h', 0, b'i'],
        ] {
            assert_eq!(read(AnyRef::from_der(der).unwrap()).unwrap().expose(), "hi", "{der:02x?}");
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for der in [
            &[0x0c, 0x01, 0xff][..],
            &[0x1e, 0x03, 0, b'h', 0],
            &[0x1e, 0x02, 0xd8, 0x00],
            &[0x02, 0x01, 0x05],
        ] {
            assert!(read(AnyRef::from_der(der).unwrap()).is_err(), "{der:02x?}");
        }
    }
}
