//! DER as whoever writes it by hand: a tag, a length and anything.

/// INTEGER.
pub const INTEGER: u8 = 0x02;
/// BIT STRING.
pub const BIT_STRING: u8 = 0x03;
/// OCTET STRING.
pub const OCTET_STRING: u8 = 0x04;
/// UTF8String.
pub const UTF8_STRING: u8 = 0x0c;
/// PrintableString.
pub const PRINTABLE_STRING: u8 = 0x13;
/// SEQUENCE.
pub const SEQUENCE: u8 = 0x30;
/// SET.
pub const SET: u8 = 0x31;
/// `[0]`, constructed.
pub const CONTEXT_0: u8 = 0xa0;

/// A value, under any tag.
///
/// # Panics
///
/// With 65,536 bytes or more.
pub fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    assert!(content.len() < 0x1_0000, "a value of {} bytes is too long", content.len());
    let [.., high, low] = content.len().to_be_bytes();
    let length = match (high, low) {
        (0, 0..0x80) => vec![low],
        (0, _) => vec![0x81, low],
        (_, _) => vec![0x82, high, low],
    };
    [&[tag], &*length, content].concat()
}
