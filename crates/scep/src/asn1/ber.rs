//! BER in, DER out: one bounded pass over untrusted bytes before anything reads them.
//!
//! Apple devices and Bouncy Castle send indefinite lengths and strings in segments; Go clients send constructed strings of
//! definite length. After this pass lengths are definite and minimal and an OCTET STRING is in one piece. Nothing else is
//! changed: input that was DER comes out byte for byte, and a SET keeps the order in which it was received (decision 0010).

use crate::limits::Limits;

/// Why bytes are not a BER value that this crate reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotBer {
    /// The input ends inside a value.
    #[error("the value is cut off")]
    Truncated,
    /// Bytes follow the outermost value.
    #[error("bytes follow the value")]
    TrailingBytes,
    /// Values are nested deeper than [`Limits::nesting`].
    #[error("values are nested too deeply")]
    TooDeep,
    /// More values than [`Limits::elements`].
    #[error("there are too many values")]
    TooManyElements,
    /// A tag or length in a form that no SCEP message needs.
    #[error("the tag or length has an unsupported form")]
    UnsupportedForm,
}

/// Rewrites one BER value as DER, within the bounds of `limits`.
pub(crate) fn to_der(input: &[u8], limits: &Limits) -> Result<Vec<u8>, NotBer> {
    let mut reader = Reader { rest: input, elements_left: limits.elements };
    let mut der = Vec::with_capacity(input.len());
    reader.element(limits.nesting, &mut der)?;
    if reader.rest.is_empty() { Ok(der) } else { Err(NotBer::TrailingBytes) }
}

const CONSTRUCTED: u8 = 0x20;
const HIGH_TAG_NUMBER: u8 = 0x1f;
const OCTET_STRING: u8 = 0x04;
const SEGMENTED_OCTET_STRING: u8 = OCTET_STRING | CONSTRUCTED;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const UNIVERSAL_CLASS_END: u8 = 0x40;
const END_OF_CONTENTS: [u8; 2] = [0, 0];

struct Reader<'a> {
    rest: &'a [u8],
    elements_left: usize,
}

#[derive(Clone, Copy)]
enum Length {
    Definite(usize),
    Indefinite,
}

impl<'a> Reader<'a> {
    /// Copies the next value to `out`, as DER.
    fn element(&mut self, depth: usize, out: &mut Vec<u8>) -> Result<(), NotBer> {
        let (tag, length) = self.header()?;
        match (tag, length) {
            (SEGMENTED_OCTET_STRING, _) => self.constructed(OCTET_STRING, length, depth, Self::segment, out),
            (tag, _) if is_structure(tag) => self.constructed(tag, length, depth, Self::element, out),
            (tag, Length::Definite(length)) if tag & CONSTRUCTED == 0 => {
                let content = self.take(length)?;
                write_header(tag, content.len(), out);
                out.extend_from_slice(content);
                Ok(())
            }
            (_, Length::Definite(_) | Length::Indefinite) => Err(NotBer::UnsupportedForm),
        }
    }

    /// Copies a value that is made of others to `out`. How long it is, is known when all of them are there: its header is
    /// written behind them, and then put before them.
    fn constructed(
        &mut self,
        tag: u8,
        length: Length,
        depth: usize,
        each: fn(&mut Self, usize, &mut Vec<u8>) -> Result<(), NotBer>,
        out: &mut Vec<u8>,
    ) -> Result<(), NotBer> {
        let start = out.len();
        self.children(length, depth, each, out)?;
        let end = out.len();
        write_header(tag, end - start, out);
        let header = out.len() - end;
        if let Some(value) = out.get_mut(start..) {
            value.rotate_right(header);
        }
        Ok(())
    }

    /// Copies the content of one segment of an OCTET STRING to `out`.
    fn segment(&mut self, depth: usize, out: &mut Vec<u8>) -> Result<(), NotBer> {
        match self.header()? {
            (OCTET_STRING, Length::Definite(length)) => out.extend_from_slice(self.take(length)?),
            (SEGMENTED_OCTET_STRING, length) => self.children(length, depth, Self::segment, out)?,
            (_, Length::Definite(_) | Length::Indefinite) => return Err(NotBer::UnsupportedForm),
        }
        Ok(())
    }

    /// Applies `each` to every value inside a constructed one.
    fn children(
        &mut self,
        length: Length,
        depth: usize,
        each: fn(&mut Self, usize, &mut Vec<u8>) -> Result<(), NotBer>,
        out: &mut Vec<u8>,
    ) -> Result<(), NotBer> {
        let depth = depth.checked_sub(1).ok_or(NotBer::TooDeep)?;
        match length {
            Length::Definite(length) => {
                let mut inner = Reader { rest: self.take(length)?, elements_left: self.elements_left };
                while !inner.rest.is_empty() {
                    each(&mut inner, depth, out)?;
                }
                self.elements_left = inner.elements_left;
            }
            Length::Indefinite => {
                while !self.rest.starts_with(&END_OF_CONTENTS) {
                    each(self, depth, out)?;
                }
                self.take(END_OF_CONTENTS.len())?;
            }
        }
        Ok(())
    }

    fn header(&mut self) -> Result<(u8, Length), NotBer> {
        self.elements_left = self.elements_left.checked_sub(1).ok_or(NotBer::TooManyElements)?;
        let tag = self.byte()?;
        if tag & HIGH_TAG_NUMBER == HIGH_TAG_NUMBER || tag == 0 {
            return Err(NotBer::UnsupportedForm);
        }
        Ok((tag, self.length()?))
    }

    fn length(&mut self) -> Result<Length, NotBer> {
        let first = self.byte()?;
        match first {
            0..=0x7f => Ok(Length::Definite(usize::from(first))),
            0x80 => Ok(Length::Indefinite),
            0x81..=0x84 => {
                let octets = self.take(usize::from(first & 0x7f))?;
                Ok(Length::Definite(octets.iter().fold(0, |sum, octet| sum << 8 | usize::from(*octet))))
            }
            0x85..=0xff => Err(NotBer::UnsupportedForm),
        }
    }

    fn byte(&mut self) -> Result<u8, NotBer> {
        let (first, rest) = self.rest.split_first().ok_or(NotBer::Truncated)?;
        self.rest = rest;
        Ok(*first)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], NotBer> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(NotBer::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }
}

/// A value made of values: SEQUENCE, SET, or a constructed one of another class.
fn is_structure(tag: u8) -> bool {
    matches!(tag, SEQUENCE | SET) || (tag >= UNIVERSAL_CLASS_END && tag & CONSTRUCTED != 0)
}

fn write_header(tag: u8, length: usize, out: &mut Vec<u8>) {
    out.push(tag);
    let length = length.to_be_bytes();
    let significant =
        length.iter().position(|octet| *octet != 0).map_or(&length[..0], |first| &length[first..]);
    match significant {
        [] => out.push(0),
        [short @ 0..=0x7f] => out.push(*short),
        long => {
            out.push(0x80 | u8::try_from(long.len()).unwrap_or(u8::MAX));
            out.extend_from_slice(long);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(input: &[u8]) -> Result<Vec<u8>, NotBer> {
        to_der(input, &Limits::default())
    }

    #[test]
    fn der_comes_out_byte_for_byte() {
        let set_out_of_order = [0x31, 0x06, 0x02, 0x01, 0x09, 0x02, 0x01, 0x01];
        assert_eq!(der(&set_out_of_order).unwrap(), set_out_of_order);
        let long = [&[0x04, 0x82, 0x01, 0x00][..], &[7; 256]].concat();
        assert_eq!(der(&long).unwrap(), long);
    }

    #[test]
    fn indefinite_lengths_become_definite() {
        let ber = [0x30, 0x80, 0xa0, 0x80, 0x02, 0x01, 0x05, 0, 0, 0, 0];
        assert_eq!(der(&ber).unwrap(), [0x30, 0x05, 0xa0, 0x03, 0x02, 0x01, 0x05]);
    }

    #[test]
    fn long_forms_of_short_lengths_become_minimal() {
        assert_eq!(der(&[0x30, 0x82, 0x00, 0x03, 0x04, 0x81, 0x00]).unwrap(), [0x30, 0x02, 0x04, 0x00]);
    }

    #[test]
    fn segments_of_an_octet_string_are_joined_at_any_depth() {
        let definite = [0x24, 0x06, 0x04, 0x01, 0xaa, 0x04, 0x01, 0xbb];
        assert_eq!(der(&definite).unwrap(), [0x04, 0x02, 0xaa, 0xbb]);
        let nested = [0x24, 0x80, 0x24, 0x80, 0x04, 0x01, 0xaa, 0, 0, 0x04, 0x01, 0xbb, 0, 0];
        assert_eq!(der(&nested).unwrap(), [0x04, 0x02, 0xaa, 0xbb]);
    }

    #[test]
    fn an_indefinite_value_cannot_reach_beyond_its_definite_parent() {
        assert_eq!(der(&[0x30, 0x04, 0x30, 0x80, 0x05, 0x00, 0, 0]), Err(NotBer::Truncated));
    }

    #[test]
    fn nesting_is_bounded() {
        let bomb = [0x30, 0x80].repeat(16 * 1024);
        assert_eq!(der(&bomb), Err(NotBer::TooDeep));
        let nested = |depth| [[0x30, 0x80].repeat(depth), [0, 0].repeat(depth)].concat();
        let most = Limits::default().nesting;
        assert!(der(&nested(most)).is_ok());
        assert_eq!(der(&nested(most + 1)), Err(NotBer::TooDeep));
    }

    #[test]
    fn the_number_of_values_is_bounded() {
        let many = [0x05, 0x00].repeat(30_000);
        let bomb = [&[0x30, 0x83, 0x00, 0xea, 0x60][..], &many].concat();
        assert_eq!(der(&bomb), Err(NotBer::TooManyElements));
        let values = |count| [&[0x30, 0x80][..], &[0x05, 0x00].repeat(count), &[0, 0]].concat();
        let most = Limits::default().elements;
        assert!(der(&values(most - 1)).is_ok(), "the sequence is one itself");
        assert_eq!(der(&values(most)), Err(NotBer::TooManyElements));
    }

    #[test]
    fn what_is_cut_off_or_followed_by_bytes_is_refused() {
        assert_eq!(der(&[]), Err(NotBer::Truncated));
        assert_eq!(der(&[0x30, 0x80, 0x05, 0x00]), Err(NotBer::Truncated));
        assert_eq!(der(&[0x05, 0x00, 0x00]), Err(NotBer::TrailingBytes));
    }

    #[test]
    fn forms_that_no_message_needs_are_refused() {
        for form in [
            &[0x1f, 0x01, 0x00][..],
            &[0x04, 0x80, 0, 0],
            &[0x2c, 0x02, 0x0c, 0x00],
            &[0x04, 0x85, 0, 0, 0, 0, 0],
        ] {
            assert_eq!(der(form), Err(NotBer::UnsupportedForm), "{form:02x?}");
        }
    }
}
